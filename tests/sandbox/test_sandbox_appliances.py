"""The project "appliances": real currents, uneven classes, labels that are wrong on purpose, figures that are true."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

import edgekit as ek
from edgekit.sandbox import appliances
from edgekit.sandbox.appliances import current_features as features
from edgekit.sandbox.appliances import currents


@pytest.fixture(scope="module")
def project():
    return appliances.build()


@pytest.fixture(scope="module")
def studio(sandbox):
    return ek.connect(url=sandbox.url, api_key=sandbox.keys["appliances"])


@pytest.fixture(scope="module")
def tested(project):
    """By variant, of every window of the testing set: its truth, the probabilities of the labels, and its sample."""
    found = {}
    for variant in ("float32", "int8"):
        rows = []
        for sample in project.samples.values():
            if sample.category == "testing":
                (block,) = project.classifications(sample, None, variant, False)
                rows += [(sample.label, window, sample.id) for window in block["result"]]
        found[variant] = rows
    return found


def test_every_recording_is_there_and_the_kinds_are_as_uneven_as_in_the_source(project):
    for category, fewest, most in (("training", 13, 88), ("testing", 13, 87)):
        counted = Counter(s.label for s in project.samples.values() if s.category == category)
        assert len(counted) == 11
        assert (sum(counted.values()), min(counted.values()), max(counted.values())) == (537, fewest, most)


def test_the_swapped_labels_are_those_that_the_description_lists(project):
    truth = {number: recording.kind for number, recording in enumerate(currents.plaid(), start=1)}
    wrong = [number for number, sample in project.samples.items() if sample.label != truth[number]]
    assert len(wrong) == 20
    assert {project.samples[number].category for number in wrong} == {"training"}
    assert project.description.endswith(f"on purpose: {', '.join(map(str, wrong))}.")
    assert "wrong label" not in str([project.samples[number].metadata for number in wrong])


def test_swapping_leaves_the_sizes_of_the_classes_as_they_are(project):
    source = Counter(recording.kind for recording in currents.plaid())
    assert Counter(sample.label for sample in project.samples.values()) == source


@pytest.mark.parametrize("variant", ["float32", "int8"])
def test_the_help_text_states_figures_measured_on_the_testing_set(project, tested, variant):
    truth = [label for label, _, _ in tested[variant]]
    right = np.array([max(window, key=window.get) == label for label, window, _ in tested[variant]])
    text = project.blocks[appliances.CLASSIFIER_ID].threshold["helpText"]
    assert f"On {len(truth)} windows of 537 testing samples" in text
    assert f"{right.mean():.1%}" in text
    assert 0.7 < right.mean() < 0.9
    if variant == "float32":
        by_class = [right[np.array(truth) == name].mean() for name in set(truth)]
        assert f"{np.mean(by_class):.1%} as the mean over the labels" in text


def test_int8_is_computed_in_8_bits_and_says_nearly_the_same(tested):
    float32, int8 = ([[*window.values()] for _, window, _ in tested[variant]] for variant in ("float32", "int8"))
    steps = np.array(int8) * 256
    assert (steps == steps.round()).all()
    assert not (np.array(float32) * 256 == np.round(np.array(float32) * 256)).all()
    same = (np.argmax(float32, axis=1) == np.argmax(int8, axis=1)).mean()
    assert 0.95 < same < 1


def test_windows_are_cut_more_densely_in_training_than_in_classification(studio):
    result = studio.classify(538)
    assert (result.window_size_ms, result.window_increase_ms) == (500, 150)
    block = studio.impulse().input_blocks[0]
    assert (block.window_increase_ms, block.classification_window_increase_ms) == (50, 150)


def test_a_recording_shorter_than_a_window_is_padded_with_zeros(project, studio):
    short = next(s for s in project.samples.values() if len(s) < appliances.SIZE)
    windows = studio.classify(short.id).block("keras").windows()
    assert windows[["start_ms", "end_ms"]].to_numpy().tolist() == [[0, 500]]
    padded = np.pad(short.values, ((0, appliances.SIZE - len(short)), (0, 0)))
    np.testing.assert_array_equal(project.features(short, appliances.DSP_ID), features.spectral(padded[None]))


def test_features_have_a_name_each_and_a_known_tone_is_where_it_belongs():
    names = features.names(appliances.SIZE, 300.0)
    time = np.arange(appliances.SIZE) / 300
    row = dict(zip(names, features.spectral(np.sin(2 * np.pi * 60 * time)[None, :, None])[0], strict=True))
    power = {name: value for name, value in row.items() if name.startswith("Spectral")}
    assert len(row) == len(names) == 36 + appliances.SIZE // 2
    assert max(power, key=power.get) == "Spectral Power 60 Hz"
    assert row["RMS"] == pytest.approx(np.log10(np.sqrt(0.5)), abs=1e-3)
    assert row["Autocorrelation 5 readings"] == pytest.approx(1, abs=0.05)


def test_a_window_without_current_has_finite_features(project):
    assert np.isfinite(features.spectral(np.zeros((1, appliances.SIZE, 1)))).all()

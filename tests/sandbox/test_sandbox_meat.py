"""The project "meat": real spectra, a regression, numbers where a classifier has labels."""

from __future__ import annotations

import numpy as np
import pytest

import edgekit as ek
from edgekit.sandbox import meat
from edgekit.sandbox.meat import spectra


@pytest.fixture(scope="module")
def studio(sandbox):
    return ek.connect(url=sandbox.url, api_key=sandbox.keys["meat"])


@pytest.fixture
def own():
    """A client of a sandbox of its own: model testing and thresholds change it."""
    with ek.Sandbox() as running:
        yield ek.connect(url=running.url, api_key=running.keys["meat"])


def test_every_spectrum_is_there_once_with_its_fat_as_text():
    samples = meat.samples()
    assert [sum(s.category == c for s in samples.values()) for c in ("training", "testing")] == [172, 43]
    fat = [float(sample.label) for sample in samples.values()]
    assert (min(fat), float(np.median(fat)), max(fat)) == (0.9, 14.0, 49.1)
    assert all(sample.values.shape == (100, 1) for sample in samples.values())


def test_a_sample_is_one_window(studio):
    windows = studio.classify(173).block("keras-regression").windows()
    assert windows.columns.tolist() == ["start_ms", "end_ms", "expected", "value"]
    assert windows[["start_ms", "end_ms"]].to_numpy().tolist() == [[0, 100]]
    assert studio.sample(173).signal().shape == (100, 1)


def test_the_features_are_the_standardised_spectrum_named_by_wavelength(studio):
    features, signal = studio.features(173, meat.DSP_ID), studio.sample(173).signal().to_numpy()[:, 0]
    np.testing.assert_allclose(features.to_numpy()[0], (signal - signal.mean()) / signal.std(), atol=1e-12)
    assert (features.columns[0], features.columns[-1]) == ("absorbance 850 nm", "absorbance 1050 nm")


@pytest.mark.parametrize("variant", ["float32", "int8"])
def test_the_help_text_states_figures_measured_on_the_testing_set(variant):
    project = meat.build()
    error = []
    for sample in project.samples.values():
        if sample.category == "testing":
            (found,) = project.classify(sample, variant=variant)["classifications"]
            error.append(abs(found["result"][0]["value"] - float(sample.label)))
    text = project.blocks[meat.REGRESSION_ID].threshold["helpText"]
    assert f"{np.mean(error):.2f}" in text
    assert f"{max(error):.1f}" in text
    assert len(error) == 43
    assert np.mean(error) < 1.6


def test_int8_says_one_of_256_numbers_over_the_labels_of_the_training_set():
    project = meat.build()
    said = [
        project.classify(sample, variant="int8")["classifications"][0]["result"][0]["value"]
        for sample in project.samples.values()
    ]
    steps = (np.array(said) - 0.9) / ((49.1 - 0.9) / 255)
    np.testing.assert_allclose(steps, steps.round(), atol=1e-9)


def test_model_testing_says_numbers_and_counts_those_within_the_threshold(own):
    table = own.test().predictions
    error = abs(table["prediction"] - table["label"])
    assert len(table) == 43
    assert (table["error"].abs() == error).all()
    assert (table["correct"] == (error <= 3)).all()
    own.set_threshold("keras-regression", 1.5)  # an error, which may be above 1
    table = own.test().predictions
    assert (table["correct"] == (error <= 1.5)).all()


def test_the_source_is_read_as_it_is_written():
    spectrum = spectra.tecator()[0]
    assert (spectrum.part, spectrum.number, spectrum.fat) == ("TRAIN", 1, "22.5")
    assert spectrum.absorbance[:2].tolist() == [2.61776, 2.61814]

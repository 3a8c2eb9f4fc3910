"""The project "surface": real textures, grids of scores, and what is decided about a picture."""

from __future__ import annotations

import io

import numpy as np
import pytest
import requests
from PIL import Image

import edgekit as ek
from edgekit.sandbox import surface
from edgekit.sandbox.models import as_int8
from edgekit.sandbox.surface import patch_features, plates
from edgekit.sandbox.surface.patch_features import SIDE, Grid

MIXTURE, PATCHES = surface.MIXTURE_ID, surface.PATCHES_ID


@pytest.fixture(scope="module")
def project():
    return surface.build()


@pytest.fixture(scope="module")
def answers(project):
    """Every testing picture's sample and what both blocks say of it."""
    testing = [sample for sample in project.samples.values() if sample.category == "testing"]
    return [(sample, project.classify(sample)["classifications"]) for sample in testing]


@pytest.fixture(scope="module")
def studio(sandbox):
    return ek.connect(url=sandbox.url, api_key=sandbox.keys["surface"])


@pytest.fixture
def own():
    """A client of a sandbox of its own: model testing and thresholds change it."""
    with ek.Sandbox() as running:
        yield ek.connect(url=running.url, api_key=running.keys["surface"])


def kind(sample):
    return sample.filename.split("-")[0]


# --- pictures ---------------------------------------------------------------------------------------------------------


def test_training_pictures_are_normal_and_of_the_other_half_of_the_photograph(project):
    rows = {"training": set(), "testing": set()}
    for sample in project.samples.values():
        top = sample.stored.plate.corner[1]
        rows[sample.category] |= set(range(top, top + plates.SIZE[1]))
        assert sample.label == ("anomaly" if sample.boxes else "no anomaly")
        assert sample.category == "testing" or not sample.boxes
    assert not rows["training"] & rows["testing"]


def test_boxes_are_whole_pixels_inside_the_stored_picture_and_what_differs_from_gravel_is_in_them(project):
    for sample in project.samples.values():
        width, height = sample.stored.size
        different = sample.pixels != np.round(np.round(plates.gravel(sample.stored.plate), 6)).clip(0, 255)
        for box in sample.boxes:
            assert 0 <= box.x < box.x + box.width <= width
            assert 0 <= box.y < box.y + box.height <= height
            inside = different[box.y : box.y + box.height, box.x : box.x + box.width]
            assert inside.any()
            inside[:] = False
        assert not different.any()


def test_a_stored_picture_is_larger_than_what_the_models_see_which_is_its_middle(studio, project):
    sample = next(s for s in project.samples.values() if kind(s) == "margin")
    stored, seen = studio.image(sample.id), studio.image(sample.id, after_input_block=True)
    assert (stored.size, seen.size) == ((264, 176), (SIDE, SIDE))
    middle = stored.resize((240, 160), Image.Resampling.LANCZOS).crop((40, 0, 200, 160))
    assert middle.tobytes() == seen.tobytes()
    assert sample.truths(list(plates.KINDS)) == []


def test_a_picture_is_small_and_grey(project):
    for sample in list(project.samples.values())[::20]:
        assert len(sample.png) < 50_000
        assert Image.open(io.BytesIO(sample.png)).mode == "L"


# --- grids ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("block", "size"), [(MIXTURE, 9), (PATCHES, 13)])
def test_a_block_answers_a_grid_with_its_mean_and_highest_cell_and_boxes_of_the_cells_at_the_threshold(
    answers, block, size
):
    boxes = 0
    for _, classifications in answers:
        (one,) = [c for c in classifications if c["learnBlock"]["id"] == block]
        (found,), (result,) = one["anomalyResult"], one["result"]
        scores = np.array(found["scores"])
        assert scores.shape == (size, size)
        assert (found["meanScore"], found["maxScore"]) == (scores.mean(), scores.max())
        assert result == {"anomaly": scores.max()}
        drawn = {(round(box["y"] * size), round(box["x"] * size)): box for box in found["boxes"]}
        assert set(drawn) == {(r, c) for r, c in np.argwhere(scores >= one["thresholds"][0]["value"]).tolist()}
        for (row, column), box in drawn.items():
            assert box == {
                "label": "anomaly", "x": column / size, "y": row / size, "width": 1 / size, "height": 1 / size,
                "score": scores[row, column],
            }  # fmt: skip
        boxes += len(drawn)
    assert boxes > 100


def test_high_cells_lie_where_the_defect_is(answers):
    for sample, classifications in answers:
        if kind(sample) in ("brick", "blur"):
            (truth,) = sample.truths(list(plates.KINDS))
            for one in classifications:
                scores = np.array(one["anomalyResult"][0]["scores"])
                row, column = np.unravel_index(scores.argmax(), scores.shape)
                assert truth.left - 0.1 <= (column + 0.5) / len(scores) <= truth.right + 0.1
                assert truth.top - 0.1 <= (row + 0.5) / len(scores) <= truth.bottom + 0.1


def test_the_scores_of_the_mixture_can_be_computed_again_from_what_is_published(studio):
    block = studio.classify(80).block(MIXTURE)
    features = studio.features(80, surface.COARSE_ID)
    assert features.shape == (1, 9 * 9 * len(patch_features.NAMES))
    assert features.columns[len(patch_features.NAMES)] == "row 0 column 1 brightness"
    scores = studio.gmm(MIXTURE).score(features.to_numpy().reshape(81, -1))
    np.testing.assert_allclose(scores, np.ravel(block.raw.anomaly_result[0].scores), atol=1e-9)


def test_a_block_of_patches_has_no_mixture_to_publish(studio):
    with pytest.raises(ek.StudioError, match="block 5 is no GMM"):
        studio.gmm(PATCHES)
    with pytest.raises(ek.StudioError, match="block 5 is no anomaly block"):
        studio.anomaly_metadata(PATCHES)


def test_int8_scores_features_of_255_steps_and_flags_the_same_pictures(project, answers):
    for block in project.blocks.values():
        flagged = {"float32": [], "int8": []}
        for sample, _ in answers[::3]:
            rows = project.features(sample, block.dsp_id)
            scores = {variant: block.scores(rows, variant) for variant in flagged}
            assert 0 < np.median(abs(scores["int8"] / scores["float32"] - 1)) < 0.5
            for variant, found in scores.items():
                flagged[variant].append(found.max() >= block.threshold["value"])
        assert flagged["int8"] == flagged["float32"]
        stepped = as_int8(rows, block.reach) / (block.reach / 127)
        np.testing.assert_allclose(stepped, stepped.round(), atol=1e-9)
        assert abs(stepped).max() <= 127


def test_a_patch_is_described_by_its_own_pixels_and_their_surroundings():
    random = np.random.default_rng(0)
    grey, grid = random.random((SIDE, SIDE)), Grid(stride=16, across=2)
    changed = grey.copy()
    changed[64:80, 64:80] = 0.5
    before, after = (patch_features.features(patch_features.maps(one), grid) for one in (grey, changed))
    different = (before != after).any(axis=2)
    assert different[3:5, 3:5].all()
    assert not different[:1].any()
    assert not different[:, 7:].any()
    assert before[2, 5, 0] == pytest.approx(4 * grey[32:64, 80:112].mean())


# --- thresholds and model testing -------------------------------------------------------------------------------------


def test_the_help_text_states_what_was_measured(project, answers):
    names = np.array([kind(sample) for sample, _ in answers])
    for number, block in enumerate(project.blocks.values()):
        score = np.array([found[number]["result"][0]["anomaly"] for _, found in answers])
        flagged = score >= block.threshold["value"]
        text = block.threshold["helpText"]
        assert f"flags {flagged[names == 'normal'].sum()} of {(names == 'normal').sum()} normal ones" in text
        for one in plates.KINDS:
            assert f"{flagged[names == one].sum()} of {(names == one).sum()} with {one}" in text
        assert not flagged[names == "margin"].any()
        assert block.threshold["suggestedValue"] == block.threshold["value"]


def test_the_mean_of_all_cells_can_be_asked_for(own):
    before = own.classify(80)
    own.set_threshold(MIXTURE, "mean")
    after = own.classify(80)
    grid = np.array(before.block(MIXTURE).raw.anomaly_result[0].scores)
    assert before.block(MIXTURE).raw.result[0]["anomaly"] == grid.max()
    assert after.block(MIXTURE).raw.result[0]["anomaly"] == pytest.approx(grid.mean())
    assert after.block(PATCHES).raw.result == before.block(PATCHES).raw.result
    with pytest.raises(ek.StudioError, match="one of max, mean, got 'median'"):
        own.set_threshold(MIXTURE, "median", key="anomaly_scoring_aggregation_method")
    with pytest.raises(ek.StudioError, match="must be a number, got 'max'"):
        own.set_threshold(MIXTURE, "max", key="min_anomaly_score")


def test_model_testing_compares_pictures_with_their_labels_and_sends_the_grids(own, answers):
    table = own.test().predictions
    said = [
        "anomaly" if c[0]["result"][0]["anomaly"] >= c[0]["thresholds"][0]["value"] else "no anomaly"
        for _, c in answers
    ]
    assert table["prediction"].tolist() == said
    assert (table["correct"] == (table["prediction"] == table["label"])).all()
    assert (table["expected_anomaly"] == table["label"]).all()


def test_the_project_says_how_much_data_it_has_and_which_labels_are_anomalies(sandbox):
    key = sandbox.keys["surface"]
    answer = requests.get(f"{sandbox.url}/api/3", headers={"x-api-key": key}, timeout=60).json()
    assert answer["dataSummaryPerCategory"]["training"] == {
        "totalLengthMs": 0,
        "labels": ["no anomaly"],
        "totalLabels": 1,
        "dataCount": 40,
    }
    assert answer["anomalyLabelsConfig"] == {"anomalyLabels": ["anomaly"], "noAnomalyLabels": ["no anomaly"]}
    assert ek.connect(url=sandbox.url, api_key=key).anomaly_labels() == {"no anomaly": False, "anomaly": True}
    for other in ("objects", "appliances", "meat"):  # nothing is an anomaly there
        assert ek.connect(url=sandbox.url, api_key=sandbox.keys[other]).anomaly_labels() == {}

"""The whole way over HTTP: pictures of the sandbox's project objects, classified, matched, summed up, compared."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

import edgekit as ek
from edgekit import detection

FOMO, BOXES = "fomo", "boxes"


@pytest.fixture(scope="module")
def results(sandbox) -> list[ek.ClassifyResult]:
    """Every testing picture of the project, classified by all blocks with debug info."""
    objects = ek.connect(url=sandbox.url, api_key=sandbox.keys["objects"])
    return [objects.classify(int(sample)) for sample in objects.samples(category="testing").index]


def blocks(results: list[ek.ClassifyResult], kind: str) -> list[ek.BlockResult]:
    return [
        block
        for result in results
        for block in result.blocks
        if (block.raw.object_detection_last_layer == "fomo") == (kind == FOMO)
    ]


def classes(results: list[ek.ClassifyResult]) -> set[str]:
    """Return the labels that any picture has detections of."""
    return {label for block in blocks(results, BOXES) for label in block.detections()["label"]}


def test_the_servers_debug_info_is_what_the_rule_makes_of_it(results):
    for block in blocks(results, FOMO):
        info = block.debug_info()
        assert not info.check()["differ"].any()
        assert info.to_json() == block.raw.structured_result[0].debug_info_json


def test_every_figure_of_the_server_can_be_recomputed(results):
    for block in blocks(results, FOMO):
        assert block.compare_metrics()["difference"].abs().max() < 1e-9


def test_the_map_of_every_picture_can_be_recomputed_in_the_models_own_frame(results):
    """The input block crops by whole pixels: of a picture of another shape the places are half a pixel uncertain."""
    known, of_boxes = classes(results), blocks(results, BOXES)
    table = detection.summary([shown for block in of_boxes for shown in block.pictures(classes=known)]).per_sample
    sizes = [block.sample.info.image_dimensions for block in of_boxes]
    square = [block.sample.id for block, size in zip(of_boxes, sizes, strict=True) if size.width == size.height]
    assert len(square) > 20
    assert table.loc[square, "difference"].abs().max() < 1e-9
    assert table["difference"].abs().max() < 0.05
    assert 0.2 < table["recomputed"].mean() < 0.9


def test_a_wrong_frame_shows_as_a_difference(results):
    known = classes(results)
    wide = [b for b in blocks(results, BOXES) if b.sample.info.image_dimensions.width != 96 and len(b.truth_boxes())]
    wrong = [
        b.compare_metrics(classes=known, input_size=(96, 96), resize_mode="squash").loc["mAP", "difference"]
        for b in wide
    ]
    assert np.abs(wrong).max() > 0.05


def test_boxes_agree_with_the_details_of_the_same_picture(results):
    for block in blocks(results, BOXES):  # a difference would be a warning, which is an error here
        table = block.detections()
        assert table[["x", "y"]].to_numpy().min(initial=0) >= 0
        assert (table["x"] + table["width"]).max() <= 1 + 1e-9 or not len(table)


def test_truths_lie_where_the_debug_info_has_them(results):
    compared = 0
    for block in blocks(results, FOMO):
        boxes, truths = block.truth_boxes(), block.debug_info().truths
        if len(boxes) == len(truths):
            centres = boxes[["x", "y"]].to_numpy() + boxes[["width", "height"]].to_numpy() / 2
            np.testing.assert_allclose(centres, truths[["x", "y"]], atol=0.02)
            compared += len(boxes)
    assert compared > 100


def test_the_summary_adds_up_and_names_the_classes(results):
    result = detection.summary(results, block=blocks(results, FOMO)[0].id)
    assert len(result.per_sample) == len(results)
    assert result.per_sample["f1_one_to_one"].is_monotonic_increasing
    total = detection.count(result.per_object, "object")
    assert total.loc["truth", "truths"] == result.per_sample["truths"].sum()
    assert total.loc["prediction", "predictions"] == result.per_sample["predictions"].sum()
    assert set(result.per_class.index) - {"not in training"} == classes(results)
    assert result.metrics(one_to_one=True).f1 <= result.metrics().f1
    assert result.metrics().f1 > 0.7


def test_a_tight_distance_stands_further_above_chance_than_the_studios(results):
    table = detection.sweep_distance(results, [0.05, 0.2], block=blocks(results, FOMO)[0].id).set_index("distance")
    assert table.loc[0.05, "random_f1"] < 0.1 < table.loc[0.2, "random_f1"]
    assert table.loc[0.05, "f1"] / table.loc[0.05, "random_f1"] > table.loc[0.2, "f1"] / table.loc[0.2, "random_f1"]


def test_one_block_alone_comes_without_debug_info_and_says_how_to_get_it(sandbox, results):
    objects = ek.connect(url=sandbox.url, api_key=sandbox.keys["objects"])
    fomo = blocks(results, FOMO)[0]
    alone = objects.classify(fomo.sample.id, block=fomo.id).block(fomo.id)
    assert len(alone.detections()) == len(fomo.detections())
    with pytest.raises(ek.UsageError, match="debug=True"):
        alone.debug_info()


@pytest.mark.parametrize("kind", [FOMO, BOXES])
def test_a_plot_has_the_picture_beneath(results, kind):
    ax = blocks(results, kind)[0].plot()
    ax.figure.canvas.draw()
    assert len(ax.get_images()) == 1
    plt.close("all")


def test_results_leave_their_tables_alone(results):
    block = blocks(results, BOXES)[0]
    pd.testing.assert_frame_equal(block.detections(), block.detections())
    assert "object" not in block.detections()


def test_a_whole_project_is_summed_up_by_its_fomo_block_where_none_is_named(results):
    found, named = detection.summary(results), detection.summary(results, block="fomo")
    pd.testing.assert_frame_equal(found.per_sample, named.per_sample)
    pd.testing.assert_frame_equal(
        detection.errors(results), named.per_object.assign(label=detection.errors(results)["label"])
    )

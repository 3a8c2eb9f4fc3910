"""Pictures of detections: what is drawn, where, by which kind, and that no name from a server can break it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from edgekit import detection, plots
from edgekit.colours import DETECTED
from edgekit.detection import match
from tests.detection.test_detection_matching import points
from tests.plots.test_plots import HOSTILE
from tests.results.test_detection_results import BOXES, block

ALL_KINDS = match(
    points([(0.1, 0.1, 1), (0.5, 0.1, 1), (0.9, 0.5, 1), (0.1, 0.9, 2), (0.9, 0.9, -1)]),
    points([(0.1, 0.12, 1), (0.12, 0.1, 1), (0.5, 0.12, 2), (0.9, 0.35, 1), (0.5, 0.5, 2)]),
    0.1,
)


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Begin and end without open figures."""
    assert not plt.get_fignums()
    yield
    plt.close("all")


def marks(ax: Axes) -> dict[str, tuple[list[list[float]], str, str]]:
    """Return places, colour and marker by the legend's text."""
    lines = [line for line in ax.get_lines() if line.get_marker() != "None"]
    return {line.get_label(): (line.get_xydata().tolist(), line.get_color(), line.get_marker()) for line in lines}


def drawn(ax: Axes) -> Axes:
    ax.figure.canvas.draw()
    return ax


def test_every_kind_has_a_colour_and_a_marker_of_its_own():
    assert set(DETECTED) == set(detection.ERROR_KINDS)
    assert len({to_hex(look.light) for look in DETECTED.values()}) == len(detection.ERROR_KINDS)
    assert len({look.marker for look in DETECTED.values()}) == len(detection.ERROR_KINDS)


def test_objects_are_drawn_where_they_are_by_their_kind():
    found = marks(drawn(plots.detections(ALL_KINDS)))
    places = {label: places for label, (places, _, _) in found.items()}
    assert places == {
        "hit, truth: 1": [[0.1, 0.1]],
        "wrong class, truth: 1": [[0.5, 0.1]],
        "too far, truth: 1": [[0.9, 0.5]],
        "missed, truth: 1": [[0.1, 0.9]],
        "not in training, truth: 1": [[0.9, 0.9]],
        "hit, prediction: 1": places["hit, prediction: 1"],
        "duplicate, prediction: 1": places["duplicate, prediction: 1"],
        "wrong class, prediction: 1": [[0.5, 0.12]],
        "too far, prediction: 1": [[0.9, 0.35]],
        "background, prediction: 1": [[0.5, 0.5]],
    }
    assert found["background, prediction: 1"][1:] == (DETECTED["background"].light, DETECTED["background"].marker)


def test_y_is_down_as_in_the_picture():
    ax = plots.detections(ALL_KINDS)
    assert (ax.get_xlim(), ax.get_ylim()) == ((0, 1), (1, 0))


def test_lines_join_what_belongs_together():
    lines = [line.get_xydata().tolist() for line in plots.detections(ALL_KINDS).get_lines()]
    assert [[0.5, 0.12], [0.5, 0.1]] in lines
    assert sum(len(line) == 2 for line in lines) == 4  # hit, duplicate, wrong class, too far


@pytest.mark.parametrize("shape", [(40, 80, 3), (80, 40), (1, 1)])
def test_the_picture_lies_beneath_in_its_own_shape(shape):
    ax = drawn(plots.detections(ALL_KINDS, np.zeros(shape, np.uint8)))
    assert ax.get_images()[0].get_extent() == [0, 1, 1, 0]
    assert ax.get_aspect() == shape[0] / shape[1]


def test_boxes_are_drawn_dashed_for_truths():
    found = block("yolov5", debugInfoJson=None, sample=BOXES)
    patches = [patch for patch in drawn(found.plot()).patches if isinstance(patch, Rectangle)]
    styles = sorted(patch.get_linestyle() for patch in patches)
    assert styles == ["-", "-", "--", "--"]
    assert sorted(patch.get_width() for patch in patches) == pytest.approx([0.1, 0.125, 0.4, 0.5])


def test_a_block_that_detects_is_plotted_as_a_picture_without_one_too():
    ax = drawn(block().plot(window=0))
    assert ax.get_title(loc="left") == "Classification (Keras) · idle01.d8Ae"
    assert {text.get_text() for text in ax.texts} == {"bolt", "nut"}


def test_scores_of_boxes_stand_beside_their_labels():
    texts = {text.get_text() for text in block("yolov5", debugInfoJson=None, sample=BOXES).plot().texts}
    assert texts == {"bolt 0.90", "nut 0.60"}


def test_a_label_is_written_once_where_truth_and_prediction_share_it():
    texts = [text.get_text() for text in drawn(plots.detections(ALL_KINDS)).texts]
    assert sorted(texts) == sorted(
        ["1", "1", "2", "1", "2", "1", "1", "2"]
    )  # predictions; wrong class, too far, missed


@pytest.mark.parametrize("grey", [0, 255])
def test_truths_are_hollow(grey):
    ax = drawn(plots.detections(match(points([(0.5, 0.5, 1)]), points([])), np.full((8, 8, 3), grey, np.uint8)))
    pixels = np.asarray(ax.figure.canvas.buffer_rgba())[::-1]
    inside, elsewhere = ax.transData.transform([(0.5, 0.5), (0.2, 0.2)]).astype(int)
    assert pixels[inside[1], inside[0]].tolist() == pixels[elsewhere[1], elsewhere[0]].tolist()


def test_names_from_elsewhere_reach_the_picture():
    texts = {text.get_text() for text in block().plot(names={1: "screw", 2: "washer"}).texts}
    assert texts <= {"screw", "washer"}
    assert texts


def test_nothing_at_all_is_an_empty_picture():
    ax = drawn(plots.detections(match(points([]), points([]))))
    assert ax.get_legend() is None


def test_many_objects_have_no_labels():
    many = points([(i / 40, 0.5, 1) for i in range(40)])
    assert not drawn(plots.detections(match(many, many))).texts


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_breaks_the_picture(name):
    table = pd.DataFrame({"x": [0.5], "y": [0.5], "label": [name]})
    ax = drawn(plots.detections(match(table, table), title=name))
    assert {text.get_text().strip().replace("\\$", "$") for text in ax.texts} == {name}


def test_it_draws_where_it_is_told_to():
    ax = plt.subplots()[1]
    assert plots.detections(ALL_KINDS, ax=ax) is ax

"""The still picture beside the widget: without matplotlib, the same every time, and true to what the explorer shows."""

from __future__ import annotations

import base64
import io
import json
import re
import subprocess
import sys

import numpy as np
import pytest
from matplotlib import colormaps
from PIL import Image

import edgekit as ek
from edgekit import colours
from edgekit.explorers import Explorer
from edgekit.explorers.still.canvas import INK, PAPER, Box, Canvas, fitted, width_of
from edgekit.explorers.still.tracks import envelope
from edgekit.explorers.still.view import wrapped
from tests.conftest import SEED
from tests.labels_result import labelled_result
from tests.numbers_result import predicted_result
from tests.objects_result import detected_result
from tests.scores import scored_result
from tests.visual_result import seen_result, seen_results

SHOWN = {
    "anomaly": lambda: scored_result(60),
    "classification": lambda: labelled_result(60),
    "detection": lambda: detected_result(12, 14),
    "regression": lambda: predicted_result(60),
    "signal": lambda: scored_result(60).sample,
    "visual": lambda: seen_results(8, 5),
}


@pytest.fixture(scope="module")
def explorers() -> dict[str, Explorer]:
    return {name: ek.explore(shown()) for name, shown in SHOWN.items()}


def pixels(explorer: Explorer) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(explorer._png())).convert("RGB")).astype(int)


def holds(image: np.ndarray, colour: str) -> int:
    """How many pixels have this colour."""
    return int((image == [int(colour[i : i + 2], 16) for i in (1, 3, 5)]).all(axis=2).sum())


def test_no_explorer_imports_matplotlib_before_its_figure_is_asked_for():
    script = (
        "import sys, edgekit as ek\n"
        "from tests.labels_result import labelled_result\n"
        "from tests.numbers_result import predicted_result\n"
        "from tests.objects_result import detected_result\n"
        "from tests.scores import scored_result\n"
        "from tests.visual_result import seen_results\n"
        "short = scored_result(60)\n"
        "shown = [short, short.sample, labelled_result(60), predicted_result(60), detected_result(4, 4)]\n"
        "for one in [*shown, seen_results(3, 5)]:\n"
        "    assert 'image/png' in ek.explore(one)._repr_mimebundle_()[0]\n"
        "assert 'matplotlib' not in sys.modules\n"
        "ek.explore(short).figure()\n"
        "assert 'matplotlib' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", script], check=True, timeout=60)


@pytest.mark.parametrize("name", SHOWN)
def test_it_is_drawn_the_same_every_time(explorers, name):
    assert explorers[name]._png() == ek.explore(SHOWN[name]())._png()


@pytest.mark.parametrize("name", SHOWN)
def test_it_follows_what_is_moved(explorers, name):
    explorer = ek.explore(SHOWN[name]())
    before = explorer._png()
    match name:
        case "signal":
            explorer.span = [1000.0, 3000.0]
        case "detection":
            explorer.threshold = 0.8
        case _:
            explorer.threshold = explorer.threshold * 0.7
    assert explorer._png() != before


def test_an_axis_that_is_hidden_is_not_drawn(explorers):
    explorer = ek.explore(SHOWN["anomaly"](), threshold=1e6)
    axis = colours.SERIES[2].light
    assert holds(pixels(explorer), axis) > 500
    explorer.axes = explorer.axes[:2]
    assert holds(pixels(explorer), axis) == 0


def test_windows_above_the_threshold_have_their_colour_and_only_they():
    explorer = ek.explore(SHOWN["anomaly"]())
    alarm = colours.WINDOWS["above"].light
    some = holds(pixels(explorer), alarm)
    explorer.threshold = float(explorer.windows["anomaly"].max())
    none = holds(pixels(explorer), alarm)
    explorer.threshold = -1.0
    assert none == 0 < some < holds(pixels(explorer), alarm)


def test_the_windows_of_a_chosen_cell_stand_alone():
    explorer = ek.explore(labelled_result(60), threshold=0)
    wrong, right = colours.ANSWERS["wrong"].light, colours.ANSWERS["right"].light
    assert holds(pixels(explorer), wrong)  # the marks of the tiles
    label = explorer.confusion.index[np.diag(explorer.confusion).argmax()]
    explorer.matrix_cell = [label, label]
    assert holds(pixels(explorer), right)
    assert not holds(pixels(explorer), wrong)


def test_a_hot_cell_and_the_box_of_a_defect_lie_where_they_are():
    scores = np.zeros((4, 4))
    scores[1, 2] = 9
    box = {"label": "anomaly", "x": 0, "y": 72, "width": 24, "height": 24}
    plain, boxed = (
        pixels(ek.explore(seen_result(scores, anomalous=True, truth_boxes=boxes), opacity=1)) for boxes in ((), (box,))
    )
    row, column = np.argwhere((plain == colours.heat()[170]).all(axis=2)).T  # 9 / (9 + 4.5) of 256
    cold = np.argwhere((plain == colours.heat()[0]).all(axis=2))
    top, left = cold.min(axis=0)
    side = (cold.max(axis=0)[0] - top + 1) / 4
    assert np.allclose([row.mean(), column.mean()], [top + 1.5 * side, left + 2.5 * side], atol=1)
    changed = np.argwhere((plain != boxed).any(axis=2))
    changed = changed[changed[:, 1] < left + 4 * side + 4]
    assert np.allclose(changed.min(axis=0), [top + 3 * side, left], atol=4)
    assert np.allclose(changed.max(axis=0), [top + 4 * side, left + side], atol=4)


def test_the_colour_map_is_matplotlibs():
    assert (colours.heat() == colormaps[colours.HEAT](np.arange(256), bytes=True)[:, :3]).all()
    found = colours.heat_pixels(np.array([[0, 4.5, np.nan, 1e9]]), 4.5)
    assert found[0].tolist() == [
        [*colours.heat()[0], 255], [*colours.heat()[128], 255], [0, 0, 0, 0], [*colours.heat()[255], 255]
    ]  # fmt: skip


def test_a_line_has_gaps_where_values_are_missing_and_where_a_sample_begins():
    time = np.arange(10_000.0)
    values = np.sin(time)
    values[3000:3200] = np.nan
    column, smallest, largest, joined = envelope(time, values, (0, 10_000), 100, np.array([0, 5000]))
    assert set(range(100)) - set(column.tolist()) == {30, 31}
    assert column[~joined].tolist() == [0, 32, 50]
    assert (smallest.min(), largest.max()) == (np.nanmin(values), np.nanmax(values))


def test_a_dashed_line_is_as_long_as_its_dashes_and_keeps_to_its_place():
    canvas = Canvas(100, 20)
    canvas.line([(0, 10), (50, 10), (100, 10)], INK, 2, (6, 3))
    row = np.asarray(Image.open(io.BytesIO(canvas.png())))[10, :, 0] < 128
    runs = np.flatnonzero(np.diff(np.concatenate([[0], row, [0]])))
    assert set(np.diff(runs)[:-1:2].tolist()) == {6}
    assert len(runs) // 2 == 12
    canvas = Canvas(100, 20)
    with canvas.within(Box(20, 0, 10, 20)):
        canvas.line([(0, 10), (100, 10)], INK, 2)
    assert np.flatnonzero(np.asarray(Image.open(io.BytesIO(canvas.png())))[10, :, 0] < 128).tolist() == list(
        range(20, 30)
    )


def test_of_dots_the_later_one_is_on_top_and_none_leaves_the_box():
    random, canvas, box = np.random.default_rng(5), Canvas(40, 40), Box(4, 6, 30, 24)
    points, whose = random.integers(0, 41, (300, 2)), random.integers(0, 3, 300)
    inks = ["#ff0000", "#00ff00", "#0000ff"]
    canvas.dots(box, points, [(ink, whose == i) for i, ink in enumerate(inks)], 2)
    expected = np.full((40, 40, 3), 255)
    for (x, y), ink in zip(points.tolist(), whose.tolist(), strict=True):
        if box.left < x < box.right and box.top < y < box.bottom:
            expected[y - 1 : y + 1, x - 1 : x + 1] = 255 * np.eye(3)[ink]
    assert (np.asarray(Image.open(io.BytesIO(canvas.png()))) == expected).all()


def test_names_of_any_kind_are_cut_to_their_room():
    for name in ("a" * 10_000, "\u65e5\u672c\u8a9e" * 100, "", "a\nb\x1b[31m", "\ud800"):
        assert width_of(fitted(name, 80)) <= 80 + width_of("…")
        assert all(width_of(line) <= 90 for line in wrapped(name.replace("\n", " "), 80))
        canvas = Canvas(50, 20)
        canvas.text(name, 5, 10, PAPER, turned=90)
        assert canvas.png()


@pytest.mark.parametrize(
    ("kind", "scores"), [("anomaly", {"anomaly": 1.5}), ("keras", {"on": 0.7}), ("keras-regression", {"value": 2.5})]
)
def test_a_picture_without_a_signal_and_a_single_reading_have_no_axis_of_time(monkeypatch, kind, scores):
    said: list[str] = []
    monkeypatch.setattr(Canvas, "text", lambda self, text, *place, **options: said.append(text))
    document = json.loads(SEED.read_text())
    block, sample = document["classifications"][0], document["sample"]
    block["learnBlock"]["type"], block["result"], block["expectedLabels"][0]["label"] = kind, [scores], "2"
    sample["sample"] |= {"valuesCount": 1, "totalLengthMs": 0, "intervalMs": 0, "structuredLabels": []}
    document |= {"windowSizeMs": 0, "windowIncreaseMs": 0}
    reading = {"values": sample["payload"]["values"][:1], "intervalMs": 0, "cropStart": 0, "cropEnd": 1}
    for payload in (reading, {"values": ["Ref-BINARY-image/png (1 bytes) 0"], "sensors": []}):
        sample["payload"] |= payload
        explorer = ek.explore(ek.parse(document).blocks[0])
        assert not explorer._meta["timed"]
        explorer._still()
    assert said
    assert not [text for text in said if re.search(r"\d s$", text)]


def test_the_static_page_and_the_notebook_hold_the_same_picture(explorers, tmp_path):
    explorer = explorers["anomaly"]
    explorer.to_html(tmp_path / "page.html")
    picture = explorer._repr_mimebundle_()[0]["image/png"]
    assert base64.b64decode(picture) == explorer._png()
    assert picture in (tmp_path / "page.html").read_text()

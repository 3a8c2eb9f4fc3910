"""Static pictures: what is drawn, where, and that no name from a server can break it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgba
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text

import edgekit as ek
from edgekit import anomaly, plots
from tests.conftest import SEED as FILE

SEED: dict[str, Any] = json.loads(FILE.read_bytes())
HOSTILE = [
    "$\\frac{",
    "$\\frac{$",
    "$",
    "$$",
    "a$b$c",
    "\\$x$",
    "_x",
    "__",
    "<b>",
    "%s",
    "{0}",
    "\\",
    "a\nb",
    "😀",
    "\u202eabc",
]


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Begin and end without open figures."""
    assert not plt.get_fignums()
    yield
    plt.close("all")


def table_of(count: int = 5, **columns: Any) -> pd.DataFrame:
    """Return a table of windows, half overlapping, 0.2 s long."""
    start = np.arange(count) * 100
    return pd.DataFrame({"start_ms": start, "end_ms": start + 200, "expected": "idle"} | columns, index=range(count))


def signal_of(**columns: Any) -> pd.DataFrame:
    """Return readings 10 ms apart."""
    rows = len(next(iter(columns.values())))
    return pd.DataFrame(columns, index=pd.Index(np.arange(rows) * 10.0, name="time_ms"))


def drawn(ax: Axes) -> Axes:
    """Draw the whole figure, as a notebook does; warnings are errors."""
    ax.figure.canvas.draw()
    return ax


def legend(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.get_legend().get_texts()]


def line(ax: Axes, label: str) -> Any:
    [found] = [line for line in ax.get_lines() if line.get_label() == label]
    return found


def shaded(ax: Axes) -> list[tuple[float, float]]:
    return [tuple(path.get_extents().intervalx) for spans in ax.collections for path in spans.get_paths()]


def neighbours(ax: Axes) -> list[Axes]:
    return [other for other in ax.figure.axes if other is not ax]


PICTURES = {
    "signal": lambda ax: plots.signal(signal_of(accX=[1.0, 2.0]), ax=ax),
    "windows": lambda ax: plots.windows(table_of(anomaly=1.0, idle=0.5), 2.0, ax=ax),
    "scores": lambda ax: plots.scores(table_of(anomaly=1.0), ax=ax),
    "histogram": lambda ax: plots.histogram([1.0, 9.0], [False, True], 5, ax=ax),
    "sweep": lambda ax: plots.sweep(anomaly.sweep([1, 2], [False, True]), 1.5, ax=ax),
    "explanation": lambda ax: plots.explanation(pd.Series({"accX RMS": 3.0, "accY RMS": -1.0}), ax=ax),
    "block": lambda ax: ek.parse(SEED).blocks[0].plot(ax=ax),
    "sample": lambda ax: ek.parse(SEED).sample.plot(ax=ax),
}
every_picture = pytest.mark.parametrize("draw", PICTURES.values(), ids=PICTURES)


# --- where ------------------------------------------------------------------------------------------------------------


def test_no_screen_is_needed():
    assert mpl.get_backend().lower() == "agg"


@every_picture
def test_without_axes_a_picture_makes_one_figure(draw):
    assert isinstance(drawn(draw(None)), Axes)
    assert len(plt.get_fignums()) == 1


@every_picture
def test_on_a_dark_ground_nothing_is_black_and_what_was_hollow_stays_so(draw):
    figure = drawn(draw(None)).figure
    hollow = [patch for patch in figure.findobj(Patch) if patch.get_facecolor()[3] == 0]
    assert plots.on_dark(figure.axes[0]) is figure.axes[0]
    assert plots.on_dark(figure) is figure
    assert figure.patch.get_alpha() == figure.axes[0].patch.get_alpha() == 0
    texts = [text for text in figure.findobj(Text) if text.get_text() and text.get_bbox_patch() is None]
    lines = figure.findobj(Line2D)
    assert {to_hex(one.get_color()) for one in (*texts, *lines)}.isdisjoint({"#000000", plots.COLOURS[0].lower()})
    assert all(patch.get_facecolor()[3] == 0 for patch in hollow)


def test_on_dark_takes_what_plots_return():
    with pytest.raises(ek.EdgekitError, match="what a plot returned"):
        plots.on_dark("axes")


@every_picture
@pytest.mark.parametrize("layout", [None, "constrained", "tight"])
def test_a_picture_is_drawn_on_the_axes_it_is_given(draw, layout):
    ax = plt.subplots(ncols=2, layout=layout)[1][1]
    assert drawn(draw(ax)) is ax
    assert ax.get_lines()
    assert len(plt.get_fignums()) == 1


@every_picture
def test_both_axes_say_what_they_show(draw):
    ax = draw(None)
    assert ax.get_xlabel()
    assert ax.get_ylabel()


# --- signal -----------------------------------------------------------------------------------------------------------


def test_a_signal_has_a_line_an_axis_over_seconds():
    ax = drawn(plots.signal(signal_of(accX=[1.0, 2.0, 3.0], accY=[4.0, 5.0, 6.0]), title="circle"))
    assert legend(ax) == ["accX", "accY"]
    assert line(ax, "accY").get_xdata().tolist() == [0, 0.01, 0.02]
    assert line(ax, "accY").get_ydata().tolist() == [4, 5, 6]
    assert ax.get_title("left") == "circle"


def test_units_stand_beside_the_names_where_they_are_known():
    table = signal_of(accX=[1.0], lux=[2.0])
    table.attrs["units"] = {"accX": "m/s2", "lux": "N/A"}
    assert legend(plots.signal(table)) == ["accX (m/s2)", "lux"]


def test_a_signal_without_units_says_so():
    assert "units not stated" in plots.signal(signal_of(accX=[1.0])).get_ylabel()


def test_more_axes_than_colours_differ_in_colour_or_style():
    ax = plots.signal(signal_of(**{f"axis {i}": [float(i)] for i in range(6)}))
    assert len({(line.get_color(), line.get_linestyle()) for line in ax.get_lines()}) == 6


def test_an_empty_signal_is_an_empty_picture():
    assert drawn(plots.signal(signal_of(accX=[]))).get_xlabel() == "time in s"


# --- windows ----------------------------------------------------------------------------------------------------------


def test_a_score_stands_at_the_middle_of_its_window():
    ax = drawn(plots.windows(table_of(3, anomaly=[1.0, 2.0, 3.0])))
    assert line(ax, "anomaly score").get_xdata().tolist() == [0.1, 0.2, 0.3]
    assert line(ax, "anomaly score").get_ydata().tolist() == [1, 2, 3]


def test_the_threshold_is_a_line_and_what_is_above_it_is_marked():
    ax = drawn(plots.windows(table_of(3, anomaly=[1.0, 2.0, 3.0]), 2.0))
    assert list(line(ax, "threshold 2").get_ydata()) == [2, 2]
    assert line(ax, "above the threshold").get_ydata().tolist() == [3]
    assert {"threshold 2", "above the threshold"} < set(legend(ax))


def test_without_a_threshold_there_is_no_line():
    ax = plots.windows(table_of(anomaly=1.0))
    assert [line.get_label() for line in ax.get_lines()] == ["anomaly score"]


def test_segments_are_shaded():
    table = table_of(8, anomaly=[0, 5, 6, 0, 0, 0, 7, 0])
    ax = drawn(plots.windows(table, 1.0, anomaly.segments(table, 1.0)))
    np.testing.assert_allclose(shaded(ax), [(0.1, 0.4), (0.6, 0.8)])
    assert {to_rgba(colour, 1) for spans in ax.collections for colour in spans.get_facecolor()} == {
        to_rgba(plots.ALARM)
    }


def test_labels_are_drawn_above_the_score_over_the_same_time():
    ax = drawn(plots.windows(table_of(anomaly=1.0, idle=0.25, wave=0.75), title="circle"))
    [top] = neighbours(ax)
    assert legend(top) == ["idle", "wave"]
    assert top.get_ylabel() == "probability"
    assert top.get_xlim() == ax.get_xlim()
    assert top.get_position().y0 > ax.get_position().y1
    assert (top.get_title("left"), ax.get_title("left")) == ("circle", "")


def test_labels_alone_need_no_second_axes():
    ax = drawn(plots.windows(table_of(idle=0.25), 0.5, title="circle"))
    assert neighbours(ax) == []
    assert (legend(ax), ax.get_title("left")) == (["idle"], "circle")


def test_values_beyond_one_are_not_called_probabilities():
    assert plots.windows(table_of(temperature=21.5)).get_ylabel() == "value"


@pytest.mark.parametrize(("length_ms", "end"), [(None, 0.6), (5000, 5.0), (100, 0.6), (0, 0.6)])
def test_the_picture_covers_the_sample_and_every_window(length_ms, end):
    assert plots.windows(table_of(anomaly=1.0), length_ms=length_ms).get_xlim() == (0, end)


@pytest.mark.parametrize(
    "columns", [{}, {"anomaly": np.nan}, {"idle": np.nan}, {"anomaly": np.inf}, {"anomaly": np.nan, "idle": np.nan}]
)
@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_table_with_nothing_to_see_is_drawn(columns, count):
    drawn(plots.windows(table_of(count, **columns), 1.0))


def test_a_block_draws_its_threshold_segments_and_names():
    block = ek.parse(SEED).blocks[0]
    ax = drawn(block.plot(threshold=-1))
    assert list(line(ax, "threshold -1").get_ydata()) == [-1, -1]
    np.testing.assert_allclose(shaded(ax), [(0, 2.996)])
    [top] = neighbours(ax)
    assert top.get_title("left") == "Classification (Keras) · idle01.d8Ae"


def test_a_block_draws_its_own_threshold_without_another():
    assert line(ek.parse(SEED).blocks[0].plot(), "threshold 0.5")


# --- scores -----------------------------------------------------------------------------------------------------------


def test_scores_are_a_cumulative_line_a_group():
    table = table_of(4, anomaly=[1.0, 2.0, 3.0, 4.0]).assign(expected=["wave", "idle", "idle", "wave"])
    ax = drawn(plots.scores(table, threshold=2.5))
    assert legend(ax) == ["wave (2 windows)", "idle (2 windows)", "threshold 2.5"]
    steps = line(ax, "idle (2 windows)")
    assert [(x, y) for x, y in zip(*steps.get_data(), strict=True) if np.isfinite(x)] == [(2, 0), (2, 0.5), (3, 1)]
    assert list(line(ax, "threshold 2.5").get_xdata()) == [2.5, 2.5]


def test_scores_can_be_grouped_by_another_column():
    table = table_of(2, anomaly=1.0, device=["a", "b"])
    assert legend(plots.scores(table, by="device")) == ["a (1 window)", "b (1 window)"]


def test_a_group_without_scores_does_no_harm():
    drawn(plots.scores(table_of(3, anomaly=[1.0, 2.0, np.nan]).assign(expected=["idle", "idle", "wave"])))


def test_windows_without_a_label_are_drawn_as_well():
    assert plots.scores(table_of(anomaly=1.0).assign(expected=None)).get_lines()


# --- names from a server ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", HOSTILE)
def test_any_label_and_title_are_drawn(name):
    table = table_of(anomaly=1.0, **{name: 0.5})
    [top] = neighbours(drawn(plots.windows(table, 0.5, title=name)))
    [shown] = legend(top)
    assert shown.strip().replace("\\$", "$") == name


@pytest.mark.parametrize("name", HOSTILE)
def test_any_axis_and_unit_are_drawn(name):
    table = signal_of(**{name: [1.0, 2.0]})
    table.attrs["units"] = {name: name}
    [shown] = legend(drawn(plots.signal(table, title=name)))
    assert shown.strip().replace("\\$", "$") == f"{name} ({name})"


@pytest.mark.parametrize("name", HOSTILE)
def test_any_group_is_drawn(name):
    [shown] = legend(drawn(plots.scores(table_of(anomaly=1.0).assign(expected=name))))
    assert shown.strip().replace("\\$", "$") == f"{name} (5 windows)"


def test_a_very_long_label_leaves_room_for_the_picture():
    drawn(plots.windows(table_of(**{"idle " * 60: 0.5})))


def test_a_name_that_no_font_can_hold_is_drawn_too():
    table = table_of(anomaly=1.0, idle=0.5)
    table.columns = pd.Index([*table.columns[:-1], "idle\ud800"], dtype=object)  # Arrow's own texts hold none
    [top] = neighbours(drawn(plots.windows(table, 0.5, title="\udfff")))
    assert legend(top) == ["idle?"]

"""Pictures and single readings have no time: nothing is drawn or said "from 0 to 0 s"."""

from __future__ import annotations

import copy
import re

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import edgekit as ek
from tests.visual.surfaces import CASE

NO_TIME = re.compile(r"(?<![\d.])0(\.0+)? ?(ms|s|Hz)\b")


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def windows(scores: list[float], end_ms: float = 0.0) -> pd.DataFrame:
    return pd.DataFrame({"start_ms": 0.0, "end_ms": end_ms, "expected": None, "anomaly": scores, "idle": 0.5})


def test_windows_without_time_stand_one_after_the_other():
    ax = ek.plots.windows(windows([1.0, 2.0, 9.0]), 4.5, pd.DataFrame({"start_ms": [0.0], "end_ms": [0.0]}))
    assert ax.get_xlabel() == "window"
    assert ax.lines[0].get_xdata().tolist() == [0, 1, 2]
    assert ax.get_xlim() == (-0.5, 2.5)
    assert not ax.collections  # nothing is shaded: no segment lasts
    assert ek.plots.windows(windows([1.0], 500.0)).get_xlabel().startswith("time in s")
    assert ek.plots.windows(windows([1.0]), length_ms=500).get_xlabel().startswith("time in s")
    assert ek.plots.windows(windows([])).get_xlabel().startswith("time in s")


def test_predictions_without_time_stand_one_after_the_other():
    table = pd.DataFrame({"start_ms": 0.0, "end_ms": 0.0, "expected": [1.0, 2.0], "predicted": [1.5, 2.0]})
    ax = ek.plots.predicted_over_time(table, 0.2)
    assert ax.get_xlabel() == "window"
    assert ax.get_xlim() == (-0.5, 1.5)


def test_a_single_reading_is_drawn_axis_by_axis():
    table = pd.DataFrame({"red": [1.0], "blue": [2.0]}, index=pd.Index([0.0], name="time_ms"))
    table.attrs["units"] = {"red": "lux", "blue": "N/A"}
    ax = ek.plots.signal(table)
    assert [text.get_text() for text in ax.get_xticklabels()] == ["red (lux)", "blue"]
    assert ax.get_xlabel() == "axis"


def test_readings_without_an_interval_are_numbered():
    table = pd.DataFrame({"red": [1.0, 3.0, 2.0]}, index=pd.Index(np.zeros(3), name="time_ms"))
    ax = ek.plots.signal(table)
    assert ax.get_xlabel() == "reading"
    assert ax.lines[0].get_xdata().tolist() == [0, 1, 2]


@pytest.mark.parametrize("kind", ["image", "table"])
@pytest.mark.parametrize("interval", [0, 1])  # some servers send 1 for a picture
def test_nothing_is_said_of_a_time_that_is_not(kind, interval):
    document = copy.deepcopy(CASE)
    info = document["sample"]["sample"]
    info |= {"chartType": kind, "intervalMs": interval if kind == "image" else 0, "totalLengthMs": 0}
    document["classifications"][0]["learnBlock"]["type"] = "anomaly"
    del document["classifications"][0]["anomalyResult"]
    result = ek.parse(document)
    explorer = ek.explore(result.blocks[0])
    shown = [result, result.sample, result.blocks[0]]
    for text in (*map(repr, shown), *(one._repr_html_() for one in shown), explorer.text()):
        assert not NO_TIME.search(text), text
    assert result.blocks[0].plot().get_xlabel() == "window"

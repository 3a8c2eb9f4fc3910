"""Two models on the same samples: what changed, and McNemar's interval over samples."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import edgekit as ek
from edgekit.verdicts import compare, difference
from tests.studio.test_model_testing import ENDED, IMPULSE, STARTED
from tests.wire.test_answers import TESTED, answering

JUDGED = TESTED | {"predictions": [TESTED["predictions"][0] | {"label": "idle", "predictionCorrect": True}]}


def predictions(said, sample=None, label="on", size=10):
    count = len(said)
    table = pd.DataFrame({"sample": range(count) if sample is None else sample, "label": label, "prediction": said})
    table["start_ms"] = table.groupby("sample").cumcount() * size
    table["end_ms"] = table["start_ms"] + size
    return table.assign(correct=table["prediction"] == table["label"])


def test_what_changed_is_listed_and_counted():
    a, b = predictions(["on", "off", "on", "uncertain"]), predictions(["on", "on", "off", "off"])
    found = compare(a, b, ("float32", "int8"))
    assert found.changed[["sample", "a", "b", "a_right", "b_right"]].to_numpy().tolist() == [
        [1, "off", "on", False, True],
        [2, "on", "off", True, False],
        [3, "uncertain", "off", False, False],
    ]
    assert found.confusion.columns.tolist() == ["off", "on", "uncertain"]
    assert found.confusion.to_numpy().tolist() == [[0, 1, 0], [1, 1, 0], [1, 0, 0]]
    assert found.figures.loc[["both right", "only a right", "only b right", "both wrong"], "value"].tolist() == [1] * 4
    assert "3 windows changed" in repr(found)
    assert "float32 (a) and int8 (b)" in found._repr_html_()
    assert "no label in common" not in found.note
    assert "no label in common" in compare(a, b.assign(label="state: on")).note


def test_with_one_window_a_sample_the_interval_is_mcnemars():
    rng = np.random.default_rng(0)
    a, b = rng.random(80) < 0.6, rng.random(80) < 0.75
    only_a, only_b = (a & ~b).sum(), (~a & b).sum()
    found = difference(pd.Series(range(80)), pd.Series(a), pd.Series(b))
    half = 1.959963984540054 * np.sqrt(only_a + only_b - (only_b - only_a) ** 2 / 80) / 80
    assert found.value == pytest.approx((only_b - only_a) / 80, abs=1e-12)
    assert (found.low, found.high) == pytest.approx((found.value - half, found.value + half), abs=1e-12)


def test_windows_of_one_sample_that_agree_do_not_make_it_surer():
    a = predictions(["off", "on", "on", "off"])
    b = predictions(["on", "on", "off", "on"])
    ten = [table.loc[table.index.repeat(10)].assign(start_ms=list(range(10)) * 4) for table in (a, b)]
    pd.testing.assert_series_equal(compare(a, b).figures.loc["difference"], compare(*ten).figures.loc["difference"])


def test_a_share_is_no_less_than_0_and_no_more_than_1_in_its_interval_too():
    said = ["off", *["on"] * 19]
    figures = compare(predictions(said), predictions(["on"] * 20)).figures
    assert figures.loc["changed", ["value", "low"]].tolist() == [0.05, 0]
    assert figures.loc["a right", ["value", "high"]].tolist() == [0.95, 1]
    assert figures.loc["difference", "low"] < 0


def test_windows_of_another_length_are_compared_with_the_nearest_and_it_is_said():
    a = predictions(["on", "off"], sample=[1, 1], size=20)
    b = predictions(["on", "on", "off", "on"], sample=[1] * 4, size=10)
    found = compare(a, b)
    assert found.changed.empty  # middles 10 and 30 beside 5, 15, 25, 35: of two as near the earlier
    assert "nearest" in found.note
    assert np.isnan(found.figures.loc["difference", "low"])


def test_of_numbers_the_verdict_is_whether_they_are_within_the_threshold():
    a = predictions([1.0, 2.0], label=1.0)
    b = predictions([1.0, 1.0], label=1.0)
    assert compare(a, b).changed[["a", "b"]].to_numpy().tolist() == [["beyond the threshold", "within the threshold"]]


def test_what_cannot_be_compared_is_a_usage_error():
    with pytest.raises(ek.UsageError, match="no window of the same sample"):
        compare(predictions(["on"], sample=[1]), predictions(["on"], sample=[2]))
    with pytest.raises(ek.UsageError, match="lack the column 'correct'"):
        compare(predictions(["on"]), predictions(["on"]).drop(columns="correct"))


@pytest.fixture(scope="module")
def own():
    with ek.Sandbox() as running:
        yield ek.connect(url=running.url, api_key=running.keys["motion"])


def test_two_variants_are_tested_and_compared():
    with ek.Sandbox() as running:
        own = ek.connect(url=running.url, api_key=running.keys["appliances"])
        found = own.compare("float32", "int8")
        testing = [own.test(start=False, variant=name).predictions for name in ("float32", "int8")]
    assert found.names == ("float32", "int8")
    assert [set(results) for results in found.results] == [set(found.results[0])] * 2 != [set()] * 2
    assert len(found.changed) == (testing[0]["prediction"] != testing[1]["prediction"]).sum() > 0
    assert found.figures.loc["a right", "value"] == pytest.approx(testing[0]["correct"].mean())
    low, high = found.figures.loc["difference", ["low", "high"]]
    assert low <= testing[1]["correct"].mean() - testing[0]["correct"].mean() <= high


def test_two_impulses_are_compared_and_so_are_tests_that_were_run(own):
    found = own.compare(1, 2)
    assert found.names == ("impulse 1", "impulse 2")
    assert "nearest" in found.note
    assert found.confusion.to_numpy().sum() == 50 * 17
    testing, short = own.test(start=False), own.test(start=False, impulse=2)
    assert own.compare(testing, testing).changed.empty
    assert own.compare(testing, short).names == ("the server's choice", "impulse 2")


@pytest.mark.parametrize("wrong", [None, 1.5, ["float32"]])
def test_what_is_no_variant_impulse_or_test_is_a_usage_error_before_anything_runs(own, wrong, monkeypatch):
    monkeypatch.setattr(ek.Studio, "test", lambda *_, **__: pytest.fail("a job was started"))
    with pytest.raises(ek.UsageError, match="a variant's name, an impulse's id or a ModelTesting"):
        own.compare("float32", wrong)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("float32", 99), "No impulse with id 99: this project has 1, 2"),
        ((1, 99), "No impulse with id 99"),
        (("float32", "float16"), "No 'float16' model in this project: it has float32, int8"),
        ((2, "float16"), "No 'float16' model"),
    ],
)
def test_what_the_project_lacks_is_refused_before_anything_runs(studio, given, said, monkeypatch):
    monkeypatch.setattr("edgekit.studio.calls.Calls.wait_for", lambda *_: pytest.fail("a job was started"))
    with pytest.raises(ek.StudioError, match=said):
        studio.compare(*given)
    with pytest.raises(ek.UsageError, match="category is one of training"):
        studio.compare("float32", given[1], category="nope")


def test_two_variants_are_run_by_one_job_and_one_given_twice_once():
    with answering(STARTED, ENDED, JUDGED, IMPULSE, JUDGED) as (studio, server):
        assert studio.compare("float32", "int8").changed.empty
    assert json.loads(server.requests[0].body) == {"modelVariants": ["float32", "int8"]}
    assert [sum(word in asked.path for asked in server.requests) for word in ("jobs/classify", "page")] == [1, 2]
    with answering(STARTED, ENDED, JUDGED, IMPULSE) as (studio, server):
        assert studio.compare("int8", "int8").names == ("int8", "int8")
    assert sum("jobs/classify" in asked.path for asked in server.requests) == 1


def test_a_comparison_opens_the_samples_whose_verdict_changed(studio):
    results = {result.sample.id: result for result in studio.classify([31, 32, 60])}
    one = predictions(["on", "off"])
    compared = replace(compare(one, one), results=(results, results))
    with pytest.raises(ek.EdgekitError, match="no verdict changed"):
        ek.explore(compared)
    changed = replace(compared, changed=pd.DataFrame({"sample": [31, 31, 60]}))
    assert ek.explore(changed).windows["sample"].unique().tolist() == [31, 60]
    with pytest.raises(ek.EdgekitError, match=r"studio\.compare"):
        ek.explore(replace(compared, results=({}, {})))

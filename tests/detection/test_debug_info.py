"""debugInfoJson: read into image coordinates, written back as it was, completed where it is partial."""

from __future__ import annotations

import copy
import json
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import edgekit as ek
from edgekit.detection import DebugInfo
from tests.conftest import SEED
from tests.detection.test_detection_matching import distance as _distance

EXAMPLE: str = json.loads(SEED.read_bytes())["classifications"][0]["structuredResult"][0]["debugInfoJson"]
EMPTY = '{"assignments": [], "unassigned_y_true_idxs": [], "unassigned_y_pred_idxs": []}'
QUICKLY = settings(max_examples=150)

RATIO = st.floats(0, 1) | st.sampled_from([0.0, 0.25, 0.5, 1.0])


def point(labels: list[int]) -> st.SearchStrategy[dict[str, Any]]:
    """Return the centre of a box as it stands on the wire, in the order of its fields."""
    return st.builds(lambda x, y, label: {"x": x, "y": y, "label": label}, RATIO, RATIO, st.sampled_from(labels))


TRUTH, POINT = point([-1, 1, 2, 3]), point([1, 2, 3])


def studio_document(truths: list[dict[str, Any]], predictions: list[dict[str, Any]], limit: float) -> dict[str, Any]:
    """Write what the Studio writes, by a plain statement of its published rule."""
    assignments, pairwise = [], []
    for i, prediction in enumerate(predictions):
        best = None
        for j, truth in enumerate(truths):
            if prediction["label"] == truth["label"]:
                distance = _distance((prediction["x"], prediction["y"]), (truth["x"], truth["y"]))
                pairwise.append([i, j, distance])
                if distance <= limit and (best is None or distance < best["distance"]):
                    best = {"yp": i, "yt": j, "label": prediction["label"], "distance": distance}
        assignments += [best] if best else []
    found, taken = {a["yp"] for a in assignments}, {a["yt"] for a in assignments}
    document: dict[str, Any] = {"y_trues": truths, "y_preds": predictions, "assignments": assignments}
    document |= {"normalised_min_distance": limit, "all_pairwise_distances": pairwise}
    document["unassigned_y_true_idxs"] = [j for j in range(len(truths)) if j not in taken]
    document["unassigned_y_pred_idxs"] = [i for i in range(len(predictions)) if i not in found]
    return document if truths or predictions else json.loads(EMPTY)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    limit = draw(st.sampled_from([0.05, 0.2, 0.5]))
    return studio_document(draw(st.lists(TRUTH, max_size=6)), draw(st.lists(POINT, max_size=6)), limit)


# --- the documented example -------------------------------------------------------------------------------------------


def test_the_rows_of_the_wire_become_the_vertical_of_the_picture():
    info = DebugInfo.from_json(EXAMPLE)
    assert info.truths.to_dict("list") == {"x": [0.453125, 0.53125], "y": [0.854, 0.197], "label": [1, 2]}
    assert info.predictions.to_dict("list") == {"x": [0.875, 0.541], "y": [0.916, 0.25], "label": [1, 2]}


def test_the_assignments_are_those_of_the_document():
    info = DebugInfo.from_json(EXAMPLE)
    expected = {"prediction": [1], "truth": [1], "label": [2], "distance": [0.053]}
    assert info.assignments.to_dict("list") == expected
    assert info.pairwise.to_numpy().tolist() == [[0, 0, 0.426], [1, 1, 0.053]]
    assert list(info.pairwise.columns) == ["prediction", "truth", "distance"]
    assert (info.unassigned_truths, info.unassigned_predictions, info.min_distance) == ([0], [0], 0.2)
    assert (info.derived, info.names, info.one_to_one) == ((), {}, False)


def test_the_figures_of_the_example():
    assert DebugInfo.from_json(EXAMPLE).metrics() == (1, 1, 1, 0.5, 0.5, 0.5)


def test_the_example_comes_back_with_the_same_values():
    assert json.loads(DebugInfo.from_json(EXAMPLE).to_json()) == json.loads(EXAMPLE)


def test_a_text_copied_together_with_its_quotes_reads_the_same():
    assert DebugInfo.from_json(json.dumps(EXAMPLE)).to_json() == DebugInfo.from_json(EXAMPLE).to_json()
    assert DebugInfo.from_json(EXAMPLE.encode()).to_json() == DebugInfo.from_json("\ufeff" + EXAMPLE).to_json()


def test_it_shows_what_it_holds():
    assert repr(DebugInfo.from_json(EXAMPLE)) == "<DebugInfo of 2 truths, 2 predictions · 1 assigned within 0.2>"
    assert "F1 0.500" in DebugInfo.from_json(EXAMPLE)._repr_html_()


def test_what_one_changes_in_a_table_changes_nothing_else():
    info = DebugInfo.from_json(EXAMPLE)
    for table in (info.truths, info.predictions, info.assignments, info.pairwise):
        table.iloc[:, 0] = 9
    info.unassigned_truths.append(7)
    errors = info.errors()
    errors["kind"] = ""
    assert json.loads(info.to_json()) == json.loads(EXAMPLE)
    assert set(info.errors()["kind"]) == {"hit", "missed", "background"}


def test_names_are_a_mapping_and_leave_the_labels_alone():
    info = DebugInfo.from_json(EXAMPLE, names={1: "bolt"})
    assert info.truths["label"].tolist() == [1, 2]
    assert [info.name(label) for label in (1, 2)] == ["bolt", "2"]
    with pytest.raises(ek.UsageError, match="names is a mapping"):
        DebugInfo.from_json(EXAMPLE, names=["bolt"])


# --- the empty picture ------------------------------------------------------------------------------------------------


def test_an_empty_picture_has_empty_tables_perfect_figures_and_three_fields():
    info = DebugInfo.from_json(EMPTY)
    assert info.to_json() == EMPTY
    assert info.metrics() == info.metrics(one_to_one=True) == (0, 0, 0, 1.0, 1.0, 1.0)
    tables = (info.truths, info.predictions, info.assignments, info.pairwise, info.errors())
    assert not any(len(table) for table in tables)
    assert list(info.truths.columns) == ["x", "y", "label"]
    assert info.derived == ("min_distance",)


def test_an_empty_picture_that_was_sent_whole_comes_back_whole():
    parts = {"y_trues": [], "y_preds": [], "assignments": [], "normalised_min_distance": 0.05}
    parts |= {"all_pairwise_distances": [], "unassigned_y_true_idxs": [], "unassigned_y_pred_idxs": []}
    assert DebugInfo.from_json(json.dumps(parts)).to_json() == json.dumps(parts)


# --- round trip -------------------------------------------------------------------------------------------------------


@given(documents())
@QUICKLY
def test_a_document_as_the_studio_writes_it_comes_back_to_the_letter(document):
    text = json.dumps(document)
    assert DebugInfo.from_json(text).to_json() == text


@given(documents())
@QUICKLY
def test_the_document_agrees_with_what_the_rule_makes_of_its_points(document):
    info = DebugInfo.from_json(json.dumps(document))
    assert not info.check()["differ"].any()
    assert info.metrics() == info.recomputed_metrics(one_to_one=False)


# --- partial documents ------------------------------------------------------------------------------------------------

DERIVABLE = {
    "assignments": "assignments",
    "all_pairwise_distances": "pairwise",
    "unassigned_y_true_idxs": "unassigned_truths",
    "unassigned_y_pred_idxs": "unassigned_predictions",
}


@given(documents().filter(lambda d: "y_trues" in d), st.sets(st.sampled_from(sorted(DERIVABLE)), min_size=1))
@QUICKLY
def test_missing_parts_are_derived_and_marked(document, missing):
    partial = {name: value for name, value in document.items() if name not in missing}
    info = DebugInfo.from_json(json.dumps(partial))
    assert json.loads(info.to_json()) == document
    assert set(info.derived) == {DERIVABLE[name] for name in missing}


def test_a_missing_distance_is_the_studios():
    document = json.loads(EXAMPLE)
    del document["normalised_min_distance"]
    info = DebugInfo.from_json(json.dumps(document))
    assert (info.min_distance, info.derived) == (0.2, ("min_distance",))
    assert "Derived by the published rule: min_distance." in info._repr_html_()


def test_points_that_are_missing_cannot_be_derived():
    for field in ("y_trues", "y_preds"):
        document = json.loads(EXAMPLE)
        del document[field], document["assignments"]
        for name in ("unassigned_y_true_idxs", "unassigned_y_pred_idxs", "all_pairwise_distances"):
            del document[name]
        with pytest.raises(ek.ResponseError) as caught:
            DebugInfo.from_json(json.dumps(document))
        assert caught.value.place == f"$.{field}"


def test_a_picture_with_predictions_only_needs_no_list_of_truths():
    text = '{"y_preds": [{"x": 0.1, "y": 0.2, "label": 1}], "assignments": [], "unassigned_y_true_idxs": []}'
    info = DebugInfo.from_json(text)
    assert info.metrics() == (0, 1, 0, 0.0, 0.0, 0.0)
    assert set(info.derived) == {"truths", "min_distance", "pairwise", "unassigned_predictions"}


def test_a_server_that_counts_otherwise_is_kept_and_the_difference_shown():
    document = json.loads(EXAMPLE) | {"assignments": [], "unassigned_y_true_idxs": [0, 1]}
    info = DebugInfo.from_json(json.dumps(document))
    assert info.metrics() == (0, 1, 2, 0.0, 0.0, 0.0)
    assert info.recomputed_metrics(one_to_one=False).tp == 1
    assert info.check().set_index("part")["differ"].to_dict() == {
        "assignments": 1, "unassigned_truths": 1, "unassigned_predictions": 0, "pairwise": 0,
    }  # fmt: skip


# --- broken documents -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        (("y_preds", 1, "x"), "left", "$.y_preds[1].x"),
        (("y_preds", 1, "x"), None, "$.y_preds[1].x"),
        (("y_trues", 0), 5, "$.y_trues[0]"),
        (("y_trues", 0), {"x": 0.5, "label": 1}, "$.y_trues[0].y"),
        (("y_trues", 0, "label"), 1.5, "$.y_trues[0].label"),
        (("assignments", 0, "yp"), 2, "$.assignments[0].yp"),
        (("assignments", 0, "yt"), 10**30, "$.assignments[0].yt"),
        (("assignments", 0, "yt"), -1, "$.assignments[0].yt"),
        (("all_pairwise_distances", 1), [0, 0], "$.all_pairwise_distances[1]"),
        (("all_pairwise_distances", 1, 0), 9, "$.all_pairwise_distances[1][0]"),
        (("unassigned_y_true_idxs", 0), 2, "$.unassigned_y_true_idxs[0]"),
        (("unassigned_y_pred_idxs",), None, "$.unassigned_y_pred_idxs"),
        (("normalised_min_distance",), "far", "$.normalised_min_distance"),
        (("normalised_min_distance",), -0.1, "$.normalised_min_distance"),
    ],
)
def test_what_is_broken_is_named_by_its_place(path, value, place):
    document = json.loads(EXAMPLE)
    node: Any = document
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    with pytest.raises(ek.ResponseError, match="debugInfoJson") as caught:
        DebugInfo.from_json(json.dumps(document))
    assert caught.value.place == place


@pytest.mark.parametrize(
    "text",
    ["", " ", "{", "null", "[]", "5", "{}", '""', '"{}"', '"', "[" * 100_000, '{"a":' * 100_000, "\ud800", EXAMPLE[:90],
     EXAMPLE.replace("0.854", "NaN"), EXAMPLE.replace("0.854", "1e999"), EXAMPLE.replace("0.854", "1" * 5000)],
)  # fmt: skip
def test_no_text_whatever_raises_anything_else(text):
    with pytest.raises(ek.ResponseError):
        DebugInfo.from_json(text)


def test_what_is_no_text_is_a_usage_error():
    with pytest.raises(ek.UsageError):
        DebugInfo.from_json({"y_trues": []})


ODD = st.sampled_from(
    [None, True, "x", "\ud800", -1, 0, 1, 2, 2**53, 10**400, 1.5, 1e308, -1e308, 5e-324, float("nan"), float("inf"), [],
     {}, [[]], {"x": 1, "y": 1, "label": 1}]
)  # fmt: skip


def _mutate(node: Any, draw: Any) -> Any:
    """Change, drop or add one thing somewhere in the document."""
    if isinstance(node, dict) and node and draw(st.booleans()):
        key = draw(st.sampled_from(sorted(node)))
        if draw(st.booleans()):
            return {name: value for name, value in node.items() if name != key}
        return node | {key: _mutate(node[key], draw)}
    if isinstance(node, list) and node and draw(st.booleans()):
        place = draw(st.integers(0, len(node) - 1))
        return [*node[:place], _mutate(node[place], draw), *node[place + 1 :]]
    return draw(ODD)


@given(documents(), st.data())
@settings(max_examples=200)
def test_a_mutated_document_is_read_or_a_response_error(document, data):
    mutated = _mutate(copy.deepcopy(document), data.draw)
    try:
        info = DebugInfo.from_json(json.dumps(mutated))
    except ek.ResponseError:
        return
    for table in (info.truths, info.predictions, info.assignments, info.pairwise, info.errors(), info.check()):
        assert isinstance(table, pd.DataFrame)
    assert info.metrics(one_to_one=True).tp <= len(info.predictions)
    assert DebugInfo.from_json(info.to_json()).to_json() == info.to_json()
    assert info.confusion().to_numpy().sum() >= max(len(info.truths), len(info.predictions)) - 1e-9
    assert repr(info)
    assert info._repr_html_()


@given(st.text() | st.binary())
@QUICKLY
def test_any_text_is_read_or_a_response_error(text):
    with pytest.raises(ek.ResponseError):
        DebugInfo.from_json(text)


def test_a_broken_document_is_told_with_the_next_step():
    with pytest.raises(ek.ResponseError, match=r"\$\.y_trues\[0\]\.y: .*whole text of debugInfoJson"):
        ek.detection.DebugInfo.from_json('{"y_trues": [{"x": 1}]')

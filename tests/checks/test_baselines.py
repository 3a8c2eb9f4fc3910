"""Baselines of models: what is told of results that moved, and that nothing is told of those that did not."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

import edgekit as ek
from edgekit.checks import baseline_file
from edgekit.checks.baseline import FRAME, Baseline, BlockSettings, Settings, gathered
from edgekit.checks.differences import beyond, differences
from edgekit.checks.object_matching import matched
from edgekit.detection.boxes import iou
from edgekit.detection.scene import BOX
from tests.labels_result import labelled_result
from tests.numbers_result import predicted_result
from tests.objects_result import detected_result
from tests.scores import scored_document
from tests.visual_result import seen_result

DATA = Path(__file__).parents[1] / "data"


def two_numbers() -> ek.ClassifyResult:
    found = document(windows=2)
    block_of(found)["learnBlock"] |= {"type": "keras-regression"}
    block_of(found)["result"] = [{"left": 1.0, "right": 2.0}] * 2
    return ek.parse(found)


RUNNERS_BOX = {"label": "bolt", "value": 0.9, "x": 32, "y": 16, "width": 8, "height": 8}
KINDS = {
    "anomaly": lambda: ek.parse(scored_document(40)),
    "classification": lambda: labelled_result(40),
    "regression": lambda: predicted_result(40),
    "detection": lambda: detected_result(5, 6),
    "visual": lambda: seen_result(
        [[0.5, 6.1], [np.nan, 1.0]], boxes=[{"label": "a", "score": 6.1, "x": 0, "y": 0, "width": 0.5, "height": 0.5}]
    ),
    "label map": lambda: ek.parse(DATA / "label-map-response.json"),
    "every kind at once": lambda: ek.parse(DATA / "seed-classify-response.json"),
    "no score of the picture": lambda: seen_result(None),
    "two numbers a window": two_numbers,
    "the runner's cells": lambda: ek.parse(DATA / "runner-visual.json"),
    "the runner's boxes in pixels": lambda: ek.parse({"result": {"bounding_boxes": [RUNNERS_BOX]}, "timing": {}}),
    "no debug info": lambda: ek.parse(DATA / "cases" / "fomo-without-debug-response.json"),
}


def document(*, sample: int = 1, project: int = 7, windows: int = 8) -> dict[str, Any]:
    found = scored_document(windows, name="idle")
    found["sample"]["sample"] |= {"id": sample, "projectId": project}
    for row in found["classifications"][0]["result"]:
        del row["idle"]
    return found


def block_of(document: dict[str, Any]) -> dict[str, Any]:
    return document["classifications"][0]


@pytest.fixture
def path(tmp_path) -> Path:
    """The baseline of `document()`."""
    ek.checks.save([ek.parse(document())], tmp_path / "baseline.csv")
    return tmp_path / "baseline.csv"


def compared(path: Path, *documents: dict[str, Any], **options: float) -> ek.checks.Comparison:
    return ek.checks.compare([ek.parse(one) for one in documents], path, **options)


# --- nothing moved ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_results_are_what_their_own_baseline_says_to_the_last_digit(kind, tmp_path):
    path = tmp_path / "baseline.csv"
    ek.checks.save(KINDS[kind](), path)
    comparison = ek.checks.compare(KINDS[kind](), path, rtol=0)
    assert comparison.ok, comparison
    assert repr(comparison).startswith("<Comparison with baseline.csv: all is as it was · 1 sample, ")
    assert "\n" not in repr(comparison)
    assert comparison.results == {}
    with pytest.raises(ek.UsageError, match="nothing to explore"):
        ek.explore(comparison)
    for table in (gathered([KINDS[kind]()]).rows, baseline_file.read(path).rows):
        assert {str(table[name].dtype) for name in table if name not in FRAME} <= {"float64"}
    before = path.read_bytes()
    ek.checks.save(KINDS[kind](), path)  # says the same: nothing to write, and nothing to refuse
    assert path.read_bytes() == before


def test_it_takes_a_mapping_one_block_and_model_testing(path):
    result = ek.parse(document())

    testing = ek.ModelTesting(pd.DataFrame(), {1: result}, lambda: None)
    for results in (result, [result], {1: result}, result.blocks, result.block(5), testing):
        assert ek.checks.compare(results, path).ok


@pytest.mark.parametrize(("noise", "ok"), [(1e-9, True), (1e-3, False)])
def test_noise_in_the_last_digits_is_no_change_and_a_thousandth_is(path, noise, ok):
    changed = document()
    for row in block_of(changed)["result"]:
        row["anomaly"] *= 1 + noise
    assert compared(path, changed).ok is ok
    assert compared(path, changed, rtol=2 * noise).ok


@settings(max_examples=30)
@given(st.lists(st.floats(width=64), min_size=1), st.lists(st.text(max_size=5), min_size=3, max_size=3, unique=True))
def test_a_file_gives_back_what_was_written(numbers, texts):
    from tempfile import TemporaryDirectory

    from edgekit import display

    label, verdict, column = (display.shown(text) for text in texts)
    column = f"score {column}"
    about = Settings(
        "1", 1, label, None, None, None, 2000, 500, [BlockSettings(1, "keras", label, "classification", {}, [column])]
    )
    count = len(numbers)
    rows = pd.DataFrame(
        {
            "block": 1,
            "sample": 1,
            "window": range(count),
            "object": -1,
            "label": label,
            "verdict": verdict,
            column: np.array(numbers, float),
        }
    )
    baseline = Baseline(about, rows.astype({"label": "category", "verdict": "category"}))
    with TemporaryDirectory() as folder:
        place = Path(folder) / "baseline.csv"
        place.write_bytes(baseline_file.written(baseline).encode())
        again = baseline_file.read(place)
    assert again.settings == about
    assert list(again.rows) == list(rows)
    np.testing.assert_array_equal(again.rows[column].to_numpy(), rows[column].to_numpy())
    found = differences(baseline, again, 0, 0)
    assert not any(map(len, (found.moved, found.verdicts, found.missing, found.labels, found.settings)))


@given(st.floats(), st.floats(), st.floats(0, 1), st.floats(0, 1))
def test_beyond_is_numpys_rule_with_nan_as_itself(old, new, rtol, atol):
    with np.errstate(all="ignore"):
        close = np.isclose(new, old, rtol=rtol, atol=atol, equal_nan=True)
    assert beyond(np.array([old]), np.array([new]), rtol, atol)[0] == (not close)


# --- what moved -------------------------------------------------------------------------------------------------------


def test_verdicts_come_first_and_the_worst_of_them_first(path):
    changed = document()
    scores = [row["anomaly"] for row in block_of(changed)["result"]]
    below = [i for i, score in enumerate(scores) if score <= 3]
    for place, score in zip(below[:3], (3.5, 90.0, 1.001 * scores[below[2]]), strict=True):
        block_of(changed)["result"][place]["anomaly"] = score
    comparison = compared(path, changed)
    assert not comparison.ok
    assert comparison.verdicts[["window", "change", "old", "new"]].to_numpy().tolist() == [
        [below[1], "over the threshold", "no anomaly", "anomaly"],
        [below[0], "over the threshold", "no anomaly", "anomaly"],
    ]
    assert list(comparison.moved) == ["block", "sample", "window", "column", "old", "new", "difference"]
    assert comparison.moved["window"].tolist() == [below[1], below[0], below[2]]
    assert comparison.moved["difference"].tolist() == pytest.approx(
        [90 - scores[below[1]], 3.5 - scores[below[0]], 0.001 * scores[below[2]]]
    )
    assert comparison.worst == (5, 1, below[1])
    assert list(comparison.results) == [1]
    text = repr(comparison)
    assert (
        text.index("2 verdicts changed, in 1 sample.") < text.index("3 scores moved beyond") < text.index("update=True")
    )
    assert ek.explore(comparison).window == below[1]


def test_a_score_that_is_missing_now_moved_farthest(path):
    changed = document()
    block_of(changed)["result"][4] = {"anomaly": None}
    comparison = compared(path, changed)
    (row,) = comparison.moved.itertuples()
    assert (row.window, np.isnan(row.new)) == (4, True)


def test_the_label_that_a_window_is_given_is_a_verdict(tmp_path):
    def labelled(probability, threshold=0.6):
        found = document(windows=2)
        block_of(found)["learnBlock"] |= {"type": "keras"}
        block_of(found)["thresholds"][0] |= {"key": "min_score", "value": threshold}
        block_of(found)["result"] = [{"idle": probability, "wave": 1 - probability}] * 2
        return found

    path = tmp_path / "b.csv"
    ek.checks.save(ek.parse(labelled(0.9)), path)
    assert set(compared(path, labelled(0.1)).verdicts["change"]) == {"another label"}
    assert set(compared(path, labelled(0.55)).verdicts["change"]) == {"under the threshold"}


def test_a_probability_near_zero_is_not_the_worst_where_it_becomes_many_times_as_much(tmp_path):
    def labelled(*rows):
        found = document(windows=len(rows))
        block_of(found)["learnBlock"] |= {"type": "keras"}
        block_of(found)["thresholds"][0] |= {"key": "min_score", "value": 0.6}
        block_of(found)["result"] = [dict(zip(("idle", "wave", "anomaly"), row, strict=True)) for row in rows]
        return found

    path = tmp_path / "b.csv"
    ek.checks.save(ek.parse(labelled((0.9, 1e-6, 50.0), (0.9, 1e-6, 50.0), (0.9, 1e-6, 50.0))), path)
    moved = compared(path, labelled((0.9, 9e-6, 50.0), (0.7, 1e-6, 50.0), (0.9, 1e-6, 55.0))).moved
    assert moved["column"].tolist() == ["idle", "anomaly", "wave"]  # by 0.2 of 0.9, by 5 of 50, by 8e-6 of 0.9


def picture(*objects, rows=((0.1, 0.1), (0.5, 0.5), (0.8, 0.1)), side=0.1, sample=7):
    found = json.loads((DATA / "cases" / "fomo-without-debug-response.json").read_text())
    place = dict(enumerate(rows))
    found["classifications"][0]["structuredResult"] = [{
        "boxes": [[*place[i], side, side] for i, _ in objects], "scores": [0.9] * len(objects),
        "labels": [label for _, label in objects], "mAP": 0, "f1": 0, "precision": 0, "recall": 0,
    }]  # fmt: skip
    found["classifications"][0]["details"] = []
    found["sample"]["sample"]["id"] = sample
    return found


def test_objects_are_lost_found_called_something_else_or_moved(tmp_path):
    path = tmp_path / "b.csv"
    ek.checks.save(ek.parse(picture((0, "bolt"), (1, "nut"))), path)
    verdicts = compared(path, picture((0, "nut"), (2, "bolt"))).verdicts[["change", "old", "new"]]
    assert sorted(verdicts.to_numpy().tolist()) == [
        ["another label", "bolt", "nut"], ["object found", "", "bolt"], ["object lost", "nut", ""],
    ]  # fmt: skip
    assert compared(path, picture((1, "nut"), (0, "bolt"))).ok  # another order is no change
    shifted = compared(path, picture((0, "bolt"), (1, "nut"), rows=((0.12, 0.1), (0.5, 0.5))))
    assert shifted.verdicts.empty
    assert shifted.moved["column"].tolist() == ["x of bolt at 0.12, 0.1"]


def test_an_object_is_looked_for_in_its_own_picture_and_one_without_area_is_itself(tmp_path):
    path = tmp_path / "b.csv"
    ek.checks.save([ek.parse(picture((0, "bolt"), (1, "nut"), side=0, sample=i)) for i in (1, 2, 3)], path)
    still, empty = picture((0, "bolt"), (1, "nut"), side=0, sample=1), picture(sample=2)
    comparison = compared(path, still, empty, picture((0, "bolt"), (1, "nut"), side=0, sample=3))
    assert comparison.verdicts[["sample", "change", "old"]].to_numpy().tolist() == [
        [2, "object lost", "bolt"], [2, "object lost", "nut"],
    ]  # fmt: skip


boxes = st.lists(st.tuples(*[st.integers(0, 8)] * 4, st.sampled_from("ab")), max_size=5)


@settings(max_examples=50)
@given(boxes, boxes)
def test_objects_are_matched_one_to_one_in_their_picture_and_as_many_of_one_label_as_can_be(old, new):
    kinds = dict.fromkeys(BOX, float)
    one, other = (pd.DataFrame(rows, columns=[*BOX, "verdict"]).astype(kinds) for rows in (old, new))
    pictures = [np.repeat([0, 1], len(rows)) for rows in (old, new)]
    first, second = matched(*(pd.concat([rows, rows], ignore_index=True) for rows in (one, other)), *pictures)
    assert len(set(first)) == len(first) == len(set(second))
    assert (pictures[0][first] == pictures[1][second]).all()
    if old == new:
        assert first.tolist() == second.tolist() == list(range(2 * len(old)))
        return
    near = iou(one, other) > 0 if old and new else np.zeros((len(new), len(old)), bool)
    alike = near & (other["verdict"].to_numpy(object)[:, None] == one["verdict"].to_numpy(object))
    rows, columns = second % max(len(new), 1), first % max(len(old), 1)
    assert near[rows, columns].all()
    assert alike[rows, columns].sum() == 2 * alike[linear_sum_assignment(alike, maximize=True)].sum()


def test_a_changed_threshold_is_told_with_what_it_changed_and_how_to_set_it_back(path):
    changed = document()
    block_of(changed)["thresholds"][0]["value"] = 0.001
    comparison = compared(path, changed)
    (reason, *_) = comparison.reasons
    assert "The threshold min_anomaly_score of block 5 was 3 and is 0.001: " in reason
    assert "none of its scores moved" in reason
    assert "studio.set_threshold(5, 3, key='min_anomaly_score')" in reason
    assert set(comparison.verdicts["change"]) == {"over the threshold"}
    assert comparison.moved.empty


def test_a_threshold_of_another_block_is_not_to_be_set_back(path):
    changed = document()
    block_of(changed)["learnBlock"]["id"] = 12
    block_of(changed)["thresholds"][0]["value"] = 2
    (reason, *_) = compared(path, changed).reasons
    assert "The threshold min_anomaly_score of block 12 was 3 and is 2: " in reason
    assert "set_threshold" not in reason


@pytest.mark.parametrize(("impulse", "advised"), [(1, True), (9, False)])
def test_a_threshold_of_another_impulse_is_not_to_be_set_back(impulse, advised, studio, tmp_path):
    path = tmp_path / "b.csv"
    ek.checks.save(studio.classify([31]), path)
    text = path.read_text("utf-8").replace("# impulse: 1\n", f"# impulse: {impulse}\n")
    path.write_text(re.sub(r'("min_anomaly_score": )[0-9.]+', r"\g<1>77", text), "utf-8")
    said = "\n".join(ek.checks.compare(studio.classify([31]), path).reasons)
    assert "was 77 and is " in said
    assert ("studio.set_threshold(" in said) is advised


def test_missing_new_and_cropped_samples_are_told_apart(tmp_path):
    path = tmp_path / "b.csv"
    ek.checks.save([ek.parse(document(sample=i)) for i in (1, 2, 3)], path)
    cropped = document(sample=3)
    del block_of(cropped)["result"][5:]
    comparison = compared(path, document(sample=2), cropped, document(sample=4))
    assert comparison.missing[["sample", "change", "old", "new"]].to_numpy().tolist() == [
        [1, "missing", 8, 0], [3, "other windows", 8, 5], [4, "new", 0, 8],
    ]  # fmt: skip
    said = "\n".join(comparison.reasons)
    for part in (
        "1 sample of the baseline is missing: 1.",
        "1 sample is not in the baseline: 4.",
        "number of windows: 3",
    ):
        assert part in said
    assert comparison.verdicts.empty


def test_a_changed_label_is_told_once_a_sample(path):
    changed = document()
    block_of(changed)["expectedLabels"][0]["label"] = "wave"
    comparison = compared(path, changed)
    assert comparison.labels.to_numpy().tolist() == [[1, "idle", "wave", 8]]
    assert "The label of sample 1 was 'idle' and is 'wave'." in comparison.reasons[0]
    assert comparison.moved.empty


def test_labels_of_several_samples_are_told_in_the_plural(tmp_path):
    path = tmp_path / "b.csv"
    ek.checks.save([ek.parse(document(sample=i)) for i in (1, 2)], path)
    changed = [document(sample=i) for i in (1, 2)]
    for one in changed:
        block_of(one)["expectedLabels"][0]["label"] = "wave"
    (reason,) = compared(path, *changed).reasons
    assert reason.startswith("The labels of samples 1, 2 were 'idle' and are 'wave'.")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda found: found["sample"]["sample"].update(projectId=8), "is of project 7, the results are of project 8"),
        (lambda found: found.update(windowSizeMs=1000), "window size was 2000 ms and is 1000 ms"),
        (lambda found: found.update(windowIncreaseMs=200), "window increase was 100 ms and is 200 ms"),
    ],
)
def test_results_that_have_nothing_in_common_with_the_baseline_are_not_compared_row_by_row(path, change, said):
    changed = document()
    change(changed)
    comparison = compared(path, changed)
    assert not comparison.ok
    assert said in comparison.reasons[0]
    assert "Samples and windows were not compared." in comparison.reasons[0]
    assert len(comparison.reasons) == 1
    assert comparison.compared == (0, 0)
    assert said in repr(comparison)
    assert ("update=True" in repr(comparison)) is ("project" not in said)  # another project's is not to be replaced


def test_blocks_are_found_again_by_id_else_by_type_and_what_is_not_there_is_named(path):
    changed = document()
    block_of(changed)["learnBlock"]["id"] = 12
    comparison = compared(path, changed)
    assert comparison.ok
    assert comparison.notes == [
        "Block 5 (anomaly-gmm) of the baseline was compared with 12 (anomaly-gmm), the only one of its type."
    ]
    block_of(changed)["result"][0]["anomaly"] += 1
    assert compared(path, changed).moved["block"].tolist() == [12]
    another = copy.deepcopy(block_of(changed))
    another["learnBlock"] |= {"id": 13, "type": "anomaly"}
    changed["classifications"] = [another]
    comparison = compared(path, changed)
    assert [reason.partition(".")[0] for reason in comparison.reasons] == [
        "Block 5 (anomaly-gmm) of the baseline is not in the results"
    ]
    assert comparison.notes == ["Block 13 (anomaly) is not in the baseline and was not compared."]


def test_another_impulse_and_variant_are_told(studio, tmp_path):
    path = tmp_path / "b.csv"
    ek.checks.save(studio.classify([31]), path)
    comparison = ek.checks.compare(studio.classify([31], impulse=2), path)
    assert "is of impulse 1 (motion), the results are of impulse 2 (motion, short windows)" in comparison.reasons[0]
    assert "studio.test(impulse=1)" in comparison.reasons[0]
    assert any("window size was 2000 ms and is 1000 ms" in reason for reason in comparison.reasons)


def test_a_variant_that_was_asked_for_is_in_the_baseline_and_another_one_is_told(studio, tmp_path):
    path = tmp_path / "b.csv"
    ek.checks.save(studio.classify([31], variant="float32"), path)
    assert '# variant: "float32"\n' in path.read_text("utf-8")
    for results in (studio.classify([31], variant="int8"), studio.classify(31, variant="int8").blocks):
        comparison = ek.checks.compare(results, path, atol=1e9)
        assert comparison.notes == ["Variant of the models: float32 in the baseline, now int8."]
        assert comparison.notes[0] in repr(comparison)
    with pytest.raises(ek.UsageError, match=r"several variants of the models \(int8, none asked for\)"):
        ek.checks.save([studio.classify(31), studio.classify(32, variant="int8")], tmp_path / "c.csv")
    saved = tmp_path / "sample.json"
    studio.classify(31, variant="int8").save(saved)
    store = ek.batch.classify(studio, tmp_path / "store", [31], variant="int8")
    assert [ek.parse(saved).variant, store.result(31).variant, studio.classify(31).variant] == ["int8", "int8", None]


def test_a_store_is_compared_like_the_results_in_it(studio, tmp_path):
    path = tmp_path / "b.csv"
    ek.checks.save(studio.classify([31, 32]), path)
    store = ek.batch.classify(studio, tmp_path / "store", [31, 32])
    comparison = ek.checks.compare(store, path, rtol=0)
    assert comparison.ok, comparison
    ek.checks.save(store, tmp_path / "of-the-store.csv")
    assert '# project: 1\n# project_name: "motion"\n' in (tmp_path / "of-the-store.csv").read_text("utf-8")
    assert ek.checks.compare(studio.classify([31, 32]), tmp_path / "of-the-store.csv").ok


def with_objects(text: str, number: str) -> str:
    """Return the text with a column of objects, empty but in the row of window 3."""
    text = text.replace("\nblock,sample,window,", "\nblock,sample,window,object,")
    for window in range(8):
        text = text.replace(f"\n5,1,{window},", f"\n5,1,{window},{number if window == 3 else ''},")
    return text


# --- files that are no baseline ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda text: text[: len(text) * 9 // 10], "rows"),
        (lambda text: text.rsplit("\n", 2)[0] + "\n", "7 rows where its head says 8"),
        (lambda text: text.replace("\n5,1,3", "\n<<<<<<< ours\n5,1,3"), "unfinished merge"),
        (lambda text: text.replace("anomaly\n5", "anomalies\n5"), "its columns are"),
        (lambda text: text.replace("# rows: 8\n", ""), "does not say how many rows"),
        (lambda text: text.replace('"kind": ', '"sort": '), "its head is not what edgekit writes"),
        (lambda text: text.replace("# window_size_ms: 2000", "# window_size_ms: two"), "line 8 of its head"),
        (lambda text: text.replace("5,1,3,", "5,1,three,"), "its rows cannot be read"),
        (lambda text: text.replace("\n5,1,3,", "\n5,1,2,"), "a row twice: block 5, sample 1, window 2"),
        (lambda text: text.replace("\n5,1,3,", "\n6,1,3,"), "rows of block 6, which is not in its head"),
        (lambda text: text.removesuffix("\n"), "does not end with a newline"),
        (lambda text: text.replace("\n5,1,3,idle", "\n5,1,3,id\0le"), "a NUL byte"),
        (lambda text: with_objects(text, "inf"), "its rows cannot be read .*inf is no number of an object"),
        (lambda text: with_objects(text, "0.5"), "0.5 is no number of an object"),
        (lambda text: with_objects(text, "-2"), "-2.0 is no number of an object"),
        (lambda text: text.replace("format 1", "format 0"), "does not say which format it has .'0'"),
        (lambda text: text.replace("format 1", f"format {'9' * 5000}"), "does not say which format"),
        (lambda text: re.sub(r"(# block: .*\n)", r"\1\1", text), "its head has block 5 twice"),
        (
            lambda text: text.replace("# project: 7\n", 2 * "# project: 7\n"),
            "a second time what 'project' is",
        ),
    ],
)
def test_a_damaged_file_is_refused_with_the_reason_and_a_next_step(path, damage, said):
    text = path.read_text("utf-8")
    assert damage(text) != text
    path.write_text(damage(text), "utf-8")
    with pytest.raises(ek.checks.BaselineError, match=said) as problem:
        compared(path, document())
    assert "ek.checks.save(" in str(problem.value)
    ek.checks.save(ek.parse(document()), path, update=True)
    assert compared(path, document()).ok


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is no baseline"),
        (b"a,b\n1,2\n", "is no baseline"),
        (b"\x89PNG\xff\0", "is no baseline"),
        (b"# edgekit baseline files are kept here\n", "is no baseline"),
        (b"# edgekit baseline, format 2: of tomorrow\n", "written by a newer edgekit"),
    ],
)
def test_what_is_no_baseline_or_of_a_newer_edgekit_is_never_replaced(path, content, said):
    path.write_bytes(content)
    with pytest.raises(ek.checks.BaselineError, match=said) as problem:
        compared(path, document())
    assert any(step in str(problem.value) for step in ("ek.checks.save(", "pip install --upgrade"))
    for update in (False, True):
        with pytest.raises(ek.checks.BaselineError, match=said):
            ek.checks.save(ek.parse(document()), path, update=update)
        assert path.read_bytes() == content


def test_a_missing_file_bytes_and_windows_line_ends(path, tmp_path):
    with pytest.raises(ek.UsageError, match=r"There is no baseline at .*ek.checks.save"):
        compared(tmp_path / "no.csv", document())
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert compared(path, document()).ok
    path.write_bytes(b"# edgekit baseline, format 1\xff")
    with pytest.raises(ek.checks.BaselineError, match="no text in UTF-8"):
        compared(path, document())


def test_what_is_no_result_is_refused(path, studio):
    for results, said in [
        ([], "no results"),
        ("sample", "takes what"),
        ([3], "Expected what"),
        (studio, "takes what"),
        (None, "takes what"),
    ]:
        with pytest.raises(ek.UsageError, match=said):
            ek.checks.compare(results, path)
    with pytest.raises(ek.UsageError, match="twice for sample 1"):
        compared(path, document(), document())
    with pytest.raises(ek.UsageError, match="windows of several kinds"):
        compared(path, document(), document(sample=2) | {"windowSizeMs": 50})
    with pytest.raises(ek.UsageError, match=r"several projects \(7, 8\)"):
        compared(path, document(), document(sample=2, project=8))
    other = document(sample=2)
    block_of(other)["thresholds"][0]["value"] = 9
    with pytest.raises(ek.UsageError, match="made at several thresholds"):
        compared(path, document(), other)
    for wrong in (None, b"x", "", path.parent):
        for call in (ek.checks.save, ek.checks.compare):
            with pytest.raises(ek.UsageError, match="path takes the path of a file"):
                call(ek.parse(document()), wrong)
    with pytest.raises(ek.UsageError, match="rtol"):
        compared(path, document(), rtol=-1)


# --- saving -----------------------------------------------------------------------------------------------------------


def test_an_update_is_asked_for_and_changes_only_the_lines_that_moved(path):
    changed = document()
    for row in block_of(changed)["result"]:
        row["anomaly"] *= 1 + 1e-12
    block_of(changed)["result"][2]["anomaly"] = 50.0
    before = path.read_text("utf-8").splitlines()
    with pytest.raises(ek.UsageError, match=r"says something else \(\d other verdicts?, 1 scores .*update=True"):
        ek.checks.save(ek.parse(changed), path)
    assert path.read_text("utf-8").splitlines() == before
    ek.checks.save(ek.parse(changed), path, update=True)
    after = path.read_text("utf-8").splitlines()
    assert [new for old, new in zip(before, after, strict=True) if old != new] == ["5,1,2,idle,anomaly,50.0"]
    assert compared(path, changed).ok


def test_a_refusal_counts_missing_samples_and_changed_labels(tmp_path):
    path = tmp_path / "b.csv"
    ek.checks.save([ek.parse(document(sample=i)) for i in (1, 2, 3)], path)
    changed = document(sample=3)
    block_of(changed)["expectedLabels"][0]["label"] = "wave"
    with pytest.raises(ek.UsageError, match=r"\(0 other verdicts, .* 2 samples that .* 1 changed labels, 0 "):
        ek.checks.save(ek.parse(changed), path)


def test_a_newer_edgekit_alone_leaves_the_file_as_it_is(path, monkeypatch):
    before = path.read_bytes()
    monkeypatch.setattr(ek, "__version__", "99.0")
    ek.checks.save(ek.parse(document()), path)
    assert path.read_bytes() == before
    comparison = compared(path, document())
    assert comparison.ok
    assert comparison.notes == ["The baseline was made with edgekit 0.1.0, this comparison with 99.0."]
    assert "99.0" not in repr(comparison) + comparison._repr_html_()  # the same text under each version, for nbval
    comparison.to_html(path.with_name("page.html"))
    comparison.to_junit(path.with_name("report.xml"))
    reports = [path.with_name(name).read_text("utf-8") for name in ("page.html", "report.xml")]
    assert all(comparison.notes[0] in report for report in [comparison.to_markdown(), *reports])


def test_any_csv_reader_opens_the_file_and_no_key_is_in_it(studio, sandbox, tmp_path):
    path = tmp_path / "b.csv"
    ek.checks.save(studio.classify([31, 1]), path)
    text = path.read_text("utf-8")
    assert sandbox.keys["motion"] not in text
    assert "ei_" not in text
    head = [line for line in text.splitlines() if line.startswith("# ")]
    assert {"# project: 1", "# impulse: 1", "# window_size_ms: 2000"} <= set(head)
    assert sum(line.startswith("# block: ") and "thresholds" in line for line in head) == 3
    table = pd.read_csv(path, skiprows=len(head))
    assert list(table)[:5] == [name for name in FRAME if name != "object"]
    assert (
        table["sample"].is_monotonic_increasing
        or table.groupby("block")["sample"].apply(lambda s: s.is_monotonic_increasing).all()
    )
    assert len(table) == 3 * 2 * 17

"""One row a sample: a verdict, the worst score behind it, whether it is right; for each kind of block."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import edgekit as ek
from edgekit.results import sample_verdict


def judged(sandbox, project, samples, block=None):
    """Return studio, results and the table of verdicts of a few samples."""
    studio = ek.connect(url=sandbox.url, api_key=sandbox.keys[project])
    results = {sample: studio.classify(sample) for sample in samples}
    return results, sample_verdict.table(results, block)


def test_anomaly_goes_by_the_highest_score_of_all_windows(sandbox):
    results, table = judged(sandbox, "motion", [11, 31, 36, 41])
    assert table.index.tolist() == [11, 31, 36, 41]
    assert table["kind"].unique().tolist() == ["anomaly"]
    for sample, result in results.items():
        block = result.block("anomaly-gmm")
        above = block.scores()["anomaly"] > block.threshold
        assert table["worst"][sample] == block.scores()["anomaly"].max()
        assert table["verdict"][sample] == ("anomaly" if above.any() else "normal")
        assert table["right"][sample] == (above == block.anomalous()).sum()
        assert table["known"][sample] == 17


def test_classification_goes_by_the_label_of_most_windows_and_the_least_believed_one(sandbox):
    results, table = judged(sandbox, "motion", [31, 36, 51, 62], "keras")
    summed = ek.classification.summary(results, "keras").per_sample
    assert table["verdict"].to_dict() == summed["predicted"].loc[table.index].to_dict()
    assert table["right"].tolist() == summed["right"].loc[table.index].tolist()
    assert table["correct"].tolist() == (summed["right"] == summed["windows"]).loc[table.index].tolist()
    windows = results[51].block("keras").windows()
    assert table["worst"][51] == windows["running"].min()
    assert table["worst"][31] == 0  # badminton: a label that the model does not know
    issues = ek.classification.label_issues(ek.windows(results, "keras")).set_index("sample")
    np.testing.assert_allclose(table["label_quality"], issues["quality"].loc[table.index])
    assert pd.isna(table["suggested"][51])
    assert pd.isna(table["suggested"][36])  # of badminton the model cannot say whether it is wrong


def test_a_label_that_the_model_believes_less_than_another_is_doubtful(sandbox):
    results, table = judged(sandbox, "appliances", [549, 721, 690])
    issues = ek.classification.label_issues(ek.windows(results)).set_index("sample")
    assert table["suggested"][[549, 721]].tolist() == issues["suggested"][[549, 721]].tolist() == ["hairdryer", "fan"]


def test_structured_labels_have_a_verdict_for_each_key(sandbox):
    studio = ek.connect(url=sandbox.url, api_key=sandbox.keys["routine"]).under(2)
    results = {sample: studio.classify(sample) for sample in studio.samples("testing").index[:2]}
    table = sample_verdict.table(results)
    keys = next(iter(results.values())).blocks[0].windows().attrs["keys"]
    for verdict in table["verdict"]:
        assert [part.split(": ")[0] for part in verdict.split(", ")] == keys


def test_regression_goes_by_the_largest_error(sandbox):
    results, table = judged(sandbox, "meat", [173, 174, 175, 176])
    for sample, result in results.items():
        found = result.blocks[0].predictions()
        assert table["worst"][sample] == found["error"].abs().max()
        assert table["correct"][sample] == found["within"].all()
        assert table["verdict"][sample] == ("within" if found["within"].all() else "off")


def test_detection_goes_by_the_servers_f1_and_names_the_objects(sandbox):
    results, table = judged(sandbox, "objects", [173, 179, 142])
    for sample, result in results.items():
        block = result.block(int(table["block"][sample]))
        assert block.last_layer == "fomo"
        assert table["worst"][sample] == block.raw.structured_result[0].f1
        assert table["verdict"][sample] == (", ".join(block.detections()["label"]) or "-")


def test_visual_anomaly_goes_by_the_score_of_the_picture_at_or_above(sandbox):
    results, table = judged(sandbox, "surface", [74, 41, 60])
    for sample, result in results.items():
        found = result.block(int(table["block"][sample])).visual_anomaly()
        assert table["worst"][sample] == found.score
        assert table["verdict"][sample] == ("anomaly" if found.flagged() else "normal")


def test_no_results_make_an_empty_table():
    table = sample_verdict.table({})
    assert list(table) == list(sample_verdict.SampleVerdict._fields)
    assert table.empty


@pytest.mark.parametrize("block", ["no such block", 10**9])
def test_a_block_that_is_not_there_is_named(sandbox, block):
    with pytest.raises(ek.EdgekitError, match="block"):
        judged(sandbox, "motion", [31], block)

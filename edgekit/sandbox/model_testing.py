"""Model testing: every testing sample classified, each window's answer put beside what was expected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from edgekit.sandbox.jobs import Log
from edgekit.sandbox.project import Json, Project, StoredSample

Classify = Callable[[StoredSample], Json]
ANOMALY, UNCERTAIN = "anomaly", "uncertain"
RESET = "should_rerun_full_job"  # in the API's words: no quick way back, run model testing again


def run(project: Project, classify: Classify, log: Log) -> list[tuple[Json, list[Json]]]:
    """Classify the testing samples; return (result, predictions) of each."""
    samples = [sample for sample in project.samples.values() if sample.category == "testing"]
    tested = []
    for number, sample in enumerate(samples, start=1):
        log(f"[{number}/{len(samples)}] Classifying {sample.filename}")
        classifications = classify(sample)["classifications"]
        result = {"sampleId": sample.id, "sample": sample.info(project), "classifications": classifications}
        tested.append((result, _predictions(project, sample, classifications)))
    log("Model testing OK")
    return tested


def _predictions(project: Project, sample: StoredSample, classifications: list[Json]) -> list[Json]:
    """One row a window: "anomaly" where an anomaly block says so, else the classifier's label if it is sure enough."""
    expected = ANOMALY if sample.label in project.anomalous else sample.label
    rows = []
    for window in range(len(classifications[0]["result"])):
        label = UNCERTAIN
        for block in classifications:
            result, limit = block["result"][window], block["thresholds"][0]["value"]
            if block["learnBlock"]["type"] == "keras":
                best = max(result, key=result.__getitem__)
                label = best if result[best] >= limit else UNCERTAIN
            elif block["learnBlock"]["type"] == "anomaly-gmm" and result[ANOMALY] > limit:
                label = ANOMALY
        start = window * project.increase_ms
        rows.append(
            {
                "sampleId": sample.id,
                "startMs": start,
                "endMs": start + project.window_ms,
                "label": sample.label,
                "prediction": label,
                "predictionCorrect": label == expected,
                "expectedAnomalyOutcome": "anomaly" if expected == ANOMALY else "no anomaly",
            }
        )
    return rows


def page(tested: list[tuple[Json, list[Json]]], offset: int, limit: int) -> Json:
    """Return one page of the results, in samples."""
    part = tested[offset : offset + limit]
    return {
        "success": True,
        "result": [result for result, _ in part],
        "predictions": [row for _, rows in part for row in rows],
        "totalCount": len(tested),
    }


def whole(tested: list[tuple[Json, list[Json]]], thresholds_changed: bool) -> Json:
    """Return all results with their accuracy, or why there are none."""
    rows = [row for _, predictions in tested for row in predictions]
    wanted = [ANOMALY if row["expectedAnomalyOutcome"] == ANOMALY else row["label"] for row in rows]
    pairs = Counter(zip(wanted, (row["prediction"] for row in rows), strict=True))
    names = sorted({name for pair in pairs for name in pair})
    good = {name: pairs[name, name] for name in names}
    total = {name: sum(pairs[name, other] for other in names) for name in names}
    answer = {key: value for key, value in page(tested, 0, len(tested)).items() if key != "totalCount"}
    answer["accuracy"] = {
        "totalSummary": {"good": sum(good.values()), "bad": len(rows) - sum(good.values())},
        "summaryPerClass": {name: {"good": good[name], "bad": total[name] - good[name]} for name in names},
        "confusionMatrixValues": {name: {other: pairs[name, other] for other in names} for name in names},
        "allLabels": names,
    }
    if rows:
        answer["accuracy"]["accuracyScore"] = sum(good.values()) / len(rows)
    if thresholds_changed and not tested:
        answer["noResultsBecauseThresholdsChanged"] = RESET
    return answer | {"additionalMetricsByLearnBlock": [], "availableVariants": ["float32"] if tested else []}

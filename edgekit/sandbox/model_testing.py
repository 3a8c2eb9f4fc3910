"""Model testing: every testing sample classified, each window's answer put beside what was expected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from edgekit.sandbox.job_runner import Log
from edgekit.sandbox.project import VARIANTS, Block, Json, Project, Tested

# In the API's words: run model testing again, or only have its summary made again.
RERUN, REGENERATE = "should_rerun_full_job", "can_regenerate_model_summary"


def run(project: Project, log: Log, category: str = "testing", variant: str = VARIANTS[0]) -> Tested:
    """Classify the samples of a category with a variant of the models; return (result, predictions) of each."""
    samples = [sample for sample in project.samples.values() if sample.category == category]
    tested = []
    for number, sample in enumerate(samples, start=1):
        log(f"[{number}/{len(samples)}] Classifying {sample.filename}")
        classifications = project.classify(sample, variant=variant)["classifications"]
        result = {"sampleId": sample.id, "sample": sample.info(project), "classifications": classifications}
        tested.append((result, project.verdicts(sample, classifications)))
    log("Model testing OK")
    return tested


def regenerated(project: Project, tested: Tested) -> Tested:
    """Return results with the verdicts of today's thresholds, from the scores that are there."""
    found = []
    for result, _ in tested:
        classifications = [
            one
            | {
                "thresholds": project.blocks[one["learnBlock"]["id"]].thresholds(),
                "minimumConfidenceRating": project.blocks[one["learnBlock"]["id"]].threshold["value"],
            }
            for one in result["classifications"]
        ]
        verdicts = project.verdicts(project.samples[result["sampleId"]], classifications)
        found.append((result | {"classifications": classifications}, verdicts))
    return found


def page(tested: Tested, offset: int, limit: int) -> Json:
    """Return one page of the results, in samples."""
    part = tested[offset : offset + limit]
    return {
        "success": True,
        "result": [result for result, _ in part],
        "predictions": [row for _, rows in part for row in rows],
        "totalCount": len(tested),
    }


def whole(project: Project, tested: Tested, thresholds_changed: bool, variants: list[str]) -> Json:
    """Return all results with their accuracy, or why there are none; `variants` are those with results."""
    answer = {key: value for key, value in page(tested, 0, len(tested)).items() if key != "totalCount"}
    answer |= project.accuracy(tested)
    if thresholds_changed and not tested:
        answer["noResultsBecauseThresholdsChanged"] = REGENERATE if project.regenerates else RERUN
    return answer | {"availableVariants": variants}


def confusion(pairs: Counter[tuple[str, str]], anomaly: str = "") -> Json:
    """Return the API's ``accuracy`` of how often each expected label (first) was predicted as which (second).

    The accuracy of anomalies and of all else is there where `anomaly` is among what was expected.
    """
    names = sorted({name for pair in pairs for name in pair})
    good = {name: pairs[name, name] for name in names}
    total = {name: sum(pairs[name, other] for other in names) for name in names}
    answer = {
        "totalSummary": {"good": sum(good.values()), "bad": pairs.total() - sum(good.values())},
        "summaryPerClass": {name: {"good": good[name], "bad": total[name] - good[name]} for name in names},
        "confusionMatrixValues": {name: {other: pairs[name, other] for other in names} for name in names},
        "allLabels": names,
    }
    if not pairs:
        return answer
    recalls = {name: good[name] / total[name] for name in names if total[name]}
    answer |= {
        "accuracyScore": sum(good.values()) / pairs.total(),
        "balancedAccuracyScore": sum(recalls.values()) / len(recalls),
    }
    if anomaly in recalls:
        normal = [name for name in recalls if name != anomaly]
        answer["anomalyAccuracyScore"] = recalls[anomaly]
        answer["noAnomalyAccuracyScore"] = sum(good[name] for name in normal) / sum(total[name] for name in normal)
    return answer


def errors(rows: list[Json], mean_squared: list[float]) -> Json:
    """Return the API's ``accuracy`` of numbers: windows within the threshold and beyond it; there are no classes."""
    good = sum(row["predictionCorrect"] for row in rows)
    answer: Json = {
        "totalSummary": {"good": good, "bad": len(rows) - good},
        "summaryPerClass": {},
        "confusionMatrixValues": {},
        "allLabels": [],
    }
    return answer | ({"accuracyScore": good / len(rows), "mseScore": float(mean_squared[0])} if rows else {})


def additional(block: Block, values: Mapping[str, float]) -> Json:
    """Return the API's metrics of one learn block; whole numbers are counts."""
    shown = [
        {"name": n, "value": f"{v:d}" if isinstance(v, int) else f"{v:.2f}", "fullPrecisionValue": float(v)}
        for n, v in values.items()
    ]
    return {"learnBlockId": block.about["id"], "learnBlockName": block.about["name"], "additionalMetrics": shown}

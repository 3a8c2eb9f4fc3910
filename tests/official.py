"""What the tests with Edge Impulse's own generated clients share: how an answer is compared with what became of it."""

from __future__ import annotations

A_JOB = {"success", "id"}  # what a V2 call answers with instead of the result

# What the sandbox says beyond 1.79.0, as newer servers do.
NEWER = {
    "payload.intervalMs",
    "payload.frequencyHz",
    "classifications.expectedAnomalyOutcome",
    "classifications.isMultiLabel",
    "classifications.intervalMs",
    "classifications.frequencyHz",
    "classifications.resultCount",
    "predictions.expectedAnomalyOutcome",
    "maxImpulseCount",
    "anomalyLabelsConfig",
    "dataSummaryPerCategory.validation",
    "dataSummary.totalLabels",
    "training.totalLabels",
    "testing.totalLabels",
    "postProcessing.totalLabels",
}


def of(heard, route):
    """What was heard of one route; at least one answer."""
    found = [one for one in heard if one["route"] == route]
    assert found
    return found


def lost_of_a_job(one):
    """The client's own defect, stated below: it drops a V2 reply's job id."""
    return {"id"} if "/v2/" in one["route"] and set(one["answer"]) == A_JOB else set()


def differences(sent, read, where=()):
    """The dotted names of the fields that `read` lacks or has another value for; null is as good as absent."""
    if isinstance(sent, dict) and isinstance(read, dict):
        names = {name for name in sent | read if sent.get(name) is not None or read.get(name) is not None}
        return {field for name in names for field in differences(sent.get(name), read.get(name), (*where, name))}
    if isinstance(sent, list) and isinstance(read, list) and len(sent) == len(read):
        return {field for pair in zip(sent, read, strict=True) for field in differences(*pair, where)}
    return set() if sent == read else {".".join(where)}

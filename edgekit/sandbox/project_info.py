"""What the Studio says of a project as a whole: its data in numbers, and which of its labels are anomalies.

The call has much that concerns the Studio's own pages. The sandbox has none of that, and answers with what is empty.
"""

from __future__ import annotations

from collections.abc import Sequence

from edgekit.sandbox.project import DATE, Json, Project, StoredSample


def project_info(project: Project) -> Json:
    """Return the answer of ``GET /api/{projectId}``."""
    samples: list[StoredSample] = list(project.samples.values())
    parts = {
        key: _summary([one for one in samples if one.category == category]) for category, key in _CATEGORIES.items()
    }
    jobs = ("train", "dsp", "modelTesting", "export")
    return {
        "success": True,
        "project": project.about(),
        "impulse": {"created": True, "configured": True, "complete": True},
        "dataSummary": _summary(samples),
        "dataSummaryPerCategory": parts,
        **_anomaly_labels(project),
        "defaultImpulseId": project.impulse["id"],
        "hasNewTrainingData": False,
        "acquisitionSettings": _ACQUISITION,
        "deploySettings": _DEPLOYMENT,
        "computeTime": {"periodStartDate": DATE, "periodEndDate": DATE, "timeUsedMs": 0, "timeLeftMs": 0},
        "performance": _PERFORMANCE,
        "studioUrl": "",
        "urls": {},
        "developmentKeys": {},
        "showGettingStartedWizard": {"showWizard": False, "step": 0},
        **dict.fromkeys(("showCreateFirstImpulse", "inPretrainedModelFlow", "showSensorDataInAcquisitionGraph"), False),
        **{name: [] for name in ("devices", "collaborators", "experiments", "latencyDevices", "notifications")},
        **{f"{job}JobNotificationUids": [] for job in jobs},
    }


_CATEGORIES = {
    "training": "training",
    "testing": "testing",
    "validation": "validation",
    "post-processing": "postProcessing",
}
_ACQUISITION = {
    "intervalMs": 0,
    "lengthMs": 0,
    "segmentShift": False,
    "defaultPageSize": 12,
    "viewType": "list",
    "gridColumnCount": 5,
    "gridColumnCountDetailed": 3,
    "showExactSampleLength": False,
    "inlineEditBoundingBoxes": False,
}
_DEPLOYMENT = {
    "eonCompiler": False,
    "sensor": "unknown",
    "arduinoLibraryName": "",
    "tinkergenLibraryName": "",
    "particleLibraryName": "",
}
_PERFORMANCE = {"gpu": False, "jobLimitM": 0, "dspFileSizeMb": 0, "enterprisePerformance": False, "trainJobRamMb": 0}


def _summary(samples: Sequence[StoredSample]) -> Json:
    """Return how long samples are together, and their labels."""
    labels = sorted({label for sample in samples for label in sample.labels()})
    return {
        "totalLengthMs": sum(len(sample) * sample.interval_ms for sample in samples),
        "labels": labels,
        "totalLabels": len(labels),
        "dataCount": len(samples),
    }


def _anomaly_labels(project: Project) -> Json:
    """Return which labels are anomalies and which are normal, as newer servers do; nothing without anomalies."""
    anomalous = project.anomalous_labels()
    if not anomalous:
        return {}
    normal = {label for sample in project.samples.values() for label in sample.labels()} - anomalous
    return {"anomalyLabelsConfig": {"anomalyLabels": sorted(anomalous), "noAnomalyLabels": sorted(normal)}}

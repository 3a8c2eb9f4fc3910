"""Projects of signals: a sliding window cuts each recording, the DSP block's features go into the learn blocks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, ClassVar, NamedTuple

import numpy as np

from edgekit.sandbox import model_testing
from edgekit.sandbox.project import Floats, Json, Project, StoredSample, Tested
from edgekit.sandbox.signal_blocks import ANOMALY, UNCERTAIN, ClassifierBlock, RegressionBlock


@dataclass(frozen=True, eq=False)
class Signal(StoredSample):
    """A recording; `values` has shape (readings, axes), `spans` says from which reading on which label holds."""

    values: Floats
    spans: tuple[tuple[int, str], ...] = field(default=(), kw_only=True)
    label_map: dict[str, str] = field(default_factory=dict, kw_only=True)  # the answers, by question

    def __len__(self) -> int:
        return len(self.values)

    def readings(self, project: Project, part: slice) -> list[Any]:
        """Return the readings, each a list of one value an axis."""
        found: list[Any] = self.values[part].tolist()
        return found

    def sampled(self, project: Project) -> list[Any]:
        """Return the readings as often as the impulse wants them."""
        found: list[Any] = self.resampled(project.interval(self)).tolist()
        return found

    def resampled(self, interval_ms: float) -> Floats:
        """Return the readings at another interval, on straight lines between those that are stored."""
        if interval_ms == self.interval_ms:
            return self.values
        wanted, stored = self._instants(interval_ms), self._instants(self.interval_ms)
        return np.column_stack([np.interp(wanted, stored, axis) for axis in self.values.T])

    def labels_at(self, interval_ms: float) -> list[str]:
        """Return the label of every reading at that interval: that of the stored reading which holds then."""
        starts, names = zip(*(self.spans or ((0, self.label),)), strict=True)
        stored = self._instants(interval_ms) // self.interval_ms
        return [names[i] for i in np.searchsorted(starts, stored, "right") - 1]

    def _instants(self, interval_ms: float) -> Floats:
        count = len(self) * self.interval_ms // interval_ms
        instants: Floats = np.arange(count) * interval_ms
        return instants

    def labels(self) -> set[str]:
        """Return every label that a part of the recording has."""
        return {self.label, *(name for _, name in self.spans)}

    def content(self) -> bytes:
        """Return the values' bytes."""
        return np.ascontiguousarray(self.values).tobytes()

    def kind(self) -> Json:
        """Return that this is a chart, without boxes, and which label holds where."""
        structured = ranges(self.labels_at(self.interval_ms)) if self.spans else []
        return {
            "chartType": "chart",
            "boundingBoxes": [],
            "boundingBoxesType": "object_detection",
            "structuredLabels": structured,
            "structuredLabelsList": list(dict.fromkeys(span["label"] for span in structured)),
            **({"labelMap": {"labels": self.label_map}} if self.label_map else {}),
        }


def ranges(labels: list[str]) -> list[Json]:
    """Return runs of one label as the API has them: startIndex, endIndex (inclusive), label."""
    found, start = [], 0
    for label, run in groupby(labels):
        end = start + sum(1 for _ in run)
        found.append({"startIndex": start, "endIndex": end - 1, "label": label})
        start = end
    return found


def sliding_windows(values: Floats, size: int, increase: int, pad: bool = False) -> Floats:
    """Cut (readings, axes) into (windows, size, axes); an incomplete last window is left out.

    With `pad` values that are shorter than a window make one, with zeros after them.
    """
    if pad and len(values) < size:
        values = np.pad(values, ((0, size - len(values)), (0, 0)))
    if len(values) < size:
        return np.empty((0, size, values.shape[1]))
    return np.lib.stride_tricks.sliding_window_view(values, size, axis=0)[::increase].swapaxes(1, 2)


class Dsp(NamedTuple):
    """A DSP block: what it makes of (windows, readings, axes), one row of features a window, and their names."""

    extract: Callable[[Floats], Floats]
    names: list[str]


@dataclass(frozen=True, eq=False)
class SignalProject(Project):
    """A project of recordings; those with a label in `anomalous` are what its anomaly blocks should find."""

    dsp: Dsp
    anomalous: frozenset[str] = frozenset()

    labeling: ClassVar[str] = "single_label"
    regenerates: ClassVar[bool] = True

    def interval(self, sample: Signal) -> float:
        """Return the interval of the impulse's frequency: every recording is resampled to it."""
        interval = 1000 / self.impulse["inputBlocks"][0]["frequencyHz"]
        return int(interval) if interval.is_integer() else interval

    def _in_readings(self, sample: Signal) -> tuple[int, int]:
        """Return the size of a window, and from one to the next, in readings."""
        interval = self.interval(sample)
        return round(self.window_ms / interval), round(self.increase_ms / interval)

    def cut(self, sample: Signal) -> Floats:
        """Cut a recording the way the impulse says: (windows, readings, axes)."""
        readings, pad = sample.resampled(self.interval(sample)), self.impulse["inputBlocks"][0]["padZeros"]
        return sliding_windows(readings, *self._in_readings(sample), pad)

    def targets(self) -> dict[str, int]:
        """Return the number of each label, 1, 2, …; in the order of the numbers in regression."""
        labels = {label for sample in self.samples.values() for label in sample.labels()}
        numbers = any(isinstance(block, RegressionBlock) for block in self.blocks.values())
        return {label: number for number, label in enumerate(sorted(labels, key=float if numbers else None), start=1)}

    def window_labels(self, sample: Signal) -> list[str]:
        """Return the label that most readings of each window have; of two with as many the later (majority-in-window).

        The impulse's ``labelingMethodMultiLabel`` names this method.
        """
        size, increase = self._in_readings(sample)
        labels = sample.labels_at(self.interval(sample))
        windows = [labels[i * increase : i * increase + size] for i in range(self.windows(sample))]
        return [_majority(window) for window in windows]

    def windows(self, sample: Signal) -> int:
        """Return the number of windows."""
        return len(self.cut(sample))

    def features(self, sample: Signal, dsp_id: int) -> Floats:
        """Return the DSP block's features."""
        return self.dsp.extract(self.cut(sample))

    def feature_names(self, dsp_id: int) -> list[str]:
        """Return the features' names, axis by axis."""
        return self.dsp.names

    def expected(self, sample: Signal) -> Json:
        """Return which label holds where, and where there are anomalies to find, whether it is one."""
        labels = sample.labels_at(self.interval(sample))
        outcomes = {"expectedAnomalyOutcome": ranges([self.outcome(label) for label in labels])}
        return {"expectedLabels": ranges(labels), **(outcomes if self.anomalous else {})}

    def anomalous_labels(self) -> set[str]:
        """Return the labels of recordings that are anomalies."""
        return set(self.anomalous)

    def outcome(self, label: str) -> str:
        """Say in the API's words whether a label is an anomaly."""
        return ANOMALY if label in self.anomalous else "no anomaly"

    def wanted(self, label: str) -> str:
        """Return what is the right prediction of a window with that label."""
        return ANOMALY if label in self.anomalous else label

    def verdicts(self, sample: Signal, classifications: list[Json]) -> list[Json]:
        """Return what is predicted of each window: "anomaly" where a GMM block says so, else what the others say."""
        rows = []
        for window, truth in enumerate(self.window_labels(sample)):
            said = [(self.blocks[found["learnBlock"]["id"]], found["result"][window]) for found in classifications]
            deciding = [(block, result) for block, result in said if block.verdict(result) is not None]
            block, result = deciding[-1] if deciding else (None, {})
            outcome = {"expectedAnomalyOutcome": self.outcome(truth)} if self.anomalous else {}
            rows.append(
                {
                    "sampleId": sample.id,
                    **self.span(window),
                    "label": truth,
                    "prediction": block.verdict(result) if block else UNCERTAIN,
                    "predictionCorrect": block is not None and block.right(result, self.wanted(truth)),
                    **outcome,
                }
            )
        return rows

    def accuracy(self, tested: Tested) -> Json:
        """Return how many windows are right and wrong, per class, and the confusion matrix; or errors of numbers."""
        rows = [row for _, predictions in tested for row in predictions]
        found = [block for block in self.blocks.values() if isinstance(block, RegressionBlock)]
        if found:
            return self._errors(tested, rows, found)
        wanted = [self.wanted(row["label"]) for row in rows]
        pairs = Counter(zip(wanted, (row["prediction"] for row in rows), strict=True))
        blocks = [block for block in self.blocks.values() if isinstance(block, ClassifierBlock)] if tested else []
        return {
            "accuracy": model_testing.confusion(pairs, ANOMALY),
            "additionalMetricsByLearnBlock": [
                model_testing.additional(block, block.metrics(tested)) for block in blocks
            ],
        }

    def _errors(self, tested: Tested, rows: list[Json], blocks: list[RegressionBlock]) -> Json:
        metrics = [block.metrics(tested) for block in blocks]
        return {
            "accuracy": model_testing.errors(rows, [values["MSE"] for values in metrics if values]),
            "additionalMetricsByLearnBlock": [
                model_testing.additional(block, values) for block, values in zip(blocks, metrics, strict=True)
            ],
        }


def _majority(labels: list[str]) -> str:
    latest_first = dict.fromkeys(reversed(labels))
    return max(latest_first, key=labels.count)

"""The second impulse of the project "routine": every window is asked two questions, so labels and answers are maps.

What is the activity, and does the wearer move? The API calls that a label map. One model answers both: the probability
of moving is what it gives to all activities in which the wearer moves.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from edgekit.sandbox import model_testing
from edgekit.sandbox.project import Floats, Json, Tested
from edgekit.sandbox.signal_blocks import UNCERTAIN, ClassifierBlock
from edgekit.sandbox.timeseries import Signal, SignalProject

IMPULSE_ID, INPUT_ID, DSP_ID, BLOCK_ID = 2, 6, 7, 8
ACTIVITY, MOVING = "activity", "moving"
STILL = ("standing",)


def answers(activity: str) -> dict[str, str]:
    """Return the right answer to each question."""
    return {ACTIVITY: activity, MOVING: "no" if activity in STILL else "yes"}


def project(first: SignalProject, classifier: ClassifierBlock) -> SignalProject:
    """Return the project under its second impulse: its first one's windows and classifier, asked both questions."""
    about = classifier.about | {"id": BLOCK_ID, "dsp": [DSP_ID], "title": "Classification (two questions)"}
    block = LabelMapBlock(about, dict(classifier.threshold), classifier.axes, classifier.model)
    parts = {field.name: getattr(first, field.name) for field in fields(first)}
    impulse = _impulse(first.impulse, block)
    changed = {"blocks": {BLOCK_ID: block}, "impulse": impulse, "anomalous": frozenset(), "others": ()}
    return LabelMapProject(**(parts | changed))


def _impulse(first: Json, block: LabelMapBlock) -> Json:
    (source,), (dsp,) = first["inputBlocks"], first["dspBlocks"]
    return first | {
        "id": IMPULSE_ID,
        "name": "routine, two questions",
        "inputBlocks": [source | {"id": INPUT_ID}],
        "dspBlocks": [dsp | {"id": DSP_ID, "input": INPUT_ID}],
        "learnBlocks": [block.about],
    }


def labelled(sample: Signal) -> Signal:
    """Return a sample that carries a label map instead of one label alone."""
    return replace(sample, label_map=answers(sample.label))


@dataclass(frozen=True, eq=False)
class LabelMapBlock(ClassifierBlock):
    """A classifier that answers each question with the probabilities of its answers."""

    def outcome(self, sample: Any, rows: Floats, variant: str, debug: bool) -> Json:
        """Return answers and probabilities by question, one item a window; ``result`` is empty, as in the API."""
        scores = []
        for window in self.scored(rows[:, self.axes], variant == "int8"):
            totals: dict[str, dict[str, float]] = {}
            for activity, probability in window.items():
                for question, answer in answers(activity).items():
                    known = totals.setdefault(question, {})
                    known[answer] = known.get(answer, 0.0) + probability
            scores.append(totals)
        best = [{question: max(shares, key=shares.__getitem__) for question, shares in one.items()} for one in scores]
        return {"result": [], "labelMapResult": best, "labelMapScores": scores}

    def said(self, scores: dict[str, dict[str, float]]) -> dict[str, str]:
        """Return the answer to each question, "uncertain" below the threshold."""
        limit = self.threshold["value"]
        best = {question: max(shares, key=shares.__getitem__) for question, shares in scores.items()}
        return {key: best[key] if shares[best[key]] >= limit else UNCERTAIN for key, shares in scores.items()}


@dataclass(frozen=True, eq=False)
class LabelMapProject(SignalProject):
    """The project under an impulse whose labels are maps."""

    def expected(self, sample: Signal) -> Json:
        """Return which answers hold where."""
        found = super().expected(sample)
        ranges = [one | {"labelMap": {"labels": answers(one["label"])}} for one in found["expectedLabels"]]
        return found | {"expectedLabels": ranges}

    def verdicts(self, sample: Signal, classifications: list[Json]) -> list[Json]:
        """Return the answers to all questions, which must all be right."""
        (found,), rows = classifications, []
        for window, truth in enumerate(self.window_labels(sample)):
            said = self.blocks[BLOCK_ID].said(found["labelMapScores"][window])
            rows.append(
                {
                    "sampleId": sample.id,
                    **self.span(window),
                    "label": _in_words(answers(truth)),
                    "prediction": _in_words(said),
                    "labelMapPredictions": said,
                    "predictionCorrect": said == answers(truth),
                }
            )
        return rows

    def accuracy(self, tested: Tested) -> Json:
        """Return windows with all answers right and others, and per question the share of right answers."""
        rows = [row for _, predictions in tested for row in predictions]
        pairs = Counter((row["label"], row["prediction"]) for row in rows)
        right = {
            f"Accuracy of {question}": float(np.mean([_answered(row, question) for row in rows]))
            for question in ((ACTIVITY, MOVING) if rows else ())
        }
        figures = [model_testing.additional(block, right) for block in self.blocks.values()] if rows else []
        return {"accuracy": model_testing.confusion(pairs), "additionalMetricsByLearnBlock": figures}


def _answered(row: Json, question: str) -> bool:
    """Say whether a window's answer to one question is right."""
    return f"{question}: {row['labelMapPredictions'][question]}" in row["label"].split(", ")


def _in_words(said: dict[str, str]) -> str:
    return ", ".join(f"{question}: {answer}" for question, answer in said.items())

"""Answers about many: model testing of a whole set, and variants of the models side by side."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from edgekit import display
from edgekit.results import label_lists
from edgekit.results.decision import number
from edgekit.results.kinds import kind_of, kind_of_block
from edgekit.results.result import ClassifyResult
from edgekit.results.sample import Source
from edgekit.table_words import UNCERTAIN
from edgekit.wire.decoding import unpromised
from edgekit.wire.schema import (
    AdditionalMetric,
    AnomalyResult,
    Classification,
    ClassifyResponse,
    Impulse,
    ModelPrediction,
    ModelResult,
    ModelTestingSummary,
    Payload,
    SampleData,
    StructuredResult,
    TestingAccuracy,
    VariantsResponse,
)


def variants_table(answer: VariantsResponse, variants: list[str]) -> pd.DataFrame:
    """Put the scores of several variants side by side; see `Studio.compare_variants`."""
    columns: dict[str, pd.Series[float]] = {}
    for result in answer.results:
        scores = {
            (block.learn_block.id, window, key): np.nan if score is None else score
            for block in result.classifications
            for window, row in enumerate(block.result)
            for key, score in row.items()
        }
        index = pd.MultiIndex.from_tuples(list(scores), names=["block", "window", "key"])
        columns[result.variant] = pd.Series(list(scores.values()), index=index, dtype=float)
    if missing := [name for name in variants if name not in columns]:
        source = f"POST …/classify/v2/{answer.sample.sample.id}/variants"
        raise unpromised(source, "$.results", f"it has {list(columns)}, and lacks {missing}")
    table = pd.DataFrame(columns)[variants]
    return table.assign(difference=table[variants[-1]] - table[variants[0]]).reset_index()


class ModelTesting:
    """What model testing says of a whole set: every window's prediction, and the figures.

    Attributes
    ----------
    predictions : DataFrame
        One row per window (or picture): `sample`, `start_ms`, `end_ms`, `label`, `prediction`, `correct`,
        `expected_anomaly`, `f1`. In regression `label` and `prediction` are numbers, and `error` (prediction minus
        label) stands after them. In object detection `label` is the list of the labels of the objects in the picture
        (empty: none), and `prediction` the F1 score as the Studio writes it.
    results : dict
        Sample id to its `ClassifyResult`; boxes and grids of cells are in them.
    category, variant, impulse : str, str or None, int or None
        What was asked for; None for the server's own choice.

    Examples
    --------
    >>> import edgekit as ek
    >>> with ek.Sandbox() as sandbox:
    ...     studio = ek.connect(url=sandbox.url, api_key=sandbox.keys["meat"])
    ...     testing = studio.test()
    ...     figures = testing.figures
    >>> testing
    <ModelTesting of 43 samples in testing · 36 of 43 right>
    >>> testing.predictions[["sample", "label", "prediction", "error", "correct"]].head(2)
       sample  label  prediction  error  correct
    0     173   46.3       50.69   4.39    False
    1     174   47.7       51.39   3.69    False
    >>> figures.loc["accuracy", "value"].round(3).item()
    0.837
    """

    def __init__(
        self,
        predictions: pd.DataFrame,
        results: dict[int, ClassifyResult],
        summary: Callable[[], ModelTestingSummary],
        category: str = "testing",
        variant: str | None = None,
        *,
        impulse: int | None = None,
    ) -> None:
        self.predictions = predictions
        self.results = results
        self.category, self.variant, self.impulse = category, variant, impulse
        self._summary = summary
        self._known: ModelTestingSummary | None = None

    @property
    def raw(self) -> ModelTestingSummary:
        """The server's own figures, as decoded: fetched when they are first asked for.

        Source: ``GET …/classify/all/result``, which sends all results once more: on a large set that takes a while.
        """
        known = self._known = self._known or self._summary()
        return known

    @property
    def figures(self) -> pd.DataFrame:
        """The server's figures: index `figure`; `block` (id of the learn block; None: of all), `value`.

        "right" and "wrong" count windows (in object detection objects). "uncertain" counts the windows whose highest
        probability is below the block's threshold, out of the server's confusion matrix. **Where right and wrong make
        up all windows, these are among the wrong ones**, as in the sandbox: then "accuracy" falls as the threshold
        rises, and is lower than the accuracy of the most probable label, ``classification.summary(testing,
        threshold=0)``. What the Studio does with them is not published. Scores are shares 0..1; "mean squared error" is
        in the label's unit, squared.
        """
        accuracy = self.raw.accuracy or TestingAccuracy()
        total = accuracy.total_summary
        rows: list[tuple[str, int | None, float | None]] = []
        if total is not None:
            rows += [("right", None, total.good), ("wrong", None, total.bad)]
        if UNCERTAIN in (confusion := self.confusion):
            rows += [(UNCERTAIN, None, float(confusion[UNCERTAIN].sum()))]
        rows += [(name, None, getattr(accuracy, field)) for field, name in _SCORES.items()]
        for block in self.raw.additional_metrics_by_learn_block:
            rows += [(metric.name, block.learn_block_id, _value(metric)) for metric in block.additional_metrics]
        table = pd.DataFrame(rows, columns=["figure", "block", "value"]).dropna(subset="value")
        return table.astype({"block": "Int64", "value": float}).set_index("figure")

    @property
    def confusion(self) -> pd.DataFrame:
        """The server's confusion matrix: rows what was expected, columns what was predicted, "uncertain" last.

        Counts of windows, as the server sends them. Empty where there are no labels to take for one another, as in
        regression.
        """
        accuracy = self.raw.accuracy or TestingAccuracy()
        values = accuracy.confusion_matrix_values
        known = dict.fromkeys([*accuracy.all_labels, *values, *(name for row in values.values() for name in row)])
        names = sorted(known, key=UNCERTAIN.__eq__)
        cells = [[values.get(truth, {}).get(name) or 0 for name in names] for truth in names if truth in values]
        truths = pd.Index([truth for truth in names if truth in values], name="expected", dtype=object)
        return pd.DataFrame(cells, truths, pd.Index(names, name="predicted", dtype=object))

    @property
    def per_label(self) -> pd.DataFrame:
        """The server's counts per label: index `label`; `right`, `wrong`. In object detection one row, "F1 score"."""
        counts = (self.raw.accuracy or TestingAccuracy()).summary_per_class
        rows = [(label, found.good, found.bad) for label, found in counts.items()]
        return pd.DataFrame(rows, columns=["label", "right", "wrong"]).set_index("label")

    @property
    def variants(self) -> list[str]:
        """Which variants of the models the server has results of."""
        return list(self.raw.available_variants)

    def __len__(self) -> int:
        return len(self.predictions)

    def _facts(self) -> list[str]:
        samples = self.predictions["sample"].nunique()
        variant = f", {display.short(self.variant)}" if self.variant else ""
        known = self.predictions["correct"].dropna()
        unsure = int((self.predictions["prediction"] == UNCERTAIN).sum())
        below = f", {unsure} uncertain" if unsure else ""
        return [
            f"{display.counted(samples, 'sample')} in {display.short(self.category)}{variant}",
            *([f"{int(known.sum())} of {len(known)} right{below}"] if len(known) else []),
        ]

    def __repr__(self) -> str:
        return display.fit(f"<ModelTesting of {' · '.join(self._facts())}>")

    def _repr_html_(self) -> str:
        size, *right = self._facts()
        note = ".predictions is one row per window; .figures, .confusion and .variants are the server's own."
        return display.card("Model testing", {"samples": size, **({"windows": right[0]} if right else {})}, note=note)


_SCORES = {
    "accuracy_score": "accuracy",
    "balanced_accuracy_score": "balanced accuracy",
    "anomaly_accuracy_score": "accuracy of anomalies",
    "no_anomaly_accuracy_score": "accuracy without anomalies",
    "mse_score": "mean squared error",
}


def _value(metric: AdditionalMetric) -> float | None:
    """Return a metric as a number: in full precision, else as the Studio shows it; None where it is not a number."""
    return number(metric.value) if metric.full_precision_value is None else metric.full_precision_value


def testing_table(predictions: list[ModelPrediction], impulse: Impulse) -> pd.DataFrame:
    """Turn model testing's predictions into one table; see `ModelTesting`."""
    names = {
        "sample": "sample_id", "start_ms": "start_ms", "end_ms": "end_ms", "label": "label", "prediction": "prediction",
        "correct": "prediction_correct", "expected_anomaly": "expected_anomaly_outcome", "f1": "f1_score",
    }  # fmt: skip
    table = pd.DataFrame({name: [getattr(row, field) for row in predictions] for name, field in names.items()})
    table["f1"] = table["f1"].astype(float)
    detects = label_lists.detects(impulse)
    if detects or (detects is None and table["f1"].notna().any()):  # what has an F1 score is object detection
        table["label"] = pd.Series([label_lists.split(row.label) for row in predictions], table.index, object)
    elif {kind_of(block.type) for block in impulse.learn_blocks} == {"regression"}:
        for name in ("label", "prediction"):
            table[name] = pd.to_numeric(table[name], errors="coerce").astype(float)
        table.insert(list(table).index("prediction") + 1, "error", table["prediction"] - table["label"])
    return table


def testing_results(
    results: list[ModelResult],
    predictions: list[ModelPrediction],
    impulse: Impulse,
    source: Source | None,
    variant: str | None = None,  # noqa: PT028  # this is no test
) -> dict[int, ClassifyResult]:
    """Return each sample's result by its id, with the boxes and grids that came only with the predictions."""
    size, increase = _cut(impulse)
    windows: dict[int, list[ModelPrediction]] = {}
    for row in predictions:
        windows.setdefault(row.sample_id, []).append(row)
    found = {}
    for result in results:
        info = result.sample
        for classification in result.classifications:
            _complete(classification, windows.get(result.sample_id, []))
        raw = ClassifyResponse(
            success=True,
            classifications=result.classifications,
            sample=SampleData(sample=info, payload=Payload(sensors=info.sensors, values=[])),
            window_size_ms=size,
            window_increase_ms=increase,
        )
        found[result.sample_id] = ClassifyResult(raw, source, whole=False, variant=variant)
    return found


def _complete(classification: Classification, windows: list[ModelPrediction]) -> None:
    """Put boxes and grids where the calls for one sample have them, if they came with the predictions alone."""
    kind, boxes = kind_of_block(classification), [row.bounding_boxes for row in windows]
    if kind == "detection" and not (classification.structured_result or classification.details) and any(boxes):
        classification.structured_result = [
            StructuredResult(
                boxes=[[box.x, box.y, box.width, box.height] for box in row.bounding_boxes or ()],
                scores=[box.score for box in row.bounding_boxes or ()],
                labels=[box.label for box in row.bounding_boxes or ()],
                f1=row.f1_score,
            )
            for row in windows
        ]
    grids = [row.anomaly_scores for row in windows]
    if kind == "visual" and not classification.anomaly_result and (any(boxes) or any(grids)):
        classification.anomaly_result = [
            AnomalyResult(boxes=row.bounding_boxes, scores=row.anomaly_scores) for row in windows
        ]


def _cut(impulse: Impulse) -> tuple[float, float]:
    """Window size and increase in classification, which may be another one than in training; 0 for images."""
    for block in impulse.input_blocks:
        return block.window_size_ms or 0, block.classification_window_increase_ms or block.window_increase_ms or 0
    return 0, 0

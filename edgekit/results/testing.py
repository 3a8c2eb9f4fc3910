"""Tables over many answers: model testing, and variants of the models side by side."""

from __future__ import annotations

import numpy as np
import pandas as pd

from edgekit.results import label_lists
from edgekit.results.result import ClassifyResult
from edgekit.results.sample import Source
from edgekit.wire.decoding import unpromised
from edgekit.wire.schema import (
    ClassifyResponse,
    Impulse,
    ModelPrediction,
    ModelResult,
    Payload,
    SampleData,
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


class ResultsById(dict[int, ClassifyResult]):
    """Results by sample id, to ride along in a table's ``attrs``: pandas copies those deeply at every step."""

    def __deepcopy__(self, memo: object) -> ResultsById:
        return self


def testing_table(
    results: list[ModelResult], predictions: list[ModelPrediction], impulse: Impulse, source: Source
) -> pd.DataFrame:
    """Turn model testing's answers into one table of predictions; see `Studio.test`."""
    names = {
        "sample": "sample_id", "start_ms": "start_ms", "end_ms": "end_ms", "label": "label", "prediction": "prediction",
        "correct": "prediction_correct", "expected_anomaly": "expected_anomaly_outcome", "f1": "f1_score",
    }  # fmt: skip
    table = pd.DataFrame({name: [getattr(row, field) for row in predictions] for name, field in names.items()})
    table["f1"] = table["f1"].astype(float)
    detects = label_lists.detects(impulse)
    if detects or (detects is None and table["f1"].notna().any()):  # what has an F1 score is object detection
        table["label"] = pd.Series([label_lists.split(row.label) for row in predictions], table.index, object)
    size, increase = _cut(impulse)
    by_id = ResultsById()
    for result in results:
        info = result.sample
        raw = ClassifyResponse(
            success=True,
            classifications=result.classifications,
            sample=SampleData(sample=info, payload=Payload(sensors=info.sensors, values=[])),
            window_size_ms=size,
            window_increase_ms=increase,
        )
        by_id[result.sample_id] = ClassifyResult(raw, source, whole=False)
    table.attrs["results"] = by_id
    return table


def _cut(impulse: Impulse) -> tuple[float, float]:
    """Window size and increase in classification, which may be another one than in training; 0 for images."""
    for block in impulse.input_blocks:
        return block.window_size_ms or 0, block.classification_window_increase_ms or block.window_increase_ms or 0
    return 0, 0

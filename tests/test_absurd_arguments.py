"""Arguments that cannot mean anything end in a UsageError (or do no harm), whatever they are and wherever they go."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from PIL import Image

import edgekit as ek
from edgekit import plots

from .conftest import SEED
from .objects_result import detected_result
from .scores import scored_result


class Odd:
    """An object of a caller's own, which cannot even be shown."""

    def __repr__(self) -> str:
        raise RuntimeError("no repr")


ABSURD = {
    "none": None,
    "true": True,
    "zero": 0,
    "minus one": -1,
    "a huge number": 10**400,
    "an endless number": 10**5000,
    "minus a huge number": -(10**400),
    "beyond 64 bits": 2**63,
    "half": 0.5,
    "nan": float("nan"),
    "infinity": float("inf"),
    "minus infinity": float("-inf"),
    "complex": 1j,
    "fraction": Fraction(1, 3),
    "a huge fraction": Fraction(10**400, 3),
    "decimal nan": Decimal("nan"),
    "text": "x",
    "no text": "",
    "text of a number": "3",
    "text with a null": "a\0b",
    "half a surrogate": "\ud83d",
    "bytes": b"3",
    "bytes of no text": b"\xff\xfe",
    "list": [1],
    "empty list": [],
    "list of lists": [[1], [2, 3]],
    "list of nothing": [None],
    "list of texts": ["a", "b"],
    "dict": {"a": 1},
    "empty dict": {},
    "set": {1},
    "generator": (i for i in range(0)),
    "range": range(3),
    "a function": len,
    "a type": int,
    "an object": Odd(),
    "date": date(2026, 1, 1),
    "timestamp": pd.Timestamp(0),
    "missing": pd.NA,
    "no time": pd.NaT,
    "array": np.zeros(3),
    "empty array": np.zeros(0),
    "matrix": np.zeros((2, 2)),
    "array of nothing in it": np.array(1.5),
    "array of objects": np.array([object()], object),
    "array of NaN": np.full(3, np.nan),
    "complex array": np.zeros(3, complex),
    "table": pd.DataFrame({"a": [1]}),
    "empty table": pd.DataFrame(),
    "column": pd.Series([1.0]),
    "path": Path("nowhere at all"),
}


class Call(NamedTuple):
    """A call that is right, to be made wrong in one argument at a time."""

    function: Callable[..., Any]
    arguments: dict[str, Any]


def calls() -> dict[str, Call]:
    scores, truth = np.arange(40.0), np.arange(40) >= 30
    result = scored_result(40)
    block, sample, windows = result.blocks[0], result.sample, result.blocks[0].windows()
    picture = detected_result(3, 3).blocks[0]
    points = pd.DataFrame({"x": [0.1, 0.5], "y": [0.2, 0.5], "label": [1, 2]})
    boxes = points.assign(width=0.1, height=0.2, score=[0.5, 0.9])
    named = points.assign(picture=["a", "b"])
    gmm = {"means": np.zeros((2, 2)), "covariances": np.array([np.eye(2)] * 2), "weights": [0.5, 0.5],
           "score_mean": 0.0, "score_scale": 1.0}  # fmt: skip
    mixture = ek.Gmm(**gmm)
    info = ek.detection.match(points, points)
    found = ek.detection.errors([info])
    swept = ek.anomaly.sweep(scores, truth)
    return {
        "anomaly.segments": Call(ek.anomaly.segments, {"windows": windows, "threshold": 3.0, "score": "anomaly"}),
        "anomaly.per_label": Call(ek.anomaly.per_label, {"scores": scores, "labels": truth, "threshold": 3.0}),
        "anomaly.sweep": Call(ek.anomaly.sweep, {"scores": scores, "truth": truth}),
        "anomaly.rates": Call(ek.anomaly.rates, {"scores": scores, "truth": truth, "threshold": 3.0}),
        "anomaly.suggest_threshold": Call(
            ek.anomaly.suggest_threshold,
            {
                "scores": scores,
                "truth": truth,
                "by": "quantile",
                "quantile": 0.99,
                "per_hour": None,
                "increase_ms": None,
                "samples": None,
                "level": 0.95,
                "resamples": 20,
                "seed": 0,
            },
        ),
        "Gmm": Call(ek.Gmm, gmm),
        "Gmm.score": Call(mixture.score, {"features": np.zeros((3, 2))}),
        "Gmm.explain": Call(mixture.explain, {"features": np.zeros((3, 2))}),
        "detection.match": Call(
            ek.detection.match, {"truths": points, "predictions": points, "min_distance": 0.2, "one_to_one": False}
        ),
        "detection.match_boxes": Call(
            ek.detection.match_boxes, {"truths": boxes, "predictions": boxes, "min_iou": 0.5, "names": None}
        ),
        "detection.iou": Call(ek.detection.iou, {"truths": boxes, "predictions": boxes}),
        "detection.to_input": Call(
            ek.detection.to_input,
            {"boxes": boxes, "image_size": (9, 5), "input_size": (96, 96), "resize_mode": "squash"},
        ),
        "detection.average_precision": Call(ek.detection.average_precision, {"truths": boxes, "predictions": boxes}),
        "detection.summary": Call(ek.detection.summary, {"results": [info], "block": None}),
        "detection.errors": Call(ek.detection.errors, {"results": [info], "block": None}),
        "detection.sweep_distance": Call(
            ek.detection.sweep_distance, {"results": [info], "distances": [0.1, 0.2], "draws": 2, "seed": 0}
        ),
        "detection.per_picture": Call(
            ek.detection.per_picture, {"truths": named, "predictions": named, "min_distance": 0.2}
        ),
        "detection.count": Call(ek.detection.count, {"errors": found, "by": "label"}),
        "detection.confusion": Call(ek.detection.confusion, {"errors": found}),
        "DebugInfo.rematch": Call(info.rematch, {"min_distance": 0.2}),
        "DebugInfo.name": Call(info.name, {"label": 1}),
        "plots.signal": Call(plots.signal, {"table": sample.signal(), "title": ""}),
        "plots.windows": Call(plots.windows, {"table": windows, "threshold": 3.0, "segments": None, "title": ""}),
        "plots.scores": Call(plots.scores, {"table": windows, "by": "expected", "threshold": 3.0}),
        "plots.histogram": Call(plots.histogram, {"scores": scores, "anomalous": truth, "threshold": 3.0}),
        "plots.sweep": Call(plots.sweep, {"table": swept, "threshold": 3.0}),
        "plots.detections": Call(plots.detections, {"matched": info, "image": Image.new("L", (8, 8)), "scores": None}),
        "parse": Call(ek.parse, {"source": SEED}),
        "explore": Call(ek.explore, {"what": result}),
        "ClassifyResult.block": Call(result.block, {"key": 0}),
        "BlockResult.segments": Call(block.segments, {"threshold": 3.0}),
        "BlockResult.plot": Call(block.plot, {"threshold": 3.0, "window": 0, "image": None, "names": None}),
        "BlockResult.plot of objects": Call(picture.plot, {"window": 0, "image": None, "names": None}),
        "BlockResult.debug_info": Call(picture.debug_info, {"window": 0, "names": None}),
        "BlockResult.detections": Call(picture.detections, {"input_size": (96, 96)}),
        "BlockResult.truth_boxes": Call(picture.truth_boxes, {"input_size": (96, 96), "resize_mode": "squash"}),
        "BlockResult.matched": Call(picture.matched, {"window": 0}),
        "BlockResult.compare_metrics": Call(picture.compare_metrics, {"window": 0}),
        "Sample.signal": Call(sample.signal, {"datastream": None}),
    }


def asked(studio: ek.Studio) -> dict[str, Call]:
    """The calls of a Studio."""
    return {
        "Studio": Call(
            ek.Studio,
            {
                "url": studio.url,
                "api_key": "ei_x",
                "project_id": 1,
                "timeout": 1.0,
                "retries": 0,
                "job_time_limit": 1.0,
                "allow_http": False,
            },
        ),
        "connect": Call(ek.connect, {"sandbox": "motion"}),
        "samples": Call(studio.samples, {"category": "training", "labels": ["walking"], "limit": 2}),
        "sample": Call(studio.sample, {"sample": 12, "limit": 3}),
        "slice": Call(studio.slice, {"sample": 12, "start": 0, "end": 5}),
        "image": Call(studio.image, {"sample": 12, "after_input_block": False}),
        "original": Call(studio.original, {"sample": 12}),
        "verify": Call(studio.sample(12).verify, {"hmac_key": "x", "original": b"{}"}),
        "classify": Call(studio.classify, {"sample": 12, "block": 5, "variant": "float32"}),
        "compare_variants": Call(studio.compare_variants, {"sample": 12, "variants": ["float32", "int8"]}),
        "rescore": Call(studio.rescore, {"block": 5, "sample": 12}),
        "gmm": Call(studio.gmm, {"block": 5}),
        "kmeans": Call(studio.kmeans, {"block": 4}),
        "anomaly_metadata": Call(studio.anomaly_metadata, {"block": 5}),
        "features": Call(studio.features, {"sample": 12, "dsp": 2}),
        "set_threshold": Call(studio.set_threshold, {"block": 5, "value": 2.5, "key": None}),
        "test": Call(studio.test, {"start": False, "variant": "float32", "category": "testing"}),
        "job": Call(studio.job, {"job": 1}),
        "job_log": Call(studio.job_log, {"job": 1}),
        "cancel_job": Call(studio.cancel_job, {"job": 1}),
    }


def faults(call: Call) -> list[str]:
    """Make the call wrong in every way; name the ways in which something else than an EdgekitError comes of it."""
    found = []
    for name in call.arguments:
        for kind, value in ABSURD.items():
            try:
                call.function(**call.arguments | {name: value})
            except ek.EdgekitError as problem:
                if len(str(problem)) > 1500:
                    found.append(f"{name}={kind}: a message of {len(str(problem))} characters")
            except Exception as problem:
                found.append(f"{name}={kind}: {type(problem).__name__}: {problem}"[:160])
            finally:
                plt.close("all")
    return found


TABLE = calls()


@pytest.mark.parametrize("name", TABLE)
def test_whatever_a_function_is_given_it_returns_or_says_what_it_takes(name):
    TABLE[name].function(**TABLE[name].arguments)
    plt.close("all")
    assert faults(TABLE[name]) == []


CALLS = [
    "Studio", "connect", "samples", "sample", "slice", "image", "original", "verify", "classify", "compare_variants",
    "rescore", "gmm", "kmeans", "anomaly_metadata", "features", "set_threshold", "test", "job", "job_log", "cancel_job",
]  # fmt: skip


@pytest.fixture(scope="module")
def own():
    """A sandbox of this module's own: thresholds are set."""
    with ek.Sandbox() as running:
        yield ek.connect(url=running.url, api_key=running.keys["motion"])


@pytest.mark.parametrize("name", CALLS)
def test_whatever_a_studio_is_asked_it_answers_or_says_what_it_takes(own, name):
    assert faults(asked(own)[name]) == []

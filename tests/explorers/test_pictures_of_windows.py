"""Classifiers and regressions of pictures: the explorer shows the picture of the window that is looked at."""

from __future__ import annotations

import io
import json
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

import edgekit as ek
from edgekit.explorers import ClassificationExplorer, RegressionExplorer
from edgekit.results.result import ClassifyResult
from edgekit.wire.decoding import decode
from edgekit.wire.schema import ClassifyResponse
from tests.conftest import SEED

BLOCK = json.loads((SEED.parent / "cases" / "regression-response.json").read_bytes())["classifications"][0]


@pytest.fixture(scope="module")
def pictures(sandbox, objects_call):
    """Answers about real pictures of the project objects, with another block in place of the detectors."""
    studio = ek.connect(url=sandbox.url, api_key=sandbox.keys["objects"])

    def answers(kind: str, results: list[dict[str, float]], labels: list[str]) -> list[ClassifyResult]:
        found = []
        for sample, result, label in zip((133, 134, 135), results, labels, strict=True):
            document = objects_call("POST", f"classify/v2/{sample}").json()
            block = BLOCK | {"result": [result], "expectedLabels": [{"startIndex": 0, "endIndex": 0, "label": label}]}
            block["learnBlock"] = BLOCK["learnBlock"] | {"type": kind}
            block |= {"thresholds": [], "minimumConfidenceRating": 0.6}
            block.pop("intervalMs", None)
            document["classifications"] = [block]
            found.append(ClassifyResult(decode(document, ClassifyResponse, "an answer"), studio))
        return found

    return answers


def sent(explorer) -> list[Image.Image | None]:
    arrays = explorer._view().arrays
    files, at = arrays["images"].tobytes(), arrays["image_at"]
    parts = [files[begin:end] for begin, end in pairwise(at)]
    return [Image.open(io.BytesIO(part)) if part else None for part in parts]


def test_a_regression_of_pictures_shows_them(pictures):
    explorer = ek.explore(
        pictures("keras-regression", [{"value": 2.0}, {"value": 5.5}, {"value": 1.0}], ["2", "4", "1"])
    )
    assert isinstance(explorer, RegressionExplorer)
    assert explorer._meta["pictures"]
    images = sent(explorer)
    assert [max(image.size) for image in images] == [96] * 3
    stored = explorer._timeline.samples[explorer._place[explorer.window]].id
    assert stored == 134
    assert [len(axes.images) for axes in explorer.figure().axes] == [0, 0, 1]
    before = explorer._png()
    explorer.window = 0
    assert explorer._png() != before


def test_a_classifier_of_pictures_sends_small_ones_those_with_mistakes_first(pictures, monkeypatch):
    results = pictures("keras", [{"a": 0.9, "b": 0.1}, {"a": 0.8, "b": 0.2}, {"a": 0.3, "b": 0.7}], ["a", "b", "b"])
    explorer = ek.explore(results)
    assert isinstance(explorer, ClassificationExplorer)
    assert all(image is not None and max(image.size) <= 192 for image in sent(explorer))
    monkeypatch.setattr("edgekit.explorers.images.MOST", 1)
    monkeypatch.setattr("edgekit.explorers.classified_windows.MOST", 1)
    few = ek.explore(results)
    assert [image is not None for image in sent(few)] == [False, True, False]
    assert "1 of 3 pictures are here" in few._meta["note"]


def test_results_from_a_file_have_no_pictures_and_say_nothing_of_them(pictures):
    (result, *_) = pictures("keras-regression", [{"value": 2.0}, {"value": 5.5}, {"value": 1.0}], ["2", "4", "1"])
    alone = ek.explore(ClassifyResult(result.raw))
    assert not alone._meta["pictures"]
    assert sent(alone) == [None]
    assert alone._png()
    assert np.isfinite(alone.counts["share"])

"""A saved result explains itself: without a network, and without what may not stand in a file."""

from __future__ import annotations

import json

import pandas as pd
import pytest

import edgekit as ek
from tests.conftest import SEED


@pytest.fixture(scope="module")
def saved(studio, tmp_path_factory):
    path = tmp_path_factory.mktemp("saved") / "sample31.json"
    studio.classify(31).save(path)
    return path


@pytest.fixture
def no_network(monkeypatch):
    monkeypatch.setattr("requests.Session.request", None)


@pytest.fixture(scope="module")
def live(studio):
    """What the Studio itself says, fetched before the network is gone."""
    result = studio.classify(31)
    explained = {block.type: block.explain() for block in result.blocks if block.kind == "anomaly"}
    return {block.type: block.windows() for block in result.blocks}, explained, result.sample.signal()


def test_a_saved_result_is_the_same_without_a_network(live, saved, no_network):
    windows, explained, signal = live
    result = ek.parse(saved)
    pd.testing.assert_frame_equal(result.sample.signal(), signal)
    for name, table in windows.items():
        pd.testing.assert_frame_equal(result.block(name).windows(), table)
    for name, table in explained.items():
        pd.testing.assert_frame_equal(result.block(name).explain(), table)


def test_a_saved_result_can_be_saved_again(saved, tmp_path, no_network):
    again = tmp_path / "again.json"
    ek.parse(saved).save(again)
    assert again.read_bytes() == saved.read_bytes()


def test_the_file_holds_neither_key_nor_signature_key(sandbox, studio, saved):
    assert studio.classify(31).sample.info.signature_key
    text = saved.read_text("utf-8")
    assert sandbox.keys["motion"] not in text
    assert json.loads(text)["sample"]["sample"]["signatureKey"] is None


def test_a_picture_is_saved_as_stored_and_as_the_model_saw_it(sandbox, tmp_path, monkeypatch):
    studio = ek.connect(url=sandbox.url, api_key=sandbox.keys["objects"])
    sample = studio.samples("testing").index[0]
    result = studio.classify(sample)
    pictures = [studio.image(sample, after_input_block=seen) for seen in (False, True)]
    found = result.block("fomo").detections()
    result.save(tmp_path / "picture.json")
    monkeypatch.setattr("requests.Session.request", None)
    again = ek.parse(tmp_path / "picture.json")
    for picture, seen in zip(pictures, (False, True), strict=True):
        saved = again.sample.image(after_input_block=seen)
        assert saved.convert("RGB").tobytes() == picture.convert("RGB").tobytes()
    pd.testing.assert_frame_equal(again.block("fomo").detections(), found)
    assert again.block("fomo").plot() is not None


def test_what_the_studio_refused_is_named_when_it_is_asked_for(studio, tmp_path, monkeypatch):
    def refuse(*args, **options):
        raise ek.NotFoundError("The block was deleted.")

    result = studio.classify(31)
    monkeypatch.setattr(ek.Studio, "gmm", refuse)
    result.save(tmp_path / "part.json")
    block = ek.parse(tmp_path / "part.json").block("anomaly-gmm")
    with pytest.raises(ek.UsageError, match=r"parameters of block 5 is not in it.*The block was deleted"):
        block.explain()
    with pytest.raises(ek.UsageError, match="uploaded file"):
        ek.parse(tmp_path / "part.json").sample.original()


def test_nothing_is_written_where_the_network_is_gone(studio, tmp_path, monkeypatch):
    def gone(*args, **options):
        raise ek.ConnectionFailed("No connection.")

    result = studio.classify(31)
    monkeypatch.setattr(ek.Studio, "features", gone)
    with pytest.raises(ek.ConnectionFailed):
        result.save(tmp_path / "none.json")
    assert not (tmp_path / "none.json").exists()


def test_a_result_from_a_file_without_a_studio_is_saved_as_it_is(tmp_path):
    response = json.loads(SEED.read_bytes())
    ek.parse(response).save(tmp_path / "seed.json")
    again = ek.parse(tmp_path / "seed.json")
    pd.testing.assert_frame_equal(again.blocks[0].windows(), ek.parse(response).blocks[0].windows())
    with pytest.raises(ek.UsageError, match="came from a file"):
        again.blocks[0].features()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda parts: parts.update(format=99, features="in a form of its own"), "newer edgekit"),
        (lambda parts: parts.update(features=7), "features"),
        (lambda parts: parts["features"][0]["rows"][0].pop(), "damaged"),
        (lambda parts: parts["mixtures"][0]["parameters"].pop("means"), "damaged"),
        (lambda parts: parts["mixtures"][0]["parameters"].update(weights=[1]), "damaged"),
    ],
)
def test_a_damaged_file_is_told(saved, change, said):
    document = json.loads(saved.read_bytes())
    change(document["edgekit"])
    with pytest.raises(ek.EdgekitError, match=said):
        ek.parse(document).block("anomaly-gmm").explain()

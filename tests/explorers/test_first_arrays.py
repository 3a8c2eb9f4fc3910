"""A long signal is sent shortened with the first picture, and whole after it; every export holds the whole."""

from __future__ import annotations

import numpy as np
import pytest

import edgekit as ek
from edgekit.explorers import Explorer, anomaly_windows
from edgekit.explorers.still.view import unpacked
from tests.labels_result import labelled_result
from tests.numbers_result import predicted_result
from tests.scores import scored_result

LONG = 8000  # windows: 120 thousand values


@pytest.fixture(scope="module")
def explorers() -> dict[str, Explorer]:
    made = {"anomaly": scored_result, "classification": labelled_result, "regression": predicted_result}
    return {name: ek.explore(make(LONG)) for name, make in made.items()}


def sent(explorer: Explorer) -> dict[str, np.ndarray]:
    return unpacked(explorer._meta["layout"], explorer._blob)


@pytest.mark.parametrize("name", ["anomaly", "classification", "regression"])
def test_the_browser_gets_the_whole_signal_when_it_asks_and_every_page_has_it(explorers, name, monkeypatch):
    explorer, messages = explorers[name], []
    monkeypatch.setattr(explorer, "send", lambda message, buffers: messages.append((message, buffers)))
    signal = explorer._timeline.signal
    assert explorer._meta["later"]
    assert len(sent(explorer)["time"]) < len(signal) / 4
    for message in ({"later": True}, {"picture": 0}, "later", None):
        explorer._send_later(explorer, message, [])
    [(answer, [blob])] = messages
    meta, exported = explorer._exported()
    assert not meta["later"]
    for arrays in (unpacked(answer["later"], blob), unpacked(meta["layout"], exported)):
        assert arrays["time"].tolist() == signal.index.tolist()
        assert (arrays["signal"].reshape(3, -1) == signal.to_numpy("f4").T).all()


def test_opening_an_explorer_asks_for_no_struct_of_each_window():
    for make in (scored_result, labelled_result, predicted_result):
        result = make(3)
        ek.explore(result)
        [block] = result.blocks
        lazy = [block._answer.lazy_field(name).json(block._answer) for name in ("result", "expected_labels")]
        assert None not in lazy


def test_what_is_sent_first_of_an_anomaly_block_reaches_from_end_to_end_without_losing_a_peak(explorers):
    first, signal = sent(explorers["anomaly"]), explorers["anomaly"]._timeline.signal
    for values, axis in zip(first["signal"].reshape(3, -1), signal, strict=True):
        assert (values.min(), values.max()) == (np.float32(signal[axis].min()), np.float32(signal[axis].max()))


def test_what_stands_beside_the_chosen_score_comes_first_and_that_of_all_windows_after_it(monkeypatch):
    monkeypatch.setattr(anomaly_windows, "_MANY", 19)
    explorer = ek.explore(scored_result(20), window=7)
    first, rest, [meta, blob] = sent(explorer), explorer._arrays_later(), explorer._exported()
    assert first["listed"].tolist() == [7]
    whole = explorer.windows["long"].to_numpy("f4")
    assert first["probabilities"].tolist() == [whole[7]]
    for found in (rest, unpacked(meta["layout"], blob)):
        assert not len(found["listed"])
        assert found["probabilities"].ravel().tolist() == whole.tolist()
        assert {len(found[name]) for name in ("expected", "part")} == {20}


def test_the_windows_on_the_first_page_of_a_classifier_are_sent_whole(explorers):
    explorer = explorers["classification"]
    first, signal = sent(explorer), explorer._timeline.signal
    for window in explorer.selection.index[:20]:
        start, end = explorer.windows.loc[window, ["start_ms", "end_ms"]].astype(float)
        whole = signal[(signal.index >= start) & (signal.index < end)]
        inside = (first["time"] >= start) & (first["time"] < end)
        assert (whole.to_numpy("f4") == first["signal"].reshape(3, -1)[:, inside].T).all()
        assert len(whole) == inside.sum()


def test_probabilities_of_the_first_page_come_first_and_all_of_them_after_it_with_the_doubtful_labels(explorers):
    explorer, labels = explorers["classification"], 8
    first, rest = sent(explorer), explorer._arrays_later()
    whole = explorer.windows.iloc[:, -labels:].to_numpy("f4")
    assert {explorer.window, *explorer.selection.index[:48]} == set(first["listed"].tolist())
    assert (first["probabilities"].reshape(-1, labels) == whole[first["listed"]]).all()
    assert "doubtful" not in first
    issues = ek.classification.label_issues(explorer.windows)
    given = explorer.windows["expected"].iloc[rest["doubtful"]]
    assert list(dict.fromkeys(given)) == issues["given"].tolist()
    assert (rest["probabilities"] == whole).all()
    assert not len(rest["listed"])
    assert "doubtful" in sent(ek.explore(labelled_result(LONG), order="doubtful labels first"))


def test_a_still_picture_of_a_stretch_shows_its_every_reading(explorers):
    explorer = explorers["anomaly"]
    explorer.span = [10_000.0, 12_000.0]
    assert len(explorer._on_show()["time"]) == 100
    explorer.window = 7000
    assert explorer._png() != explorers["classification"]._png()
    explorer.span = []


def test_a_short_signal_and_that_of_a_sample_are_sent_at_once():
    for what in (scored_result(100), scored_result(LONG).sample):
        explorer = ek.explore(what)
        assert not explorer._meta["later"]
        assert len(sent(explorer)["time"]) == len(explorer._timeline.signal)

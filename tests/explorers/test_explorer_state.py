"""The state of explorers: one moment for each reading; nothing refused is ever kept, whichever way it came."""

from __future__ import annotations

import base64
import itertools
import json
import re
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import ipywidgets as widgets
import numpy as np
import pandas as pd
import pytest
import traitlets
from hypothesis import given, settings
from hypothesis import strategies as st

import edgekit as ek
from edgekit.explorers import DetectionExplorer, Panel
from edgekit.wire.schema import StructuredLabel
from tests.scores import scored_result


@pytest.fixture(scope="module")
def pictures(sandbox) -> list[ek.ClassifyResult]:
    objects = ek.connect(url=sandbox.url, api_key=sandbox.keys["objects"])
    return objects.classify(objects.samples("testing").index[::8])


@pytest.fixture
def detections(pictures) -> DetectionExplorer:
    return ek.explore(pictures)


@pytest.fixture
def scores():
    return ek.explore(scored_result(40))


@contextmanager
def moving(*moves: Callable[[int], object], every: float = 0) -> Iterator[list[Exception]]:
    """Do each of these over and over, in threads of their own; yield what they raise."""
    over, raised = threading.Event(), []

    def go(move: Callable[[int], object]) -> None:
        for i in itertools.count():
            if over.wait(every) if every else over.is_set():
                return
            try:
                move(i)
            except Exception as problem:
                raised.append(problem)

    threads = [threading.Thread(target=go, args=(move,)) for move in moves]
    for thread in threads:
        thread.start()
    try:
        yield raised
    finally:
        over.set()
        for thread in threads:
            thread.join()


def state_of(page: str) -> dict:
    return json.loads(re.search(r'id="state">(.*?)</script>', page)[1])


# --- one moment for each reading --------------------------------------------------------------------------------------


def test_a_slider_moved_60_times_a_second_spoils_no_reading(detections, tmp_path):
    """It did: pictures were matched at different distances within one table, in half of the tries."""

    def move(i: int) -> None:
        detections.min_distance = (i % 100) / 100

    with moving(move, every=1 / 60) as raised:
        for _ in range(6):
            assert len(detections.counts) == 4
            assert "distance up to" in repr(detections)
            assert set(detections.selection["object"]) <= {"truth", "prediction"}
        detections.to_html(tmp_path / "page.html")
    assert raised == []


def test_what_a_page_says_of_its_state_is_what_its_text_and_picture_show(detections):
    def move(i: int) -> None:
        detections.min_distance = (i % 1000) / 1000

    with moving(move):
        page = detections._page()
        bundle, _ = detections._repr_mimebundle_()
    state = state_of(page)
    said = re.search(r"distance up to ([\d.e-]+)", page)[1]
    assert f"{state['min_distance']:g}" == said
    detections.min_distance = state["min_distance"]
    assert base64.b64encode(detections._png()).decode() in page
    detections.min_distance = float(re.search(r"distance up to ([\d.e-]+)", bundle["text/plain"])[1])
    assert base64.b64encode(detections._png()).decode() == bundle["image/png"]


def test_eight_threads_of_setters_do_not_starve_an_export(scores, tmp_path):
    alone = time.monotonic()
    scores.to_html(tmp_path / "page.html")
    alone = time.monotonic() - alone

    def move(i: int) -> None:
        scores.threshold = float(i % 50)

    begin = time.monotonic()
    with moving(*[move] * 8) as raised:
        scores.to_html(tmp_path / "page.html")
    assert raised == []
    # Nine threads share one interpreter: nine times as long is fair, and no lock keeps it from coming to an end.
    assert time.monotonic() - begin < 60 * max(alone, 0.2)
    assert state_of((tmp_path / "page.html").read_text("utf-8"))["threshold"] in range(50)


def test_a_thread_sees_its_own_settings_at_once_and_observers_see_the_new_value(scores):
    seen = []
    scores.observe(lambda change: seen.append((change["new"], len(scores.selection))), "threshold")
    scores.threshold = 2
    assert seen == [(2.0, len(scores.selection))]
    with scores.hold_trait_notifications():
        scores.threshold = 3
        assert scores.threshold == 3
        assert len(scores.selection) == (scores.windows["anomaly"] > 3).sum()


def test_two_explorers_that_are_linked_can_be_moved_from_two_threads():
    one, other = ek.explore(scored_result(10)), ek.explore(scored_result(10))
    one.observe(lambda change: setattr(other, "threshold", change["new"]), "threshold")
    other.observe(lambda change: setattr(one, "threshold", change["new"]), "threshold")

    def move(explorer: ek.explorers.Explorer, start: int) -> None:
        for i in range(300):
            explorer.threshold = float(start + i)

    threads = [threading.Thread(target=move, args=of, daemon=True) for of in ((one, 0), (other, 1000))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)
    assert one.threshold == other.threshold


def test_a_panel_says_what_it_drew_while_its_control_goes_on_moving():
    slider = widgets.IntSlider(max=10_000)
    panel = Panel(lambda ax, level: pd.DataFrame({"level": [level]}), level=slider)

    def move(i: int) -> None:
        slider.value = i % 10_000

    with moving(move, move):
        for _ in range(20):
            said = panel._repr_mimebundle_()["text/plain"]
            level, shown = re.fullmatch(r"Panel\(level=(\d+)\)\n +level\n0 +(\d+)", said).groups()
            assert level == shown


# --- what is refused --------------------------------------------------------------------------------------------------

REFUSED = [
    ("window", -1),
    ("window", 1.5),
    ("window", "1"),
    ("window", None),
    ("window", True),
    ("window", 10**400),
    ("threshold", "3"),
    ("threshold", float("nan")),
    ("threshold", float("inf")),
    ("threshold", 10**400),
    ("threshold", 10**5000),
    ("threshold", Fraction(10**400)),
    ("threshold", [1]),
    ("threshold", b"1"),
    ("threshold", 1j),
    ("threshold", np.array([1.0, 2.0])),
    ("span", [2, 1]),
    ("span", [0, "x"]),
    ("span", [0, 10**400]),
    ("span", "ab"),
    ("span", 3),
    ("span", None),
    ("axes", ["nothing like it"]),
    ("axes", [3]),
    ("axes", 3),
    ("log_scale", 2),
    ("log_scale", None),
]


@pytest.mark.parametrize(("name", "value"), REFUSED, ids=[f"{name}-{i}" for i, (name, _) in enumerate(REFUSED)])
@pytest.mark.parametrize("way", ["set", "hold", "message", "begin"])
def test_a_refused_value_never_stays(scores, name, value, way):
    before = {trait: getattr(scores, trait) for trait in scores.state}
    told = []
    scores.observe(lambda change: told.append(change["name"]), list(scores.state))
    with pytest.raises(ek.UsageError) as caught:  # noqa: PT012
        if way == "set":
            setattr(scores, name, value)
        elif way == "begin":
            ek.explore(scored_result(40), **{name: value})
        elif way == "hold":
            with scores.hold_trait_notifications():
                scores.window = 7
                setattr(scores, name, value)
        else:
            scores.set_state({"window": 7, name: value})
    assert isinstance(caught.value, traitlets.TraitError)
    assert len(str(caught.value)) < 300
    assert {trait: getattr(scores, trait) for trait in scores.state} == before
    assert told == []


def test_a_refused_value_that_is_caught_within_a_hold_leaves_the_rest(scores):
    with scores.hold_trait_notifications():
        scores.window = 7
        with pytest.raises(ek.UsageError):
            scores.threshold = float("nan")
    assert scores.window == 7
    assert np.isfinite(scores.threshold)


def test_the_browser_is_told_what_holds_instead_of_what_it_sent(scores, monkeypatch):
    sent = []
    monkeypatch.setattr(scores, "send_state", lambda key=None: sent.append(key))
    with pytest.raises(traitlets.TraitError):
        scores.set_state({"window": 10**6})
    assert sent[-1] == ["window"]


def test_the_browser_hears_no_echo_which_would_put_back_what_the_next_key_changed(scores, monkeypatch):
    sent = []
    monkeypatch.setattr(scores, "_send", lambda message, buffers=None: sent.append(message))
    scores.set_state({"window": 7})
    assert (scores.window, sent) == (7, [])


ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(), st.complex_numbers(),
    st.lists(st.one_of(st.integers(), st.floats(), st.text(), st.none()), max_size=3), st.just(10**400),
    st.sampled_from([np.float64("nan"), np.int64(3), np.bool(True), np.zeros(2), pd.NA, pd.Timestamp(0), object()]),
)  # fmt: skip


@settings(max_examples=200)
@given(data=st.data(), value=ANYTHING)
def test_whatever_is_set_is_kept_as_json_can_hold_it_or_refused(pictures, data, value):
    explorer = data.draw(st.sampled_from(_once(pictures)))
    name = data.draw(st.sampled_from(explorer.state))
    try:
        setattr(explorer, name, value)
    except ek.UsageError:
        return
    json.dumps(getattr(explorer, name), allow_nan=False)
    assert repr(explorer)


_made: list[ek.explorers.Explorer] = []


def _once(pictures: list[ek.ClassifyResult]) -> list[ek.explorers.Explorer]:
    if not _made:
        result = scored_result(40)
        _made.extend([ek.explore(result), ek.explore(result.sample), ek.explore(pictures[0])])
    return _made


@pytest.mark.parametrize(("name", "value", "kept"), [
    ("window", np.int64(3), 3), ("window", np.uint8(3), 3), ("threshold", np.float32(0.5), 0.5),
    ("threshold", 2, 2.0), ("threshold", None, None), ("log_scale", np.bool(True), True),
    ("span", (0, 100), [0.0, 100.0]), ("span", np.array([0, 100]), [0.0, 100.0]),
])  # fmt: skip
def test_numbers_of_numpy_are_numbers(scores, name, value, kept):
    setattr(scores, name, value)
    assert getattr(scores, name) == kept
    assert type(getattr(scores, name)) is type(kept)


# --- doubts are values until they are shown ---------------------------------------------------------------------------


def doubtful() -> ek.ClassifyResult:
    result = scored_result(30)
    labels = result.blocks[0].raw.expected_labels
    labels[0].end_index = 3
    labels.append(StructuredLabel(start_index=4, end_index=70, label="other"))
    return result


def test_doubts_are_values():
    block = doubtful().blocks[0]
    assert len(block.doubts()) == 1
    assert "neither way" in block.doubts()[0]
    assert scored_result(30).blocks[0].doubts() == []


def test_explorers_leave_the_process_its_warnings(monkeypatch):
    """`catch_warnings` changes what the whole process warns of, whatever thread it is in: no explorer enters it.

    pandas enters it in some conversions, which nothing here can help; so the callers are looked at.
    """
    callers = []

    class Watched(warnings.catch_warnings):
        def __enter__(self):
            callers.append(sys._getframe(1).f_globals.get("__name__", ""))
            return super().__enter__()

    doubts = [doubtful() for _ in range(4)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ek.AmbiguousLabelsWarning)
        monkeypatch.setattr(warnings, "catch_warnings", Watched)
        threads = [threading.Thread(target=ek.explore, args=(result,)) for result in doubts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        monkeypatch.undo()
    assert [name for name in callers if name.startswith("edgekit")] == []


def test_no_function_that_threads_may_call_catches_warnings():
    """`catch_warnings` changes the whole process, and two threads that use it leave it changed."""
    home = Path(ek.__file__).parent
    commands = {"field_report.py", "fitting.py"}  # each is a process of its own
    modules = [path for path in home.rglob("*.py") if path.name not in commands]
    assert [str(path.relative_to(home)) for path in modules if "catch_warnings" in path.read_text("utf-8")] == []

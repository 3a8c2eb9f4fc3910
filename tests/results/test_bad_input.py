"""Shapes of the live service with one field missing, null or of another type: an error with its place, or right.

Every file of data/live, every field in it, one at a time, through `parse` and whatever it returns.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import msgspec
import pytest

import edgekit as ek
from edgekit.results import testing
from edgekit.wire import schema
from edgekit.wire.decoding import decode

LIVE = Path(__file__).parents[1] / "data" / "live"
CASES = {path.stem: json.loads(path.read_text()) for path in sorted(LIVE.glob("*.json"))}
ANSWERS = [name for name, document in CASES.items() if "classifications" in document]
MISSING = object()
OTHERS: list[Any] = [MISSING, None, True, 7, -2.5, 10**400, "text", [], [[]], ["x"], {}, {"x": None}]

Path_ = tuple[str | int, ...]


def places(node: Any, path: Path_ = ()) -> Iterator[Path_]:
    """Every field and, of a list, its first and its last item."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield (*path, key)
            yield from places(value, (*path, key))
    elif isinstance(node, list):
        for i in sorted({0, len(node) - 1}) if node else ():
            yield (*path, i)
            yield from places(node[i], (*path, i))


def broken(document: Any, path: Path_, value: Any) -> Any:
    """The document with another value at a place; what does not lead there is shared with the document."""
    step, *further = path
    changed = copy.copy(document)
    if further:
        changed[step] = broken(document[step], tuple(further), value)
    elif value is MISSING:
        del changed[step]
    else:
        changed[step] = copy.deepcopy(value)
    return changed


def written(path: Path_) -> str:
    """The path as edgekit writes places."""
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)


def named(error: ek.ResponseError, path: Path_) -> bool:
    """Whether an error names the field, or something in it; of a reading beyond all floats the list it stands in."""
    place = written(path)
    late = error.place.endswith("payload.values") and place.startswith(error.place) and "out of range" in str(error)
    inside = error.place == place or error.place.startswith((f"{place}.", f"{place}["))
    return error.place in str(error) and (inside or late)


def used(result: ek.ClassifyResult) -> Iterator[tuple[str, Any]]:
    """Every property and method of a result and of what is in it, by name; each still to be called."""
    yield "blocks", lambda: result.blocks
    for shown in (result, result.sample, *result.blocks):
        yield "repr", lambda shown=shown: repr(shown)
        yield "html", lambda shown=shown: shown._repr_html_()
    sample = result.sample
    for name in ("raw", "info", "id", "filename", "label", "category", "sensors", "interval_ms", "length_ms"):
        yield name, lambda name=name: getattr(sample, name)
    for name in ("signal", "labels", "image", "original", "plot"):
        yield name, lambda name=name: getattr(sample, name)()
    for name in ("window_size_ms", "window_increase_ms", "warning", "raw"):
        yield name, lambda name=name: getattr(result, name)
    yield "listing", result.listing
    for block in result.blocks:
        for name in ("raw", "learn_block", "id", "type", "title", "last_layer", "thresholds", "threshold", "detects"):
            yield name, lambda block=block, name=name: getattr(block, name)
        for name in (
            "windows", "scores", "anomalous", "segments", "in_words", "detections", "debug_info", "truth_boxes",
            "matched", "compare_metrics", "pictures", "plot", "explain", "features", "visual_anomaly",
        ):  # fmt: skip
            yield name, lambda block=block, name=name: getattr(block, name)()
        yield "explore", lambda block=block: ek.explore(block)
        yield "visual summary", lambda block=block: ek.visual.summary(block)
        yield "block", lambda block=block: result.block(block.id)


def leaves(node: Any, path: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    if node and isinstance(node, dict | list):
        for step, value in node.items() if isinstance(node, dict) else enumerate(node):
            yield from leaves(value, (*path, step))
    else:
        yield path, node


def read(struct: Any) -> dict[Path_, Any]:
    return dict(
        leaves(msgspec.to_builtins(struct, enc_hook=lambda value: str(bytes(value))))
    )  # JSON that stayed as it is


def elsewhere_changed(whole: dict[Path_, Any], now: dict[Path_, Any], path: Path_, value: Any) -> bool:
    """Whether any other field reads differently; where an item of a list is gone, those behind it move up."""
    if value is MISSING and isinstance(path[-1], int):
        return False
    changed = [place for place in whole.keys() | now.keys() if whole.get(place) != now.get(place)]
    return any(place[: len(path)] != path and path[: len(place)] != place for place in changed)


@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize("as_bytes", [True, False])
def test_one_wrong_field_of_an_answer_is_named_by_its_place_or_leaves_the_rest_right(name, as_bytes):
    document = CASES[name]
    whole = read(ek.parse(document).raw)
    refused, wrong = 0, []
    for path in places(document):
        for value in OTHERS:
            given = broken(document, path, value)
            given = json.dumps(given).encode() if as_bytes else given
            try:
                result = ek.parse(given)
                now = read(result.raw)
            except ek.ResponseError as error:
                refused += 1
                if not named(error, path):
                    wrong.append((written(path), value, error.place))
                continue
            except ek.StudioError:
                if path != ("success",):
                    wrong.append((written(path), value, "a refusal"))
                continue
            if elsewhere_changed(whole, now, path, value):
                wrong.append((written(path), value, "changed what stands elsewhere"))
    assert wrong == []
    assert refused > 50


def another_type(value: Any) -> Any:
    return {dict: [], list: {}, str: 7}.get(type(value), "text")


def at(document: Any, path: Path_) -> Any:
    for step in path:
        document = document[step]
    return document


def raised(call: Callable[[], Any]) -> Exception | None:
    try:
        call()
    except Exception as error:
        return error.with_traceback(None)
    finally:
        plt.close("all")
    return None


def fault_of(error: Exception | None, path: Path_) -> str:
    """What is wrong with what a call raised; nothing is, where it is edgekit's own error and names the right place."""
    if isinstance(error, ek.ResponseError):  # boxes without scores: either is at fault
        return "" if named(error, path) or error.place.startswith(written(path[:4])) else f"names {error.place}"
    if isinstance(error, ek.EdgekitError):
        return "" if str(error) else "says nothing"
    return "" if error is None else repr(error)


@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.filterwarnings("ignore::edgekit.AmbiguousLabelsWarning", "ignore::UserWarning")
def test_nothing_but_edgekits_errors_leaves_what_parse_returns(name):
    document = CASES[name]
    faults, calls = [], 0
    known: dict[str, list[tuple[str, Exception | None]]] = {}  # what came of all calls, by what was read
    for path in places(document):
        for value in (MISSING, None, another_type(at(document, path))):
            given = json.dumps(broken(document, path, value))
            with suppress(ek.EdgekitError):
                whole = repr(read(ek.parse(given).raw))
                if whole not in known:  # a field that is not read, or is missing in place of null, changes nothing
                    known[whole] = [(method, raised(call)) for method, call in used(ek.parse(given))]
                calls += len(known[whole])
                faults += [
                    (written(path), value, method, fault)
                    for method, error in known[whole]
                    if (fault := fault_of(error, path))
                ]
    assert faults == []
    assert calls > 1000


# --- the other files: a job, a page of model testing ---


def test_one_wrong_field_of_a_job_is_named_by_its_place_or_leaves_the_rest_right():
    check(CASES["job-finished"], schema.JobResponse, lambda answer: (answer.job.id, answer.job.finished_successful))


def test_one_wrong_field_of_a_page_of_model_testing_is_named_by_its_place_or_leaves_the_rest_right():
    impulse = schema.Impulse(input_blocks=[], dsp_blocks=[], learn_blocks=[])
    check(
        CASES["od-testing-page"],
        schema.ModelTestingPage,
        lambda page: (
            testing.testing_table(page.predictions, impulse),
            list(testing.testing_results(page.result, page.predictions, impulse, None)),
        ),
    )


def check(document: Any, kind: type, use: Callable[[Any], Any]) -> None:
    whole = read(decode(document, kind))
    wrong, refused = [], 0
    for path in places(document):
        for value in OTHERS:
            try:
                answer = decode(broken(document, path, value), kind)
            except ek.ResponseError as error:
                refused += 1
                if not named(error, path):
                    wrong.append((written(path), value, error.place))
                continue
            except ek.StudioError:
                if path != ("success",):
                    wrong.append((written(path), value, "a refusal"))
                continue
            use(answer)
            if elsewhere_changed(whole, read(answer), path, value):
                wrong.append((written(path), value, "changed what stands elsewhere"))
    assert wrong == []
    assert refused > 5

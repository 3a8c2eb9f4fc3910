"""The calls of model testing: running it, and fetching its results page by page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from edgekit import display, waiting
from edgekit.arguments import choice, flag, text
from edgekit.errors import NotFoundError, StudioError, UsageError
from edgekit.results.sample import Source
from edgekit.results.testing import ModelTesting, testing_results, testing_table
from edgekit.studio import impulse_calls
from edgekit.studio.calls import Calls, id_of
from edgekit.studio.sample_calls import CATEGORIES, listed
from edgekit.wire import schema

TEST_PAGE = 100  # samples; each comes with all its windows
PAUSES = (0.5, 1.0, 2.0)  # seconds: some servers have no results yet when their job has just succeeded
Asked = dict[str, Any]
Tested = tuple[list[schema.ModelResult], list[schema.ModelPrediction]]

# What the Studio says of results that a changed threshold emptied (``noResultsBecauseThresholdsChanged``).
QUICK = "can_regenerate_model_summary"
_CHANGED = "Its thresholds were changed after the last run, which empties them."


def model_testing(calls: Calls, source: Source, *, start: bool, variant: str | None, category: str) -> ModelTesting:
    """Run model testing, or fetch the last run's results; see `edgekit.Studio.test`."""
    start, variant = flag("start", start), None if variant is None else text("variant", variant)
    choice("category", category, CATEGORIES)
    if start:
        _run(calls, category, [] if variant is None else [variant])
    return _results_of(calls, source, variant, category, ran=start)


def _results_of(calls: Calls, source: Source, variant: str | None, category: str, *, ran: bool) -> ModelTesting:
    asked: Asked = {"variant": variant, "category": _sent(category), **calls.of_impulse}
    results, predictions = _tested(calls, asked, ran)
    impulse = source.known_impulse()
    return ModelTesting(
        testing_table(predictions, impulse),
        testing_results(results, predictions, impulse, source, variant),
        lambda: _summary(calls, asked),
        category,
        variant,
        impulse=calls.impulse_id,
    )


def runs_of(
    calls: Calls,
    source: Source,
    test: Callable[..., ModelTesting],
    given: Sequence[str | int | ModelTesting],
    category: str,
) -> list[tuple[str, ModelTesting]]:
    """Run model testing of variants (their names) or impulses (their ids); return each name and its results.

    What the project lacks is refused before anything runs: impulses are asked for first, and two variants are run by
    one job. A variant beside an impulse is run before that, since only the job knows which there are.
    """
    choice("category", category, CATEGORIES)
    for one in given:
        if not isinstance(one, ModelTesting | str | int | np.integer) or isinstance(one, bool):
            raise UsageError(f"Give a variant's name, an impulse's id or a ModelTesting, got {display.quoted(one)}.")
    variants = list(dict.fromkeys(text("variant", one) for one in given if isinstance(one, str)))
    impulses = list(dict.fromkeys(id_of(one) for one in given if isinstance(one, int | np.integer)))
    for impulse in impulses:
        impulse_calls.impulse(calls.under(impulse))
    tested: dict[str | int, ModelTesting] = {}
    if len(variants) > 1:
        _run(calls, category, variants)
        tested |= {name: _results_of(calls, source, name, category, ran=True) for name in variants}
    else:
        tested |= {name: test(variant=name, category=category) for name in variants}
    tested |= {impulse: test(impulse=impulse, category=category) for impulse in impulses}
    return [(_called(one), one if isinstance(one, ModelTesting) else tested[one]) for one in given]


def _called(given: str | int | ModelTesting) -> str:
    if isinstance(given, ModelTesting):
        return _name(given.variant, given.impulse)
    return given if isinstance(given, str) else _name(None, given)


def _name(variant: str | None, impulse: int | None) -> str:
    parts = [*([variant] if variant else []), *([] if impulse is None else [f"impulse {impulse}"])]
    return ", ".join(parts) or "the server's choice"


def regenerate(calls: Calls, category: str) -> None:
    """Have the summary of model testing made again; see `edgekit.Studio.regenerate_testing`."""
    choice("category", category, CATEGORIES)
    path = ("impulse", calls.impulse_id or impulse_calls.impulse(calls).id or 1, "regenerate-model-testing-summary")
    started = calls.post(schema.JobStarted, *path, category=_sent(category))
    if started.id is not None:
        calls.wait_for(started.id)


def _run(calls: Calls, category: str, variants: Sequence[str]) -> None:
    """Run model testing of these variants, in one job; of none: of the server's own choice."""
    asked: Asked = {"category": _sent(category), **calls.of_impulse}
    body = {"modelVariants": list(variants)} if variants else {}
    started = calls.post(schema.JobStarted, "jobs", "classify", body=body, **asked)
    if started.id is None:
        raise NotFoundError(f"POST {calls.route(('jobs', 'classify'))}: the server started no job.")
    calls.wait_for(started.id)


def _sent(category: str) -> str | None:
    return None if category == "testing" else category


def _tested(calls: Calls, asked: Asked, ran: bool) -> Tested:
    """Fetch the results; of a run that has just succeeded they may come some time later."""
    results, predictions = _fetched(calls, asked)
    for pause in PAUSES if ran else ():
        if results or predictions:
            break
        waiting.pause(pause)
        results, predictions = _fetched(calls, asked)
    if not results and not predictions:
        raise NotFoundError(f"Project {calls.project_id} has no model testing results. {_why(calls, asked, ran)}")
    return results, predictions


def _fetched(calls: Calls, asked: Asked) -> Tested:
    """Fetch the results of the last run; none where the server says that it has none."""
    path = ("classify", "all", "result", "page")
    results: dict[int, schema.ModelResult] = {}
    predictions: list[schema.ModelPrediction] = []
    seen: set[int] = set()  # a page counts in samples, and need not hold the result of each
    while True:
        known = len(seen)
        try:
            page = calls.get(schema.ModelTestingPage, *path, limit=TEST_PAGE, offset=known, **asked)
        except NotFoundError:
            if known:
                raise
            return [], []
        results |= {result.sample_id: result for result in page.result}
        predictions += page.predictions
        seen |= {result.sample_id for result in page.result} | {row.sample_id for row in page.predictions}
        if not (page.result or page.predictions) or len(seen) >= page.total_count:
            return list(results.values()), predictions
        calls.check_progress(known, len(seen), *path)


def _summary(calls: Calls, asked: Asked) -> schema.ModelTestingSummary:
    return calls.get(schema.ModelTestingSummary, "classify", "all", "result", **asked)


def _why(calls: Calls, asked: Asked, started: bool) -> str:
    """Say why there are no results, and what to do."""
    if started:
        later = "The job succeeded, but the Studio has no results yet: studio.test(start=False) fetches them later."
        return _no_samples(calls, asked) or later
    try:
        summary = _summary(calls, asked)
    except NotFoundError:
        summary = schema.ModelTestingSummary()
    changed = summary.no_results_because_thresholds_changed
    if changed == QUICK:
        return f"{_CHANGED} studio.regenerate_testing() makes them again from the same scores; studio.test() runs it."
    if not changed and (others := [one for one in summary.available_variants if one != asked["variant"]]):
        names = list(map(display.quoted, others))
        return (
            f"There are some of another variant ({display.listing(names)}): studio.test(start=False, "
            f"variant={names[0]}) fetches them. Without start=False, the variant that was asked for is run."
        )
    if changed:
        return f"{_CHANGED} studio.test() runs it."
    return _no_samples(calls, asked) or "No test has been run. studio.test() runs it."


def _no_samples(calls: Calls, asked: Asked) -> str | None:
    """Say that the category has no samples; None where it has some, or where the server does not tell."""
    category = asked["category"] or "testing"
    with suppress(StudioError):
        if listed(calls, category, limit=1).empty:
            return (
                f"It has no samples in {category!r}: studio.samples()['category'].value_counts() counts those it has."
            )
    return None

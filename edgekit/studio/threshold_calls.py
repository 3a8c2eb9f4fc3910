"""The calls about thresholds: which a learn block has, and setting one."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

import numpy as np

from edgekit import display
from edgekit.arguments import FINITE, text
from edgekit.errors import StudioError, UsageError
from edgekit.results.decision import deciding
from edgekit.results.kinds import kind_of
from edgekit.studio import impulse_calls
from edgekit.studio.calls import Calls
from edgekit.wire import schema

_RUN = "studio.test() runs it."
# What becomes of model testing, in the API's words (``regenerateModelTestingStatus``), and what to do next.
_NEXT = {
    "regenerated": "Model testing has its results again: studio.test(start=False) fetches them.",
    "started_job": "A job makes the results of model testing again: afterwards studio.test(start=False) fetches them.",
    "requires_job": f"Model testing has no results until it runs again: {_RUN}",
    "not_regenerated": f"Model testing has no results until it runs again: {_RUN}",
}


@dataclass(frozen=True)
class ThresholdSet:
    """A threshold that was set, and what became of model testing, which rests on thresholds.

    Attributes
    ----------
    block : int
        The learn block's id.
    key : str
        Which threshold.
    value : float or str
        Its new value.
    status : str or None
        ``regenerateModelTestingStatus``: not_regenerated (as always with object detection), regenerated, started_job,
        requires_job, or a word to come; None where the server does not say.
    had_results : bool or None
        Whether there were results of model testing before.
    """

    block: int
    key: str
    value: float | str
    status: str | None = None
    had_results: bool | None = None

    @property
    def next_step(self) -> str:
        """What to do next about model testing, in a sentence."""
        if self.had_results is False:
            return f"Model testing had no results: {_RUN}"
        said = f" (the Studio says: {display.short(self.status)})" if self.status and self.status not in _NEXT else ""
        return _NEXT.get(self.status or "", f"Model testing may have no results any more{said}: {_RUN}")

    def __repr__(self) -> str:
        key, value = display.shown(self.key), display.shown(self.value)
        return display.fit(f"<{key} of block {self.block} is now {value} · {self.next_step}>")


def set_threshold(calls: Calls, block: int | str, value: float | str, *, key: str | None = None) -> ThresholdSet:
    """Set a threshold of a learn block; see `edgekit.Studio.set_threshold`."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | np.number):
        raise UsageError(f"A threshold is a number or a text, got {display.quoted(value)}.")
    if not isinstance(value, str) and not -FINITE <= value <= FINITE:
        raise UsageError(f"A threshold is a finite number, got {display.quoted(value)}.")
    key = None if key is None else text("key", key)
    impulse, learn = impulse_calls.impulse(calls), impulse_calls.learn_block(calls, block)
    if impulse.id is None:
        raise UsageError("This server names no impulse id; set the threshold in the Studio.")
    if learn not in {one.id for one in impulse.learn_blocks}:
        raise UsageError(_elsewhere(calls, impulse, learn))
    entry = {"blockId": learn, "key": key or _threshold_key(calls, impulse, learn, value), "value": value}
    body = {"thresholds": [entry], "allowCreatingRegenerateModelTestingJobs": False}
    answer = calls.post(schema.ThresholdsSet, "impulse", impulse.id, "set-thresholds", body=body)
    status, had = answer.regenerate_model_testing_status, answer.had_model_testing_results
    return ThresholdSet(learn, str(entry["key"]), value, status, had)


def _elsewhere(calls: Calls, impulse: schema.Impulse, block: int) -> str:
    """Say of which impulse a block is that this one does not have."""
    name = display.shown(impulse.name)
    with contextlib.suppress(StudioError):  # an older server has no list of impulses
        for other in calls.get(schema.ImpulsesResponse, "impulses").impulses:
            if block in {one.id for one in other.learn_blocks}:
                return (
                    f"Learn block {block} is of impulse {other.id} ({display.shown(other.name)!r}), not of impulse "
                    f"{impulse.id} ({name!r}): studio.under({other.id}).set_threshold({block}, …)."
                )
    have = ", ".join(f"{one.id} ({one.type}, {display.shown(one.title)!r})" for one in impulse.learn_blocks) or "none"
    return f"There is no learn block {block} in impulse {impulse.id} ({name!r}). There are: {have}."


def _threshold_key(calls: Calls, impulse: schema.Impulse, block: int, value: float | str) -> str:
    kind = next((learn.type for learn in impulse.learn_blocks if learn.id == block), "")
    room = "anomaly" if kind_of(kind) == "anomaly" else "keras"
    have = calls.get(schema.BlockMetadata, "training", room, block, "metadata").thresholds
    offering = [t for t in have if value in [option.value for option in t.dropdown_options or []]]
    chosen = offering[0] if isinstance(value, str) and len(offering) == 1 else deciding(have, kind)
    if chosen is None:
        raise UsageError(
            f"Block {block} has {len(have)} thresholds: {', '.join(t.key for t in have) or 'none'}. Give key=…."
        )
    return chosen.key

"""The figures of the papers, computed from the sandbox's models; two of them are measured and kept in a file.

What a pack takes on a disk and how fast a laptop serves a room cannot be computed: `make workshop` and
``python -m tests.bench_room`` measure it and note it in ``paper/measured.json``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from edgekit.anomaly import rates
from edgekit.saving import save
from edgekit.studio.studio import Studio
from edgekit.workshop import checking, course
from edgekit.workshop.classify_exercises import varied, windows_in_a_length
from edgekit.workshop.finding_exercises import interval_of_the_false_alarms
from edgekit.workshop.score_exercises import mixed_block
from edgekit.workshop.solution import testing
from edgekit.workshop.threshold_exercises import normal_in_training, testing_windows, threshold_of

BEGIN = 8  # minutes before the first part
MEASURED = Path(__file__).parent / "paper" / "measured.json"
PARTS = [part for part in course.PARTS if part.key != "5b"]  # 5a and 5b are one in time


def of_the_course() -> dict[str, str]:
    """Return every figure of the papers, as it is written there, by the name that stands for it."""
    from edgekit import __version__

    studios = {part.key: course.connect(part.key, sandbox=part.projects[0]) for part in course.PARTS}
    answers = {name: exercise(studios[name.partition(".")[0]]).value for name, exercise in checking.EXERCISES.items()}
    return {
        "version": f"edgekit {__version__}",
        "begin": str(BEGIN),
        "timing": _timing(),
        "answers": _answers(answers),
        **{f"minutes_{part.key}": str(part.minutes) for part in course.PARTS},
        **_of_windows(studios["2"], answers),
        "mixed_windows": str(len(mixed_block(studios["3"]).windows())),
        **measured(),
        **_of_thresholds(studios["4"], answers),
        "right_samples": str(answers["2.4"]),
        "more_usual": str(answers["3.2"]),
        "missed_pictures": str(answers["5a.3"]),
        "missed_surfaces": str(answers["5b.3"]),
        "interval": " to ".join(map(_share, answers["6.1"])),
        "testing_samples": str(len(testing(studios["3"]))),
    }


def measured() -> dict[str, str]:
    """Return what was measured: the pack and what is installed out of it, and the server of a room."""
    kept = json.loads(MEASURED.read_text("utf-8"))
    return {name: f"{value:,}" if isinstance(value, int) else value for name, value in kept.items()}


def note(**found: int | str) -> None:
    """Keep what was measured, beside what is there."""
    kept = json.loads(MEASURED.read_text("utf-8")) if MEASURED.is_file() else {}
    save(MEASURED, json.dumps(kept | found, indent=2, sort_keys=True) + "\n")


def _timing() -> str:
    rows = ["| minute | part | minutes |", "|---|---|---|", f"| 0 | arrive, open the first notebook | {BEGIN} |"]
    minute = BEGIN
    for part in PARTS:
        name = "5a or 5b · one of the two" if part.key == "5a" else f"{part.key} · {part.title}"
        rows.append(f"| {minute} | {name} | {part.minutes} |")
        minute += part.minutes
    return "\n".join([*rows, f"| {minute} | end | |"])


def _answers(answers: dict[str, Any]) -> str:
    rows = ["| exercise | answer |", "|---|---|"]
    for name, value in answers.items():
        if name == "2.2":
            said = "`(length_ms - size) // increase + 1`"
        elif name == "6.3":
            said = f"sample {value[0]}, threshold {value[1]:.2f}"
        elif isinstance(value, tuple):
            said = f"({', '.join(f'{one:.4g}' for one in value)})"
        else:
            said = value if isinstance(value, str) else f"{value:.5g}"
        rows.append(f"| {name} | {said} |")
    return "\n".join(rows)


def _of_windows(studio: Studio, answers: dict[str, Any]) -> dict[str, str]:
    result, results = varied(studio), testing(studio)
    windows, every = (sum(len(one.blocks[0].windows()) for one in some) for some in ([result], results))
    an_hour = 3_600_000 / result.window_increase_ms
    assert windows_in_a_length(studio).value[0] == 1
    return {
        "window_ms": f"{result.window_size_ms:.0f}",
        "increase_ms": f"{result.window_increase_ms:.0f}",
        "length_s": f"{result.sample.length_ms / 1000:g}",
        "windows": str(windows),
        "classified_samples": str(len(results)),
        "share_right": _share(answers["2.3"] / every),
        "windows_an_hour": f"{an_hour:.0f}",
        "wrong_an_hour": f"{an_hour / 100:.0f}",
    }


def _of_thresholds(studio: Studio, answers: dict[str, Any]) -> dict[str, str]:
    own = threshold_of(studio)
    low, high = interval_of_the_false_alarms(studio).value
    assert low <= answers["4.1"] <= high
    return {
        "threshold": f"{own:g}",
        "false_alarms": _share(answers["4.1"]),
        "recall_own": _share(float(rates(testing_windows(studio), threshold=own)["value"]["recall"])),
        "chosen": f"{answers['4.2']:.2f}",
        "recall_chosen": _share(answers["4.3"]),
        "false_alarms_training": _share(float((normal_in_training(studio) > own).mean())),
    }


def _share(value: float) -> str:
    return f"{100 * value:.1f} %"

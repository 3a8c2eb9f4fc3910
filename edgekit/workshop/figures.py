"""The figures of the papers, computed from the sandbox's models: none is written down anywhere."""

from __future__ import annotations

from typing import Any

from edgekit.studio.studio import Studio
from edgekit.workshop import checking, course
from edgekit.workshop.classify_exercises import windows_in_a_length
from edgekit.workshop.finding_exercises import interval_of_the_false_alarms
from edgekit.workshop.score_exercises import BLOCK
from edgekit.workshop.solution import blocks, first_sample, testing, training
from edgekit.workshop.threshold_exercises import above_in_normal, threshold_of

BEGIN = 8  # minutes before the first part
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
        **_of_windows(studios["2"]),
        **_of_scores(studios["3"]),
        **_of_thresholds(studios["4"], answers),
        "share_right": _share(answers["2.3"]),
        "wrong_samples": str(answers["2.4"]),
        "more_usual": str(answers["3.2"]),
        "missed_pictures": str(answers["5a.3"]),
        "missed_surfaces": str(answers["5b.3"]),
        "interval": " to ".join(map(_share, answers["6.1"])),
        "testing_samples": str(len(testing(studios["3"]))),
    }


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


def _of_windows(studio: Studio) -> dict[str, str]:
    result = studio.classify(first_sample(studio).id)
    windows = len(result.blocks[0].windows())
    an_hour = 3_600_000 / result.window_increase_ms
    assert windows_in_a_length(studio).value[0] == 1
    return {
        "window_ms": f"{result.window_size_ms:.0f}",
        "increase_ms": f"{result.window_increase_ms:.0f}",
        "length_s": f"{first_sample(studio).length_ms / 1000:g}",
        "windows": str(windows),
        "windows_an_hour": f"{an_hour:.0f}",
        "wrong_an_hour": f"{an_hour / 100:.0f}",
    }


def _of_scores(studio: Studio) -> dict[str, str]:
    calm = min(blocks(testing(studio), BLOCK), key=lambda block: block.windows()["anomaly"].max())
    first = blocks(testing(studio), BLOCK)[0]
    return {"calm_windows": str(len(calm.windows())), "block_windows": str(len(first.windows()))}


def _of_thresholds(studio: Studio, answers: dict[str, Any]) -> dict[str, str]:
    own = threshold_of(studio)
    low, high = interval_of_the_false_alarms(studio).value
    assert low <= answers["4.1"] <= high
    from edgekit.anomaly import rates
    from edgekit.workshop.threshold_exercises import testing_windows

    return {
        "threshold": f"{own:g}",
        "false_alarms": _share(answers["4.1"]),
        "recall_own": _share(float(rates(testing_windows(studio), threshold=own)["value"]["recall"])),
        "chosen": f"{answers['4.2']:.2f}",
        "recall_chosen": _share(answers["4.3"]),
        "false_alarms_training": _share(above_in_normal(training(studio), own)),
    }


def _share(value: float) -> str:
    return f"{100 * value:.1f} %"

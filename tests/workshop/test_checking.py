"""`ek.workshop.check`: right answers, a hint of its own for each mistake, and kind words for anything else.

The answers are computed here as there, so what is tested is that the course holds together on every project it names:
nbval runs the solutions, which find the answers in the way that a learner does.
"""

from __future__ import annotations

import json
import math
import re
import subprocess
import sys
from collections import defaultdict
from functools import cache

import numpy as np
import pandas as pd
import pytest

import edgekit as ek
from edgekit.workshop import course
from edgekit.workshop.answers import COUNT, SHARE, NotRead, function_of
from edgekit.workshop.checking import EXERCISES, GENERAL
from edgekit.workshop.solution import Mistake, Solution
from tests.test_absurd_arguments import ABSURD

PLACES = [(part.key, project) for part in course.PARTS for project in part.projects]
HINTS: dict[str, set[str]] = defaultdict(set)  # by exercise, those that a test has met


@cache
def connected(part: str, project: str) -> ek.Studio:
    """Connect once to each project: what is computed of it is remembered with the connection."""
    return ek.workshop.connect(part, sandbox=project)


def at(part: str, project: str | None = None) -> ek.Studio:
    """Work on a project in a part: on its first one, where none is named."""
    studio = connected(part, project or course.part_of(part).projects[0])
    course._connected[part] = studio
    return studio


def exercises(part: str) -> list[str]:
    return [name for name in EXERCISES if name.partition(".")[0] == part]


def given_for(solution: Solution, value):
    """What a learner gives who found this value."""
    if callable(value):
        value = value()
    if solution.kind.wanted.startswith("a function"):
        inputs, outputs = LENGTHS[solution.kind], value
        return dict(zip(inputs, outputs, strict=True)).get
    if solution.kind.wanted.startswith("an explorer"):
        return Shown(*value)
    return value


class Shown:
    """What `check` looks at of an explorer."""

    def __init__(self, sample: int, threshold: float) -> None:
        self.windows, self.threshold = pd.DataFrame({"sample": [sample]}), float(threshold)


LENGTHS: dict = {}


@pytest.fixture(autouse=True)
def lengths(monkeypatch):
    """Remember which inputs a function is tried with."""
    from edgekit.workshop import classify_exercises

    def noted(inputs, wanted):
        kind = function_of(inputs, wanted)
        LENGTHS[kind] = inputs
        return kind

    monkeypatch.setattr(classify_exercises, "function_of", noted)


@pytest.mark.parametrize(("part", "project"), PLACES)
def test_the_answer_is_right_and_every_mistake_is_another_answer_and_gets_its_hint(part, project):
    studio = at(part, project)
    for name in exercises(part):
        solution = EXERCISES[name](studio)
        right = given_for(solution, solution.value)
        assert ek.workshop.check(name, right)
        mistakes = [(given_for(solution, value), hint) for value, hint in solution.mistakes]
        read = [solution.kind.read(given) for given, _ in mistakes]
        for (given, hint), mine in zip(mistakes, read, strict=True):
            assert not solution.kind.same(mine, solution.kind.read(right)), f"{name}, {project}: {hint}"
            told = ek.workshop.check(name, given, studio=studio)
            alike = [solution.kind.same(mine, theirs) for theirs in read]
            both = [other for (_, other), is_alike in zip(mistakes, alike, strict=True) if is_alike]
            assert hint in both
            assert (told.right, told.hint) == (False, " Or: ".join(dict.fromkeys(both)))
            HINTS[name].add(hint)


def test_every_kind_of_mistake_that_the_course_promises_has_hints():
    if set(HINTS) != set(EXERCISES):
        pytest.skip("it looks at what the test above has met, all of it")
    all_hints = "\n".join(hint for name in EXERCISES for hint in sorted(HINTS[name]))
    promised = ["the columns of the table. A reading is a row", "Rows for columns", "windows for samples"]
    promised += ["samples for windows", "training for testing", "testing for training", r"\|z\|", "Off by one window"]
    promised += ["A threshold on the wrong side"]
    assert [words for words in promised if not re.search(words, all_hints)] == []


@pytest.mark.parametrize("name", EXERCISES)
def test_no_hint_tells_the_answer(name):
    solution = EXERCISES[name](at(name.partition(".")[0]))
    numbers = [] if isinstance(solution.value, str) else [f"{one:g}" for one in np.ravel(solution.value) if one > 1]
    for hint in [*(mistake.hint for mistake in solution.mistakes), GENERAL]:
        assert not [one for one in (*numbers, str(solution.value)) if re.search(rf"\b{re.escape(one)}\b", hint)]


@pytest.mark.parametrize("name", EXERCISES)
def test_an_unsolved_cell_is_not_right_and_is_no_try(name, progress_file):
    at(name.partition(".")[0])
    done = ek.workshop.check(name, ...)
    assert (done.right, bool(done)) == (False, False)
    assert "in the place of the dots" in done.hint
    assert not progress_file.exists()


@pytest.mark.parametrize("name", ["1.2", "2.2", "3.4", "4.1", "4.2", "5b.1", "6.1", "6.3"])
def test_an_answer_of_another_type_is_told_kindly(name):
    at(name.partition(".")[0])
    for given in ABSURD.values():
        done = ek.workshop.check(name, given)
        assert not done.right
        assert len(done.hint) > 20
        assert "Traceback" not in done.hint
        assert repr(done).startswith(f"{name} not yet: ")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("100", "a text. The answer is a whole number. Leave out the quotation marks."),
        (None, "This is None: nothing came out of the line"),
        (True, "This is True or False. The answer is a whole number."),
        (pd.DataFrame({"a": [1, 2]}), "a table of 2 rows and 1 column. The answer is a whole number. len(table)"),
        (pd.Series([100]), "a column of 1 value. The answer is a whole number. It holds one value: take it out"),
        ([1, 2], "a list of 2. The answer is a whole number."),
        (len, "a function or method: call it, with ()"),
        (math.nan, "This number is not finite"),
        (np.array([[100]]), "a column of 1 value"),
    ],
)
def test_what_was_given_is_said_and_what_to_do_with_it(given, said):
    assert said in ek.workshop.check("1.2", given).hint


@pytest.mark.parametrize("given", [100, 100.0, np.int64(100), np.float32(100), np.array(100)])
def test_a_number_is_a_number_of_any_kind(given):
    assert ek.workshop.check("1.2", given).right


def test_a_share_counts_to_two_decimals_and_per_cent_is_told():
    right = EXERCISES["4.1"](at("4")).value
    assert ek.workshop.check("4.1", round(right, 2)).right
    assert not ek.workshop.check("4.1", right + 0.006).right
    for name in ("4.1", "6.1"):
        right = EXERCISES[name](at(name[0])).value
        assert "in per cent" in ek.workshop.check(name, 100 * np.array(right) if name == "6.1" else 100 * right).hint


@pytest.mark.parametrize("given", ["ACCZ rms", "accZ_RMS", "acczrms"])
def test_a_name_in_other_letters_is_told_to_be_nearly_right(given):
    at("3")
    assert "exactly as the table does" in ek.workshop.check("3.4", given).hint
    assert ek.workshop.check("3.4", " accZ RMS ").right


def test_a_threshold_is_right_by_what_it_leaves_above_it():
    told = {
        given: ek.workshop.check("4.2", given, studio=at("4", "motion"))
        for given in (1.0, 2.6, 3.27, 3.28, 3.2831, 3.2881, 3.29, 3.36, 3.3699214, 3.37, 3.5, 3.995, 50)
    }
    assert [given for given, one in told.items() if one.right] == [3.2881, 3.29, 3.36, 3.3699214]
    assert {given for given, one in told.items() if "one too many" in one.hint} == {3.27, 3.28, 3.2831}
    assert {given for given, one in told.items() if "one more may" in one.hint} == {3.37, 3.5}
    assert {given for given, one in told.items() if "Too many windows" in one.hint} == {1.0, 2.6}
    assert {given for given, one in told.items() if "a lower threshold does it too" in one.hint} == {3.995, 50}


def test_what_is_nearly_right_is_told_what_is_right_in_it():
    found = EXERCISES["6.3"](at("6"))
    (worst, threshold), quantile = found.value, EXERCISES["4.2"](at("6")).mistakes[1].value
    for shown, said in (
        ((worst, quantile), "The sample is right, but not its threshold. Too many windows"),
        ((worst, 50), "The sample is right, but not its threshold. Few enough windows"),
        ((66, threshold), "The threshold is right, but not the sample"),
    ):
        assert said in ek.workshop.check("6.3", Shown(*shown)).hint
    at("5a"), at("5b"), at("3")
    assert "more than 1" in ek.workshop.check("5a.2", 50).hint
    assert "in per cent" in ek.workshop.check("5a.2", 100 * EXERCISES["5a.2"](at("5a")).value).hint
    assert "row of the table" in ek.workshop.check("5b.1", np.int64(3)).hint
    assert ek.workshop.check("3.4", 3).hint == "This is a number (int). The answer is a text, in quotation marks."


def test_an_answer_that_may_be_one_of_two_mistakes_gets_both_hints():
    at("3")
    hint = ek.workshop.check("3.1", 1).hint
    assert "Those are events." in hint
    assert " Or: You counted samples for windows" in hint


def test_an_answer_that_is_no_usual_mistake_gets_a_hint_all_the_same():
    assert ek.workshop.check("1.2", 12345.5).hint == GENERAL


def test_a_function_that_fails_is_told_with_its_own_error():
    assert "fails for" in ek.workshop.check("2.2", lambda length: 1 / 0).hint
    assert "ZeroDivisionError" in ek.workshop.check("2.2", lambda length: 1 / 0).hint
    with pytest.raises(NotRead):
        function_of([1], "a function").read(3)


@pytest.mark.parametrize("name", ["7.1", "5.1", "", None, 3, 1.25, "1.2 or so"])
def test_an_exercise_that_there_is_not_is_an_error_that_lists_them(name):
    with pytest.raises(ek.UsageError, match="The workshop has the exercises 1"):
        ek.workshop.check(name, 1)


def test_a_number_in_the_place_of_the_name_is_understood():
    assert ek.workshop.check(1.2, 100).exercise == "1.2"


def test_the_card_shows_the_hint_as_text():
    told = ek.workshop.check("3.4", "<script>")
    assert "<script>" not in told._repr_html_()
    assert "3.4 not yet" in told._repr_html_()
    assert "3.4 right" in ek.workshop.Checked("3.4", True)._repr_html_()


def test_a_project_that_has_no_answer_is_an_error_with_the_line_that_goes_on(monkeypatch):
    from edgekit.workshop import checking

    def fails(studio):
        raise IndexError("no such thing")

    for without in (fails, lambda studio: Solution(math.nan, SHARE, ())):  # the share of no windows
        monkeypatch.setattr(checking, "EXERCISES", {"3.3": without})
        with pytest.raises(ek.UsageError, match=r'no answer in .*connect\("3", sandbox="motion"\)'):
            ek.workshop.check("3.3", 1)


def test_a_mistake_that_takes_long_is_computed_only_where_it_is_asked_for(monkeypatch):
    from edgekit.workshop import checking

    def never():
        raise AssertionError

    monkeypatch.setattr(checking, "EXERCISES", {"1.2": lambda studio: Solution(1, COUNT, (Mistake(never, ""),))})
    assert ek.workshop.check("1.2", 1)


# --- connecting ---


@pytest.mark.parametrize("part", [0, 7, "5", None, True, 1.5, ["1"]])
def test_a_part_that_there_is_not_is_an_error_that_lists_them(part):
    with pytest.raises(ek.UsageError, match="parts 1, 2, 3, 4, 5a, 5b, 6"):
        ek.workshop.connect(part)


def test_a_project_that_a_part_does_not_work_on_is_an_error_that_lists_them():
    with pytest.raises(ek.UsageError, match="motion, routine"):
        ek.workshop.connect(3, sandbox="surface")


def test_the_check_asks_the_project_that_the_notebook_is_connected_to():
    studio = ek.workshop.connect(1, sandbox="routine")
    readings = len(studio.sample(studio.samples("testing").index[0]).signal())
    assert readings == 400
    assert ek.workshop.check("1.2", readings)
    ek.workshop.connect(1)
    assert not ek.workshop.check("1.2", readings)
    assert ek.workshop.check("1.2", readings, studio=studio)


@pytest.mark.parametrize(("project", "own"), [("motion", True), ("objects", False)])
def test_part_1_takes_your_own_project_if_it_has_signals(sandbox, monkeypatch, capsys, project, own):
    monkeypatch.setenv("EI_API_KEY", sandbox.keys[project])
    monkeypatch.setenv("EI_API_ENDPOINT", sandbox.url)
    studio = ek.workshop.connect(1)
    assert (studio.url == sandbox.url) is own
    assert ("goes on with a project of the sandbox" in capsys.readouterr().out) is not own
    monkeypatch.delenv("EI_API_KEY")
    ek.workshop.connect(1)


# --- progress ---


def test_progress_is_kept_on_the_disk_and_read_by_another_process(progress_file):
    ek.workshop.connect(1)
    ek.workshop.check("1.2", 6)
    ek.workshop.check("1.2", 100)
    ek.workshop.check("1.3", "late")
    assert ek.workshop.progress().loc["1.2", ["done", "tries"]].to_list() == [True, 2]
    code = (
        "import edgekit as ek; print(ek.workshop.progress().query('tries > 0').reset_index().to_json(orient='values'))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(done.stdout) == [["1.2", "Fetch a sample", True, 2], ["1.3", "Fetch a sample", False, 1]]
    ek.workshop.check("1.2", 6)
    assert ek.workshop.progress().loc["1.2", "done"]


@pytest.mark.parametrize("content", ["", "{", "[1]", '{"1.2": 3}', '{"1.2": {"tries": "many"}}', "\ud800"])
def test_a_damaged_file_of_progress_counts_as_none(progress_file, content):
    progress_file.write_text(content, encoding="utf-8", errors="surrogatepass")
    assert ek.workshop.progress()["tries"].sum() == 0
    ek.workshop.connect(1)
    assert ek.workshop.check("1.2", 100)
    assert ek.workshop.progress()["tries"].sum() == 1


def test_where_nothing_can_be_written_the_learner_is_told_once_and_goes_on(monkeypatch, tmp_path):
    from edgekit.workshop import learner_progress

    monkeypatch.setenv(learner_progress.WHERE, str(tmp_path / "no such folder" / "file.json"))
    ek.workshop.connect(1)
    with pytest.warns(UserWarning, match="lasts only as long as this notebook runs") as said:
        assert ek.workshop.check("1.2", 100)
    assert [warning.filename for warning in said] == [__file__]
    assert ek.workshop.check("1.3", 1).right is False
    assert ek.workshop.progress()["tries"].sum() == 2


def test_by_default_it_lies_beside_the_notebooks(monkeypatch, tmp_path):
    from edgekit.workshop import learner_progress

    monkeypatch.delenv(learner_progress.WHERE)
    monkeypatch.chdir(tmp_path)
    ek.workshop.connect(1)
    ek.workshop.check("1.2", 100)
    assert json.loads((tmp_path / "workshop-progress.json").read_text()) == {"1.2": {"done": True, "tries": 1}}

"""`edgekit doctor --workshop`: what the course needs, on this laptop, without a network; and the table of many."""

from __future__ import annotations

import json

import pytest

import edgekit as ek
from edgekit import doctor
from edgekit.checks import notebooks
from edgekit.cli import main
from edgekit.doctor import course_checks, seats
from edgekit.workshop import PARTS

PARTS_CHECKED = [f"part {part.key}" for part in PARTS]


@pytest.fixture
def general(monkeypatch):
    """Leave out the checks of the set-up, which have tests of their own."""
    monkeypatch.setattr(doctor, "CHECKS", ())


@pytest.fixture
def stored(monkeypatch):
    """Take the outputs that are stored for those of a run: nbval sees to it that they are the same."""
    ran = []
    monkeypatch.setattr(notebooks, "run", lambda notebook, place, *, sandbox: ran.append(notebook))
    return ran


def test_it_asks_no_studio_and_runs_every_part(monkeypatch):
    names = [name for name, *_ in course_checks.checks(doctor.CHECKS)]
    assert names[:2] == ["python", "core packages"]
    assert names[-8:] == ["copies", *PARTS_CHECKED]
    assert not {"studio", "blocks"} & set(names)


def test_every_part_is_run_and_its_exercises_are_counted(general, stored, capsys, monkeypatch):
    monkeypatch.setenv("EDGEKIT_SEAT", "seat 7")
    assert main(["doctor", "--workshop", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["ok"], found["seat"], found["edgekit"]) == (True, "seat 7", ek.__version__)
    assert [check["name"] for check in found["checks"]] == ["copies", *PARTS_CHECKED]
    assert "Read the scores: 4 exercises, after " in found["checks"][3]["found"]
    assert len(stored) == len(PARTS)


def test_a_part_whose_answers_are_not_right_fails_with_the_exercise(general, monkeypatch, capsys):
    def run(notebook, place, *, sandbox):
        for cell in notebook.cells:
            cell.outputs = []

    monkeypatch.setattr(notebooks, "run", run)
    assert main(["doctor", "--workshop"]) == 1
    printed = capsys.readouterr().out
    assert 'fail part 1            Fetch a sample: not as it should be: ek.workshop.check("1.1", answer)' in printed


def test_without_a_kernel_no_part_is_tried(monkeypatch, stored, capsys):
    def fails():
        raise ek.EdgekitError("no kernel")

    monkeypatch.setattr(doctor, "CHECKS", (("kernel", fails, "mend it"),))
    assert main(["doctor", "--workshop"]) == 1
    assert [line.split()[1] for line in capsys.readouterr().out.splitlines() if "→" not in line] == ["kernel", "copies"]
    assert stored == []


# --- thirty laptops in one table ---


def written(folder, name, **fields):
    document = {
        "ok": True,
        "seat": name,
        "system": "Windows AMD64",
        "python": "3.12.1",
        "edgekit": "0.1.0",
        "checks": [],
    }
    (folder / f"{name}.json").write_text(json.dumps(document | fields), "utf-8")


def test_thirty_laptops_make_one_table_with_those_that_need_something_first(tmp_path, capsys):
    for number in range(1, 30):
        written(tmp_path, f"seat-{number:02}")
    failed = {"name": "kernel", "status": "fail", "found": "", "fix": "python -m ipykernel install"}
    written(tmp_path, "seat-30", ok=False, checks=[failed, failed | {"name": "part 2", "fix": ""}])
    table = seats.collected([str(tmp_path)])
    assert len(table) == 30
    assert table.iloc[0].to_list() == [
        "seat-30", False, "kernel, part 2", "python -m ipykernel install", "Windows AMD64", "3.12.1", "0.1.0",
    ]  # fmt: skip
    assert main(["doctor", "--collect", str(tmp_path)]) == 1
    assert capsys.readouterr().out.endswith("29 of 30 ready.\n")
    (tmp_path / "seat-30.json").unlink()
    assert main(["doctor", "--collect", *map(str, tmp_path.glob("*.json")), "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 29


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"\xff\xfe", b'{"checks": 3}', b'{"checks": [], "seat": "x"}', b"\xff"]
)
def test_a_file_that_is_none_of_these_is_a_row_that_says_so(tmp_path, content):
    (tmp_path / "odd.json").write_bytes(content)
    table = seats.collected([str(tmp_path)])
    assert table["ok"].to_list() == [False]
    assert table["seat"].to_list() == ["odd"]
    assert table["failed"].to_list() == ["no document of doctor --workshop --json"]


def test_laptops_of_one_host_name_are_told_apart_by_their_files(tmp_path):
    for file in ("seat-01", "seat-02"):
        written(tmp_path, file, seat="laptop")
    assert seats.collected([str(tmp_path)])["seat"].to_list() == ["seat-01 (laptop)", "seat-02 (laptop)"]


def test_what_powershell_writes_is_read_and_control_codes_are_shown_as_none(tmp_path):
    written(tmp_path, "a", seat="\x1b[31mred\u202e")
    path = tmp_path / "a.json"
    path.write_text(path.read_text("utf-8"), "utf-16")
    assert seats.collected([str(path)])["seat"].to_list() == ["a (?red?)"]


def test_no_file_at_all_is_told_with_the_line_that_writes_one(tmp_path, capsys):
    assert main(["doctor", "--collect", str(tmp_path)]) == 1
    assert "edgekit doctor --workshop --json > seat-01.json" in capsys.readouterr().err
    assert main(["doctor", "--collect", str(tmp_path / "none.json")]) == 1
    assert "There is no file" in capsys.readouterr().err

"""``edgekit check`` and the fixture ``edgekit_baseline``, as a nightly job and a test suite use them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

import edgekit as ek
from edgekit.checks import project_check
from edgekit.checks.pytest_baseline import BaselineCheck, _file_name
from edgekit.cli import main
from tests.checks.test_baselines import block_of, document


@pytest.fixture
def project(sandbox, tmp_path, monkeypatch):
    """Write the file of a check of two samples of the project motion, whose key is set; return its path."""
    monkeypatch.setenv("EI_API_KEY", sandbox.keys["motion"])
    monkeypatch.setenv("EI_API_ENDPOINT", sandbox.url)

    def write(more: str = "", samples: str = "[31, 1]") -> Path:
        path = tmp_path / "PROJECT.toml"
        path.write_text(f'baseline = "baseline.csv"\nsamples = {samples}\n{more}', "utf-8")
        return path

    return write


def failures(path: Path) -> int:
    root = ElementTree.parse(path).getroot()
    return len(list(root.iter("failure"))) + len(list(root.iter("error")))


def test_a_check_from_the_first_run_to_a_model_that_moved_and_its_acceptance(project, sandbox, tmp_path, capsys):
    path = project()
    report, summary = tmp_path / "edgekit-check.xml", tmp_path / "edgekit-check.md"
    assert main(["check", str(path)]) == 1
    said = capsys.readouterr().err
    assert f"There is no baseline 'baseline.csv' yet: edgekit check {path} --update writes it. Commit it." in said
    assert failures(report) == 1
    assert "❌" in summary.read_text("utf-8")

    assert main(["check", str(path), "--update"]) == 0
    assert "baseline.csv: written. Commit it." in capsys.readouterr().out
    assert main(["check", str(path)]) == 0
    assert capsys.readouterr().out.startswith("<Comparison with baseline.csv: all is as it was · 2 samples, 34 windows")
    assert failures(report) == 0

    path = project('variant = "int8"\nhtml = "page.html"\n')
    assert main(["check", str(path)]) == 1
    printed = capsys.readouterr().out
    assert "scores moved beyond the tolerance, in 2 samples." in printed
    assert f"Where all of this is as it should be: edgekit check {path} --update" in printed
    assert "ek.checks.save" not in printed + summary.read_text("utf-8")
    assert failures(report) == 2  # only the classifier has an int8 variant of its own
    assert "❌" in summary.read_text("utf-8")
    assert (tmp_path / "page.html").exists()

    assert main(["check", str(path), "--update"]) == 0
    accepted = capsys.readouterr().out
    assert accepted.index("scores moved") < accepted.index("written anew") < accepted.index("all is as it was")
    assert main(["check", str(path)]) == 0
    before = (tmp_path / "baseline.csv").stat()
    assert main(["check", str(path), "--update"]) == 0
    assert "baseline.csv: left as it is: nothing moved beyond the tolerance." in capsys.readouterr().out
    assert (tmp_path / "baseline.csv").stat() == before
    for file in tmp_path.iterdir():
        assert sandbox.keys["motion"] not in file.read_text("utf-8")


def test_blocks_and_tolerance_of_the_file_count(project, tmp_path, capsys):
    assert main(["check", str(project('blocks = ["anomaly-gmm", 3]')), "--update"]) == 0
    assert "2 blocks" in capsys.readouterr().out
    rows = (tmp_path / "baseline.csv").read_text("utf-8").splitlines()
    path = project('blocks = ["anomaly-gmm", 3]\nvariant = "int8"\natol = 1e9')
    main(["check", str(path)])
    assert "beyond the tolerance, in" not in capsys.readouterr().out
    main(["check", str(path), "--update"])  # the variant is another one, and no score moved by as much
    assert "Variant of the models: not said in the baseline, now int8." in capsys.readouterr().out
    after = (tmp_path / "baseline.csv").read_text("utf-8").splitlines()
    changed = [new for old, new in zip(rows, after, strict=True) if old != new]
    assert [line for line in changed if line.startswith("#")] == ['# variant: "int8"']
    assert all(old.split(",")[5:] == new.split(",")[5:] for old, new in zip(rows[-60:], after[-60:], strict=True))


def test_a_category_is_checked_by_model_testing(project, capsys):
    path = project('sandbox = "meat"', samples='"testing"')
    assert main(["check", str(path), "--update"]) == 0
    assert "43 samples, 43 windows, 1 block" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("baseline = ", "is no TOML"),
        ('samples = "testing"', "missing required field `baseline`"),
        ('baseline = "b.csv"\nblock = 3', "unknown field `block`.*It may have baseline, samples"),
        ('baseline = "b.csv"\nrtol = -1', "rtol"),
        ('baseline = "b.csv"\napi_key = "ei_' + "0" * 40 + '"', "a key belongs in no file .*EI_API_KEY"),
    ],
)
def test_what_is_wrong_in_the_file_is_named(text, said, tmp_path):
    path = tmp_path / "PROJECT.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(ek.UsageError, match=said) as problem:
        project_check.read(path)
    assert "000" not in str(problem.value)
    with pytest.raises(ek.UsageError, match="cannot be read"):
        project_check.read(tmp_path / "none.toml")


@pytest.mark.parametrize("text", [None, "baseline = ", 'junit = "there/edgekit-check.xml"\nblock = 3'])
def test_where_the_file_cannot_be_read_the_reports_say_so(text, tmp_path, capsys):
    path = tmp_path / "PROJECT.toml"
    if text is not None:
        path.write_text(text, "utf-8")
    assert main(["check", str(path)]) == 1
    (report,) = tmp_path.rglob("edgekit-check.xml")
    assert report.parent.name == ("there" if text and "there" in text else tmp_path.name)
    (error,) = ElementTree.parse(report).iter("error")
    said = capsys.readouterr().err
    assert error.get("message")[:30] in said
    assert "PROJECT.toml`: not checked" in (tmp_path / "edgekit-check.md").read_text("utf-8")


def test_a_damaged_baseline_fails_and_an_update_replaces_it(project, tmp_path, capsys):
    path = project()
    (tmp_path / "baseline.csv").write_text("# edgekit baseline, format 1\n", "utf-8")
    assert main(["check", str(path)]) == 1
    assert "is damaged" in capsys.readouterr().err
    assert main(["check", str(path), "--update"]) == 0


def test_an_update_leaves_a_file_that_is_no_baseline(project, tmp_path, capsys):
    (tmp_path / "baseline.csv").write_text("a,b\n1,2\n", "utf-8")
    assert main(["check", str(project()), "--update"]) == 1
    assert "is no baseline" in capsys.readouterr().err
    assert (tmp_path / "baseline.csv").read_text("utf-8") == "a,b\n1,2\n"


def test_the_fixture_writes_compares_and_regenerates(tmp_path):
    check = BaselineCheck(tmp_path / "test_model", "test_it[a-b]", regenerate=False)
    result = ek.parse(document())
    with pytest.raises(pytest.fail.Exception, match=r"There was no baseline: .* was written"):
        check(result)
    (file,) = (tmp_path / "test_model").iterdir()
    assert file.name == "test_it_a-b.csv"
    assert check(result).ok
    changed = document()
    block_of(changed)["result"][0]["anomaly"] += 1
    with pytest.raises(pytest.fail.Exception, match=r"1 score beyond the tolerance[^$]*--force-regen"):
        check(ek.parse(changed))
    again = BaselineCheck(tmp_path / "test_model", "test_it[a-b]", regenerate=True)
    with pytest.raises(pytest.fail.Exception, match=r"was written anew \(--force-regen\)"):
        again(ek.parse(changed))
    assert again(ek.parse(changed)).ok
    file.write_text(file.read_text("utf-8")[:-9], "utf-8")
    with pytest.raises(pytest.fail.Exception, match=r"is damaged: .*: pytest --force-regen$"):
        check(ek.parse(changed))
    with pytest.raises(pytest.fail.Exception, match=r"written anew \(--force-regen\).*\n.* is damaged"):
        again(ek.parse(changed))
    assert check(ek.parse(changed)).ok


def test_each_test_has_a_baseline_of_its_own():
    names = ["test_it[a/b]", "test_it[a b]", "test_it[a_b]", "test_it[a_b_]", "test_it", "TestA.test_it", "test_it[é]"]
    files = [_file_name(name) for name in names]
    assert len(set(files)) == len(files)
    assert (files[2], files[4], files[5]) == ("test_it_a_b", "test_it", "TestA.test_it")
    assert all(re.fullmatch("[A-Za-z0-9._-]+", file) for file in files)


def test_pytest_offers_the_fixture_and_its_option(tmp_path):
    (tmp_path / "test_model.py").write_text(
        f"import edgekit as ek\n\ndef test_model(edgekit_baseline):\n    edgekit_baseline(ek.parse({document()!r}))\n"
    )
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_model").mkdir()
    ek.checks.save(ek.parse(document()), tmp_path / "test_model" / "test_model.csv")
    options = ["-q", "-p", "edgekit.checks", "-p", "no:cacheprovider", "--force-regen"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "test_model.py"], cwd=tmp_path, capture_output=True, text=True,
        timeout=120, check=False, env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr

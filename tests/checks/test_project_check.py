"""``edgekit check`` and the fixture ``edgekit_baseline``, as a nightly job and a test suite use them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

import edgekit as ek
from edgekit.checks import project_check
from edgekit.checks.pytest_baseline import BaselineCheck
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
    assert "There is no baseline 'baseline.csv' yet: edgekit check … --update writes it." in capsys.readouterr().err
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
    assert failures(report) == 2  # only the classifier has an int8 variant of its own
    assert "❌" in summary.read_text("utf-8")
    assert (tmp_path / "page.html").exists()

    assert main(["check", str(path), "--update"]) == 0
    accepted = capsys.readouterr().out
    assert accepted.index("scores moved") < accepted.index("written anew") < accepted.index("all is as it was")
    assert main(["check", str(path)]) == 0
    for file in tmp_path.iterdir():
        assert sandbox.keys["motion"] not in file.read_text("utf-8")


def test_blocks_and_tolerance_of_the_file_count(project, capsys):
    assert main(["check", str(project('blocks = ["anomaly-gmm", 3]')), "--update"]) == 0
    assert "2 blocks" in capsys.readouterr().out
    path = project('blocks = ["anomaly-gmm", 3]\nvariant = "int8"\natol = 1e9')
    main(["check", str(path)])
    assert "beyond the tolerance, in" not in capsys.readouterr().out


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
    check = BaselineCheck(tmp_path / "test_model", "test_it[a/b]", regenerate=False)
    result = ek.parse(document())
    with pytest.raises(pytest.fail.Exception, match=r"There was no baseline: .* was written"):
        check(result)
    (file,) = (tmp_path / "test_model").iterdir()
    assert file.name == "test_it_a_b.csv"
    assert check(result).ok
    changed = document()
    block_of(changed)["result"][0]["anomaly"] += 1
    with pytest.raises(pytest.fail.Exception, match=r"1 score beyond the tolerance[^$]*--force-regen"):
        check(ek.parse(changed))
    again = BaselineCheck(tmp_path / "test_model", "test_it[a/b]", regenerate=True)
    with pytest.raises(pytest.fail.Exception, match=r"was written anew \(--force-regen\)"):
        again(ek.parse(changed))
    assert again(ek.parse(changed)).ok


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

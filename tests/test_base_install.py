"""The wheel without any extra: what is missing is said where it is needed, with the line that installs it."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

import edgekit as ek
from edgekit import extras
from tests import wheel

SEED = Path(__file__).parent / "data" / "seed-classify-response.json"


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """The Python of an environment with edgekit's wheel and no extra."""
    if os.name == "nt":
        pytest.skip("its packages are linked, which Windows does not let everybody do")
    folder = tmp_path_factory.mktemp("bare")
    return wheel.base_install(wheel.build(folder), folder / "venv")


def without_extras(bare, tmp_path, *arguments):
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [bare, *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize(
    ("code", "purpose", "extra", "kind"),
    [
        ("ek.explore(ek.parse(seed))", "ek.explore", "lab", "MissingPackage"),
        ("ek.explorers", "ek.explorers", "lab", "MissingPackage"),
        ("ek.Sandbox()", "The sandbox", "sandbox", "MissingPackage"),
        ("ek.connect()", "No API key is set and the embedded sandbox", "sandbox", "SandboxError"),
    ],
)
def test_the_base_install_says_what_is_missing_and_how_to_get_it(bare, tmp_path, code, purpose, extra, kind):
    program = f"""if True:
        import edgekit as ek
        from pathlib import Path
        seed = Path({str(SEED)!r})
        assert len(ek.parse(seed).block("anomaly").windows())
        try:
            {code}
        except ek.EdgekitError as problem:
            print(ek.__file__, type(problem).__name__, problem, sep="\\n")
    """
    done = without_extras(bare, tmp_path, "-c", program)
    assert done.stderr == ""
    where, raised, said = done.stdout.splitlines()
    assert Path(where).is_relative_to(bare.parents[1])
    assert raised == kind
    assert re.match(rf"{purpose} .*\(\w+ is missing\)", said)
    assert said.endswith(f"ype: pip install 'edgekit[{extra}]'")


@pytest.mark.parametrize(("command", "extra"), [("lab", "lab"), ("sandbox", "sandbox")])
def test_a_command_of_an_extra_is_one_line_in_the_base_install(bare, tmp_path, command, extra):
    done = without_extras(bare, tmp_path, "-m", "edgekit.cli", command)
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(rf"edgekit: .* \(\w+ is missing\)\. Type: pip install 'edgekit\[{extra}\]'\n", done.stderr)
    assert list(tmp_path.iterdir()) == []


def test_doctor_in_the_base_install_names_the_packages_and_nothing_that_follows_from_them(bare, tmp_path):
    done = without_extras(bare, tmp_path, "-m", "edgekit.cli", "doctor")
    assert (done.returncode, done.stderr) == (1, "")
    lines = [line for line in done.stdout.splitlines() if not line.startswith(" ")]
    assert [line[:21].split(maxsplit=1) for line in lines] == [
        ["ok", "python          "],
        ["ok", "core packages   "],
        ["fail", "lab packages    "],
        ["fail", "sandbox packages"],
        ["ok", "studio          "],
    ]


def test_a_missing_package_is_also_an_import_error_so_that_optional_imports_work():
    assert issubclass(ek.MissingPackage, ImportError)
    said = r"This needs packages .* \(no_such_module is missing\)"
    with pytest.raises(ek.MissingPackage, match=said), extras.needed("lab", "This"):
        import no_such_module  # noqa: F401

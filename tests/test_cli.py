"""The command ``edgekit``, run as a person runs it."""

from __future__ import annotations

import importlib.metadata
import re
import signal
import subprocess
import sys

import pytest
import requests

from tests.processes import started, until


def test_sandbox_prints_address_and_keys_serves_and_stops_on_ctrl_c():
    command = [sys.executable, "-c", "import sys; from edgekit.cli import main; sys.exit(main(['sandbox']))"]
    with started(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        printed = until(process, "Ctrl-C stops it.")  # every project is loaded
        url, key = re.search(r"EI_API_ENDPOINT=(\S+) EI_API_KEY=(\S+)", printed[1]).groups()
        answer = requests.get(f"{url}/api/projects", headers={"x-api-key": key}, timeout=30).json()
        assert answer["projects"][0]["name"] == "motion"
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate()
    assert (process.returncode, errors) == (130, "")


def test_sandbox_names_a_project_that_cannot_be_used_and_serves_the_others(monkeypatch, capsys):
    from edgekit import waiting
    from edgekit.cli import main
    from edgekit.sandbox import sources

    find_spec = sources.find_spec
    monkeypatch.setattr(sources, "find_spec", lambda name: None if name == "skimage" else find_spec(name))
    monkeypatch.setattr(waiting, "pause", lambda seconds: None)
    assert main(["sandbox"]) == 0
    printed = capsys.readouterr()
    assert re.findall(r"^project (\w+): ", printed.out, re.MULTILINE) == ["motion", "routine", "appliances", "meat"]
    without = r"(edgekit: project {}: .* package scikit-image, .*pip install .*\n)"
    assert re.fullmatch(without.format("objects") + without.format("surface"), printed.err)


def test_a_taken_port_is_one_line_and_exit_status_1(sandbox, capsys):
    from edgekit.cli import main

    port = sandbox.url.split(":")[2].removesuffix("/v1")
    assert main(["sandbox", "--port", port]) == 1
    assert capsys.readouterr().err == (
        f"edgekit: Port {port} is taken by another program. Choose another one, or port 0 for any free one.\n"
    )


def test_the_version_is_said_in_three_places_alike(capsys):
    import edgekit as ek
    from edgekit.cli import main

    with pytest.raises(SystemExit) as end:
        main(["--version"])
    assert end.value.code == 0
    assert capsys.readouterr().out == f"edgekit {ek.__version__}\n"
    assert importlib.metadata.version("edgekit") == ek.__version__

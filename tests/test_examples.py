"""Every example in a docstring runs as a user would type it, offline, and shows what it says."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import matplotlib.pyplot as plt
import pytest

import edgekit as ek

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
# Names of the public contract that a reader tries first.
SHOWN = [
    "connect", "connect_for", "parse", "explore", "Sandbox", "Gmm", "Sample.signal", "Studio.samples",
    "Studio.classify", "BlockResult.windows", "BlockResult.segments", "BlockResult.explain", "anomaly.segments",
    "anomaly.sweep", "anomaly.suggest_threshold", "anomaly.per_label", "detection.match", "detection.DebugInfo",
    "detection.summary", "plots.scores", "explorers.Panel",
]  # fmt: skip


def examples() -> list[doctest.DocTest]:
    names = [module.name for module in pkgutil.walk_packages(ek.__path__, "edgekit.")]
    modules = [ek, *(importlib.import_module(name) for name in names if not name.endswith(".__main__"))]
    found = [test for module in modules for test in doctest.DocTestFinder().find(module) if test.examples]
    return sorted(found, key=lambda test: test.name)


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)
def test_an_example_shows_what_it_says(example, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    example.globs = {}  # what it needs it imports, as a reader must
    said: list[str] = []
    doctest.DocTestRunner(optionflags=FLAGS).run(example, out=said.append)
    plt.close("all")
    assert not said, "".join(said)


@pytest.mark.parametrize("name", SHOWN)
def test_what_a_reader_tries_first_has_an_example(name):
    documented = ek
    for part in name.split("."):
        documented = getattr(documented, part)
    assert ">>> import edgekit as ek\n" in documented.__doc__


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)
def test_no_example_holds_a_key_or_a_port(example):
    text = "".join(part.source + part.want for part in example.examples)
    assert "ei_" not in text
    assert "127.0.0.1" not in text

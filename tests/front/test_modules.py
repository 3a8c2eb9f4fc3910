"""The joiner of modules, and what it makes of the front end: one module that node can import as well."""

from __future__ import annotations

from pathlib import Path

import pytest

from edgekit.explorers import modules

from .node import FRONT, Node

EXPLORERS = sorted(FRONT.glob("*/explorer.js"))


def joined(folder: Path, **sources: str) -> str:
    for name, source in sources.items():
        (folder / f"{name}.js").write_text(source)
    return modules.joined([f"{next(iter(sources))}.js"], folder)


def evaluated(folder: Path, expression: str, **sources: str):
    whole = folder / "whole.mjs"
    whole.write_text(f"{joined(folder, **sources)}\nexport const result = {expression};\n")
    with Node(whole) as node:
        return node("result")


def test_a_module_gets_what_it_imports_under_the_name_it_chose(tmp_path):
    a = 'import { twice as double, THREE } from "./b.js";\nexport const six = () => double(THREE);\n'
    a += "export default six;\n"
    b = "export const THREE = 3;\nexport function twice(x) {\n  return 2 * x;\n}\n"
    assert evaluated(tmp_path, "[$a.six(), $a.default()]", a=a, b=b) == [6, 6]


def test_names_stay_private_to_their_module(tmp_path):
    a = 'import { get } from "./b.js";\nconst hidden = 1;\nexport const both = [hidden, get()];\n'
    b = "const hidden = 2;\nexport const get = () => hidden;\n"
    assert evaluated(tmp_path, "[...$a.both, typeof hidden]", a=a, b=b) == [1, 2, "undefined"]


def test_a_module_that_two_import_runs_once(tmp_path):
    a = 'import { b } from "./b.js";\nimport { c } from "./c.js";\nexport const same = b === c;\n'
    b = 'import { thing } from "./d.js";\nexport const b = thing;\n'
    c = 'import {\n  thing,\n} from "./d.js";\nexport const c = thing;\n'
    assert evaluated(tmp_path, "$a.same", a=a, b=b, c=c, d="export const thing = {};\n") is True


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ('import * as b from "./b.js";\n', r"a\.js, line 1: .*import \* as b"),
        ('import b from "./b.js";\n', "line 1"),
        ("\nexport let count = 0;\n", "line 2: .*export let"),
        ('export { one } from "./b.js";\n', "line 1"),
        ('import { two } from "./b.js";\n', "a.js imports two, which b.js does not export"),
        ('import { one } from "./b.js";\nimport { more } from "./c.js";\n', "a circle: a.js → c.js → a.js"),
    ],
)
def test_what_could_be_joined_wrongly_is_refused(tmp_path, source, problem):
    c = 'import { a } from "./a.js";\nexport const more = 1;\n'
    with pytest.raises(ValueError, match=problem):
        joined(tmp_path, a=source, b="export const one = 1, two = 2;\n", c=c)


@pytest.mark.parametrize("path", EXPLORERS, ids=lambda path: path.parent.name)
def test_every_explorer_becomes_one_module_with_a_render_function(path, tmp_path):
    whole = tmp_path / "whole.mjs"
    whole.write_text(modules.module(path.relative_to(FRONT).as_posix()))
    with Node(whole) as node:
        assert node("typeof $default.render") == "function"


def test_a_page_runs_the_module_of_an_explorer_once_and_other_explorers_have_their_own(tmp_path):
    for name, of in (("first", "signal"), ("second", "signal"), ("other", "visual")):
        (tmp_path / f"{name}.mjs").write_text(modules.module(f"{of}/explorer.js"))
    both = tmp_path / "both.mjs"
    names = "".join(f'import {name} from "./{name}.mjs";\n' for name in ("first", "second", "other"))
    both.write_text(f"{names}export const result = [first === second, first === other];\n")
    with Node(both) as node:
        assert node("result") == [True, False]


def test_every_module_is_part_of_something_that_is_shown():
    shown = "".join(modules.page_script(path.relative_to(FRONT).as_posix()) for path in EXPLORERS)
    shown += modules.module("panel/shortcuts.js") + modules.tabs_script(("signal/explorer.js",))
    for path in FRONT.rglob("*.js"):
        assert f"// {path.relative_to(FRONT).as_posix()}\n" in shown

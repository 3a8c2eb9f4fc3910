"""Join the front end's ES modules into the one module that anywidget loads; `front/README.md` says why no bundler does.

A module becomes a function that is run once and returns what the module exports, after those that it imports from.
Names stay private to their module, as in a browser. Understood are ``import { a, b as c } from "./file.js";``,
``export`` before one function, class or const, and ``export default``; anything else is refused, so that nothing is
joined wrongly.
"""

from __future__ import annotations

import hashlib
import json
import re
from functools import cache
from pathlib import Path
from posixpath import dirname, join, normpath

FRONT = Path(__file__).parent / "front"

_IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.[^"]*)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function\*?|class|const) (\w+))", re.MULTILINE)
_DEFAULT = re.compile(r"^export default ", re.MULTILINE)
_OTHER = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


@cache
def text(*names: str) -> str:
    """Return these files of the front end, one after the other."""
    return "\n".join((FRONT / name).read_text("utf-8") for name in names)


@cache
def module(name: str) -> str:
    """Return this file of the front end and all that it imports as one ES module with the same default export.

    A notebook loads it anew for each widget, and what is loaded anew runs slowly until the browser has compiled it. So
    a page keeps what it has run once, and the widgets after it have that.
    """
    body = f"{joined([name])}\nreturn {_variable(name)}.default;\n"
    key = f"edgekit {name} {hashlib.sha256(body.encode()).hexdigest()}"  # another version of edgekit has its own
    return f"export default (globalThis[Symbol.for({json.dumps(key)})] ??= (() => {{\n{body}}})());\n"


@cache
def page_script(name: str) -> str:
    """Return the script of an exported page, which shows the explorer of this file."""
    opening = "page/open.js"
    return f"{joined([name, opening])}\n{_variable(opening)}.openPage({_variable(name)}.default);\n"


@cache
def tabs_script(names: tuple[str, ...]) -> str:
    """Return the script of an exported page with tabs, each of which shows one of the explorers of these files."""
    opening = "page/open_tabs.js"
    explorers = ", ".join(f"{_variable(name)}.default" for name in names)
    return f"{joined([*names, opening])}\n{_variable(opening)}.openTabs([{explorers}]);\n"


def joined(names: list[str], front: Path = FRONT) -> str:
    """Return these modules and all that they import, each as ``const $folder_file = (() => { … })();``.

    Raises
    ------
    ValueError
        Modules import each other in a circle, or what a module does not export, or in words not understood here.
    """
    functions: dict[str, str] = {}
    exports: dict[str, set[str]] = {}

    def add(name: str, importers: tuple[str, ...]) -> None:
        if name in importers:
            raise ValueError(f"modules import each other in a circle: {' → '.join((*importers, name))}")
        if name in functions:
            return
        source = (front / name).read_text("utf-8")

        def take(found: re.Match[str]) -> str:
            other = normpath(join(dirname(name), found[2]))
            add(other, (*importers, name))
            if missing := {wanted.split(" as ")[0].strip() for wanted in found[1].split(",")} - {"", *exports[other]}:
                raise ValueError(f"{name} imports {', '.join(sorted(missing))}, which {other} does not export")
            return f"const {{{found[1].replace(' as ', ': ')}}} = {_variable(other)};"

        body = _DEFAULT.sub("const $default = ", _EXPORT.sub("", _IMPORT.sub(take, source)))
        if other := _OTHER.search(body):
            line = body[: other.start()].count("\n") + 1
            raise ValueError(f"{name}, line {line}: the joiner does not understand {other[0]!r}")
        exported = _EXPORT.findall(source)
        exports[name] = {*exported}
        returned = ", ".join([*exported, *(["default: $default"] if _DEFAULT.search(source) else [])])
        functions[name] = f"// {name}\nconst {_variable(name)} = (() => {{\n{body}return {{ {returned} }};\n}})();\n"

    for name in names:
        add(name, ())
    return "\n".join(functions.values())


def _variable(name: str) -> str:
    return "$" + re.sub(r"\W", "_", name.removesuffix(".js"))

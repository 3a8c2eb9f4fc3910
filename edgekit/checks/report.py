"""A comparison with a baseline in words: as text, as HTML, as Markdown, as a page, as JUnit XML.

Verdicts and labels come from a server: HTML and XML escape them, Markdown has them as code.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pandas as pd

from edgekit import display
from edgekit.checks.reasons import notes, of_settings
from edgekit.errors import EdgekitError

if TYPE_CHECKING:
    from edgekit.checks.comparison import Comparison

_SHOWN, _LISTED = 5, 50  # rows of a repr, of a page
_STYLE = (
    "body{font:14px/1.5 system-ui,sans-serif;max-width:70em;margin:2em auto;padding:0 1em}"
    "table{border-collapse:collapse;display:block;overflow-x:auto;font-variant-numeric:tabular-nums}"
    "td,th{padding:.15em .8em;text-align:left;border-bottom:1px solid #8884}"
    "@media(prefers-color-scheme:dark){body{background:#111;color:#eee}}"
)


def _size(found: Comparison) -> str:
    samples, windows = found.compared
    sizes = ((samples, "sample"), (windows, "window"), (len(found.blocks), "block"))
    return ", ".join(display.counted(*size) for size in sizes)


def _tolerance(found: Comparison) -> str:
    return f"rtol {found.rtol:g}, atol {found.atol:g}"


def _headline(found: Comparison) -> str:
    if found.ok:
        return "all is as it was"
    parts = [
        display.counted(len(found.verdicts), "changed verdict"),
        f"{display.counted(len(found.moved), 'score')} beyond the tolerance",
    ]
    return ", ".join(parts) if len(found.verdicts) or len(found.moved) else "not as it was"


def _said(found: Comparison, *, version: bool = True) -> list[str]:
    """Return what there is to say, sentence by sentence; of another version of edgekit only where it is asked for."""
    if found.ok:
        return notes(found, version=version)
    if "project" in set(found.settings["setting"]):  # to replace it is no next step: it is another project's
        return found.reasons
    return [*found.reasons, *found.notes, f"Where all of this is as it should be: {found.commands.renew}"]


def _tables(found: Comparison, rows: int) -> Iterator[tuple[str, pd.DataFrame]]:
    """Return what is shown of each table that holds anything, and its heading; the verdicts first."""
    once = found.missing.drop(columns="block").drop_duplicates()  # mostly it is the same for all blocks
    named = {
        "Verdicts, the worst first": found.verdicts, "Scores, the worst first": found.moved,
        "Samples": once, "Labels": found.labels,
    }  # fmt: skip
    for name, table in named.items():
        if len(table):
            count = f", {rows} of {len(table)}" if len(table) > rows else ""
            yield f"{name}{count}", table.head(rows)


def _cells(table: pd.DataFrame) -> list[list[str]]:
    return [
        [f"{v:.6g}" if isinstance(v, float) else display.shown(v, 60) for v in row]
        for row in table.itertuples(index=False)
    ]


def text(found: Comparison) -> str:
    """Return a few lines: one where all is well."""
    head = f"Comparison with {found.name}: {_headline(found)} · {_size(found)} · {_tolerance(found)}"
    said = _said(found, version=False)
    if found.ok:
        return "\n".join([f"<{head}>", *said])
    *parts, last = [head, *said]
    for heading, table in _tables(found, _SHOWN):
        cells = pd.DataFrame(_cells(table), columns=list(table))
        parts.append(f"{heading}:\n{cells.to_string(index=False)}")
    return "\n".join([*parts, last])


def html(found: Comparison, rows: int = _SHOWN, *, version: bool = False) -> str:
    """Return the same as HTML."""
    facts = {"result": _headline(found), "compared": _size(found), "tolerance": _tolerance(found)}
    parts = [display.card(f"Comparison with {found.name}", facts)]
    if said := _said(found, version=version):
        parts.append("<ul>" + "".join(f"<li>{escape(line)}</li>" for line in said) + "</ul>")
    for heading, table in _tables(found, rows):
        head = "".join(f"<th>{escape(str(name))}</th>" for name in table)
        body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in _cells(table))
        parts.append(f"<p><b>{escape(heading)}</b></p><table><tr>{head}</tr>{body}</table>")
    return "".join(parts)


def page(found: Comparison) -> str:
    """Return one page that fetches nothing and runs nothing."""
    return _page(f"Comparison with {found.name}", html(found, _LISTED, version=True))


def _page(heading: str, body: str) -> str:
    title = escape(heading)
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>\n'
        f'<meta name="viewport" content="width=device-width">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n<style>{_STYLE}</style></head>\n'
        f"<body><main>{body}</main></body></html>\n"
    )


def markdown(found: Comparison) -> str:
    """Return a summary for the comment of a pull request."""
    sign = "✅" if found.ok else "❌"
    lines = [f"### {sign} {_code(found.name)}: {_headline(found)}", "", f"{_size(found)}; {_tolerance(found)}.", ""]
    lines += [f"- {_prose(sentence)}" for sentence in _said(found)]
    for heading, table in _tables(found, 2 * _SHOWN):
        lines += ["", f"**{heading}**", "", f"| {' | '.join(map(str, table))} |", "|" + " --- |" * table.shape[1]]
        lines += [f"| {' | '.join(map(_code, row))} |" for row in _cells(table)]
    return "\n".join(lines).rstrip("\n") + "\n"


def _code(cell: str) -> str:
    """Return a text as code, in which Markdown finds neither links nor people to call."""
    return f"`{cell}`".replace("|", "\\|") if (cell := cell.replace("`", "'")) else ""


def _prose(sentence: str) -> str:
    """Return a sentence in which nothing is Markdown."""
    marked = "".join(f"\\{sign}" if sign in "\\`*_[]<>#|~" else sign for sign in sentence)
    return marked.replace("@", "@\u2060")  # an invisible joiner: no account of that name is told


def junit(found: Comparison) -> str:
    """Return JUnit XML: a test for each block and sample, and one for what else was changed."""
    suites = ElementTree.Element("testsuites", name=f"edgekit: {found.name}")
    others = ElementTree.SubElement(suites, "testsuite", name="settings")
    said = [[display.shown(line, 1000) for line in part] for part in (of_settings(found), found.notes)]
    _case(others, found.name, "settings", *said)
    for block, samples in found.blocks.items():
        suite = ElementTree.SubElement(suites, "testsuite", name=f"block {block}")
        lines = _lines(found, block)
        for sample in samples:
            _case(suite, f"sample {sample}", f"block {block}", lines.of(sample))
    for suite in [*suites]:
        suite.set("tests", str(len(suite)))
        suite.set("failures", str(sum(case.find("failure") is not None for case in suite)))
    return _xml(suites)


class _Lines:
    """What is to be said of each sample: the first lines, and how many there are."""

    def __init__(self) -> None:
        self.first: dict[int, list[str]] = {}
        self.count: Counter[int] = Counter()

    def add(self, table: pd.DataFrame, form: str) -> None:
        self.count.update(table["sample"].tolist())
        shown = table.groupby("sample", sort=False).head(_LISTED)  # of a million, few are
        for sample, row in zip(shown["sample"].tolist(), shown.itertuples(index=False), strict=True):
            self.first.setdefault(sample, []).append(display.shown(form.format(row), 1000))

    def of(self, sample: int) -> list[str]:
        lines = self.first.get(sample, [])[:_LISTED]
        more = self.count[sample] - len(lines)
        return [*lines, *([f"… and {more} more"] if more else [])]


def _lines(found: Comparison, block: int) -> _Lines:
    said = _Lines()
    for table, form in (
        (found.verdicts, "window {0.window}: {0.change}, {0.old!r} → {0.new!r}"),
        (found.moved, "window {0.window}, {0.column}: {0.old:.9g} → {0.new:.9g} ({0.difference:+.3g})"),
        (found.missing, "{0.change}: {0.old} windows in the baseline, now {0.new}"),
    ):
        said.add(table[table["block"] == block], form)
    said.add(found.labels, "label: {0.old!r} → {0.new!r}, {0.windows} windows")
    return said


def _case(suite: ElementTree.Element, name: str, kind: str, lines: Sequence[str], notes: Sequence[str] = ()) -> None:
    case = ElementTree.SubElement(suite, "testcase", name=name, classname=f"edgekit.{kind}")
    if lines:
        ElementTree.SubElement(case, "failure", message=lines[0]).text = "\n".join(lines)
    if notes:
        ElementTree.SubElement(case, "system-out").text = "\n".join(notes)


def of_problem(problem: EdgekitError, name: str) -> dict[str, str]:
    """Return why there is no comparison, in each form in which one is reported; `name` is of what was to be done."""
    said = display.shown(problem, 2000)
    suites = ElementTree.Element("testsuites", name="edgekit check")
    suite = ElementTree.SubElement(suites, "testsuite", name="settings", tests="1", failures="0", errors="1")
    case = ElementTree.SubElement(suite, "testcase", name=display.shown(name), classname="edgekit.settings")
    ElementTree.SubElement(case, "error", message=said).text = display.lines(problem, 2000)
    return {
        "junit": _xml(suites),
        "markdown": f"### ❌ {_code(display.shown(name))}: not checked\n\n{_prose(said)}\n",
        "html": _page("Not checked", f"<p><b>{escape(display.shown(name))}: not checked</b></p><p>{escape(said)}</p>"),
    }


def _xml(suites: ElementTree.Element) -> str:
    ElementTree.indent(suites)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(suites, encoding="unicode") + "\n"

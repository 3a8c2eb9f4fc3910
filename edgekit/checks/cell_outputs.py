"""What a notebook's cell put out, then and now: the differences, as a person wants to read them.

An output is a dictionary, as notebooks hold it (nbformat): a stream, an error, or data by mime type.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from html.parser import HTMLParser
from itertools import zip_longest
from typing import Any

from edgekit.checks import pictures
from edgekit.checks.tolerance import TolerantText, floats
from edgekit.colours import ON_DARK

MOST = 10  # differences that are listed of one output
_LONGEST = 160  # characters of a line that is quoted
# How a cell ran, views of widgets, whose ids are random, and what pictures are on a dark ground as well. Pictures are
# compared where that is asked for.
_SKIPPED = {"metadata", "traceback", "prompt_number", "output_type", "name", "execution_count"}
_NOT_COMPARED = {"application/vnd.jupyter.widget-view+json", ON_DARK}
_PICTURES = {"image/png", "image/jpeg"}

Outputs = Sequence[Mapping[str, Any]]
Sanitize = Callable[[Any], Any]


def differences(
    old: Outputs,
    new: Outputs,
    sanitize: Sanitize = TolerantText,
    image_rms: float | None = None,
    keep: Callable[[str, bytes], str] | None = None,
) -> list[str]:
    r"""List how new outputs differ from old ones, a line or a few each; an empty list where they agree.

    Parameters
    ----------
    old, new : sequences of dict
        Outputs as a notebook holds them; each stream in one piece.
    sanitize : callable
        Makes of a text one that equals what is to count as the same; `TolerantText` by default.
    image_rms : float, optional
        Compare PNG pictures: they may differ by so much, the root of the mean square over pixels, colours from 0 to
        255. By default pictures are not compared.
    keep : callable, optional
        Given the name and the bytes of a picture of the difference, keeps it and says where.

    Returns
    -------
    list of str

    Examples
    --------
    >>> from edgekit.checks.cell_outputs import differences
    >>> old = [{"output_type": "stream", "name": "stdout", "text": "3 windows\nscore 3.142"}]
    >>> new = [{"output_type": "stream", "name": "stdout", "text": "3 windows\nscore 3.143"}]
    >>> print(*differences(old, new), sep="\n")
    stdout, line 2: old 3.142, new 3.143, difference 0.001
      old: score 3.142
      new: score 3.143
    """
    skipped = {*_SKIPPED, *_NOT_COMPARED, *(_PICTURES if image_rms is None else ())}
    before, after = _by_kind(old, skipped), _by_kind(new, skipped)
    found: dict[str, list[str]] = {}
    for kind in [*before, *(kind for kind in after if kind not in before)]:
        were, are = before.get(kind, []), after.get(kind, [])
        if len(were) != len(are):
            found[kind] = [_counts(kind, were, are)]
            continue
        told: list[str] = []
        found[kind] = told
        for number, (was, now) in enumerate(zip(were, are, strict=True), 1):
            where = f"{kind} {number}" if len(were) > 1 else kind
            if kind in _PICTURES and image_rms is not None:
                told += _of_pictures(where, was, now, image_rms, keep)
            elif sanitize(was) != sanitize(now):
                told += _of_texts(where, kind, was, now, sanitize)
    if found.get("text/html") or ("text/html" in found and _are_wrapped(before, after)):
        found.pop("text/plain", None)  # the same table once more
    return [text for told in found.values() for text in told]


def _by_kind(outputs: Outputs, skipped: set[str]) -> dict[str, list[Any]]:
    """Sort outputs by stream, mime type or field: only among the same kind does the order count."""
    kinds: dict[str, list[Any]] = defaultdict(list)
    for output in outputs:
        if output["output_type"] == "stream":
            kinds[output["name"]].append(output["text"])
            continue
        for key, value in {**output, **output.get("data", {})}.items():
            if key not in skipped and key != "data":
                kinds[key].append(value)
    return kinds


def _are_wrapped(*sides: Mapping[str, list[Any]]) -> bool:
    """Say whether a table as text has its last columns below the others: which ones, follows from how wide all are."""
    texts = [str(text) for side in sides for text in side.get("text/plain", [])]
    return any(line.endswith("\\") for text in texts for line in text.split("\n"))


def _counts(kind: str, old: list[Any], new: list[Any]) -> str:
    text = f"{kind}: {len(old)} outputs in the notebook, {len(new)} now"
    extra = (new if len(new) > len(old) else old)[min(len(old), len(new)) :]
    name = "new" if len(new) > len(old) else "missing"
    shown = [f"  {name}: {'a picture' if kind in _PICTURES else _quoted(value)}" for value in extra]
    return "\n".join([text, *shown])


def _quoted(value: Any) -> str:
    first, *rest = str(value).strip("\n").split("\n")
    return first[:_LONGEST] + ("…" if rest or len(first) > _LONGEST else "")


def _of_pictures(
    where: str, old: Any, new: Any, most: float, keep: Callable[[str, bytes], str] | None
) -> Iterator[str]:
    told = pictures.compare(str(old), str(new), most)
    if told is None:
        return
    reason, picture = told
    kept = keep(where.replace("/", "-").replace(" ", "-"), picture) if keep and picture else ""
    yield f"{where}: {reason}" + (f"\n  the difference: {kept}" if kept else "")


def _of_texts(where: str, kind: str, old: Any, new: Any, sanitize: Sanitize) -> Iterator[str]:
    if not (isinstance(old, str) and isinstance(new, str)):
        yield f"{where}: old {_quoted(old)}, new {_quoted(new)}"
        return
    if kind == "text/html" and (tables := (_table(old), _table(new))) and all(tables) and tables[0] != tables[1]:
        told = list(_of_tables(*tables, sanitize))
        if told:
            yield "\n".join([f"{where}, a table:", *(f"  {line}" for line in _first(told))])
            return
    lines = zip_longest(old.split("\n"), new.split("\n"))
    told = [
        _of_lines(f"{where}, line {number}", was, now)
        for number, (was, now) in enumerate(lines, 1)
        if was is None or now is None or sanitize(was) != sanitize(now)
    ]
    yield from _first(told) if told else [f"{where}: blanks or line ends differ"]


def _of_lines(where: str, old: str | None, new: str | None) -> str:
    if old is None or new is None:
        return f"{where}: {'new' if old is None else 'missing'}: {_quoted(new if old is None else old)}"
    numbers = _numbers(old, new)
    return f"{where}:{f' {numbers}' if numbers else ''}\n  old: {_around(old, new)}\n  new: {_around(new, old)}"


def _around(line: str, other: str) -> str:
    """Quote a line; of a long one, the part where it differs."""
    same = next((i for i, (a, b) in enumerate(zip(line, other, strict=False)) if a != b), min(len(line), len(other)))
    start = max(0, same - _LONGEST // 4) if len(line) > _LONGEST else 0
    part = line[start : start + _LONGEST]
    return f"{'…' if start else ''}{part}{'…' if start + _LONGEST < len(line) else ''}"


def _numbers(old: str, new: str) -> str:
    """Tell the first float that differs, and by how much."""
    were, are = floats(old), floats(new)
    if len(were) != len(are):
        return ""
    pairs = ((was, now) for was, now in zip(were, are, strict=True) if not TolerantText(was).close(was, now))
    return next((f"old {was}, new {now}, difference {_difference(was, now)}" for was, now in pairs), "")


def _difference(old: str, new: str) -> str:
    difference = float(new) - float(old)
    return f"{difference:.3g}" if math.isfinite(difference) else "infinite"


def _first(told: list[str]) -> list[str]:
    return told if len(told) <= MOST else [*told[:MOST], f"… and {len(told) - MOST} more"]


class _Rows(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        self.inside = tag in {"td", "th"} and bool(self.rows)
        if self.inside:
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag not in {"td", "th", "tr"}

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.rows[-1][-1] += data


def _table(html: str) -> list[list[str]]:
    """Return the texts of a table's cells, row by row, the header first."""
    parser = _Rows()
    parser.feed(html)
    return parser.rows


def _of_tables(old: list[list[str]], new: list[list[str]], sanitize: Sanitize) -> Iterator[str]:
    shapes = [f"{len(rows) - 1} rows and {max(map(len, rows)) - 1} columns" for rows in (old, new)]
    if shapes[0] != shapes[1]:
        yield f"{shapes[0]} in the notebook, {shapes[1]} now"
    header = old[0]
    for was, now in zip(old, new, strict=False):
        for place, (one, other) in enumerate(zip(was, now, strict=False)):
            if sanitize(one) == sanitize(other):
                continue
            row = "the header" if was is header else f"row {was[0]}"
            column = header[place] if place < len(header) and header[place] else str(place)
            number = floats(one) == [one] and floats(other) == [other]
            difference = f", difference {_difference(one, other)}" if number else ""
            yield f"{row}, column {column}: old {_quoted(one)}, new {_quoted(other)}{difference}"

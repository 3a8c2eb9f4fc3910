"""Text that equals another one but for noise in its floats, and the blanks that follow from how wide a number is."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from itertools import takewhile

RTOL, ATOL = 1e-6, 0.0
# Two floats that are both as small should have been zero: they are some roundings of numbers of the size of 1.
_ZERO = 1e-15

_ANY = r"(?:\d+\.\d*|\.\d+|\d+)(?:[eE][+-]?\d+)?"
# A point or an exponent makes a float; so does being part of a complex number, as in (1+2.5j). What is rounded to no
# digits may be 0 or -0.
_POINT = r"(?:\d+\.\d*|\.\d+)(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|0(?![\w.])"
_COMPLEX = rf"\d+(?= *[+-] *{_ANY}j\b)|\d+(?=j\b)"
# 1.2.3, 127.0.0.1 and v1.5 are words, and 12:30:01.5 is a time. A sign after a digit is an imaginary part's.
_FLOAT = re.compile(
    rf"((?:(?<![\w.])(?<!\d:)[+-]?|(?<=[\d.])[+-](?={_ANY}j\b))(?:{_POINT}|{_COMPLEX}))(?!\.?\d)", re.ASCII
)
# NumPy breaks a line of numbers where it gets too long, and so elsewhere when one of them is wider.
_WRAPPED = re.compile(r"(?<=[\d.,j])\n +(?=[-+\d.])")
# pandas breaks a table that gets too wide between two columns, and goes on below it, each row under its index again.
_BREAK = "\\\n"
_BLANKS = re.compile(r"[^\S\n]+")
_AROUND = re.compile(r" ?([\[\](),]) ?")


class TolerantText(str):
    r"""Text that equals another one if all of it is the same but for noise in its floats.

    Floats may differ by `rtol` of the larger one, whatever its size, or by `atol`. With the defaults the first six
    digits count, so 3.142 is never 3.143, and 1.234567e-12 never 1.235802e-12. Two floats of less than 1e-15 are both
    zero: noise that has neither a sign nor a size. Integers, dates, times, nan and inf are text.

    Blanks count, unless a float is printed in another width on the other side: then columns, headers and the lines of
    arrays stand elsewhere, and one blank is as good as many.

    Examples
    --------
    >>> from edgekit.checks.tolerance import TolerantText
    >>> TolerantText("[[0.1234567]\n [0.11111111]]") == "[[0.12345671]\n [0.11111111]]"
    True
    >>> TolerantText("3.142") == "3.143"
    False
    """

    rtol, atol = RTOL, ATOL

    def __eq__(self, other: object) -> bool:
        """Compare floats with tolerance and the text between them exactly."""
        if not isinstance(other, str):
            return NotImplemented
        if str.__eq__(self, other) or self._alike(self, other):
            return True
        return _BREAK in self + other and self._alike(_unwrapped(self), _unwrapped(other))

    def _alike(self, one: str, other: str) -> bool:
        mine, theirs = _FLOAT.split(one), _FLOAT.split(other)
        if len(mine) != len(theirs) or not all(map(self.close, mine[1::2], theirs[1::2])):
            return False
        if mine[::2] == theirs[::2]:
            return True
        if list(map(len, mine[1::2])) == list(map(len, theirs[1::2])):  # nothing is wider: nothing may have moved
            return False
        return list(_without_padding(one)) == list(_without_padding(other))

    def __ne__(self, other: object) -> bool:
        """Say the opposite; nbval asks this way round, and str would have an answer of its own."""
        return not self == other

    __hash__ = str.__hash__  # nbval keeps them in lists; as keys of a dictionary they would be plain text

    def close(self, mine: str, theirs: str) -> bool:
        """Say whether two printed floats are the same within the tolerance."""
        one, other = float(mine), float(theirs)
        noise = abs(one) < _ZERO and abs(other) < _ZERO
        return noise or math.isclose(one, other, rel_tol=self.rtol, abs_tol=self.atol)


def floats(text: str) -> list[str]:
    """Return the floats in a text, as they are printed.

    Examples
    --------
    >>> from edgekit.checks.tolerance import floats
    >>> floats("3 windows, 0.5 s, (1+2.5j), 2026-11-26 12:30:01.5")
    ['0.5', '1', '+2.5']
    """
    return _FLOAT.findall(text)


def _without_padding(text: str) -> Iterator[list[str]]:
    """Yield what stands between the floats, word by word and line by line."""
    for part in _FLOAT.split(_WRAPPED.sub(" ", text))[::2]:
        yield [_AROUND.sub(r"\1", _BLANKS.sub(" ", line)).strip() for line in part.split("\n")]


def _unwrapped(text: str) -> str:
    """Put the parts of tables that were too wide side by side again."""
    found: list[list[str]] = [[]]
    for part in text.split("\n\n"):
        lines, before = part.split("\n"), found[-1]
        header = next((i for i, line in enumerate(before) if line.endswith("\\")), len(before))
        rows = len(before) - header
        if 0 < rows <= len(lines):
            before[header:] = [*_side_by_side(before[header:], lines[:rows]), *lines[rows:]]
        else:
            found.append(lines)
    return "\n\n".join(map("\n".join, found[1:]))


def _side_by_side(left: list[str], right: list[str]) -> Iterator[str]:
    """Join rows, of which both parts begin with the same index."""
    rows = list(zip(left, right, strict=True))
    index = min(sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(*row, strict=False))) for row in rows)
    while any(line[index : index + 1].strip() for line in (*left, *right)):
        index -= 1
    for one, other in rows:
        yield one.rstrip(" \\") + other[index:]

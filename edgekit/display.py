"""Text fit to be shown, and small HTML for reprs.

Names, labels and messages come from a server, and anything may stand in them: ten million characters, what a terminal
obeys, marks that turn the order of writing round, an API key.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from html import escape

LONGEST = 200  # characters of a name
LONGEST_TEXT = 1000  # of a sentence or two
LONGEST_MESSAGE = 4000  # of an error, log included
_KEY = re.compile(r"ei_(?:(?!ei_)[0-9A-Za-z]){16,}")
_BEGINS_AS_KEY = re.compile(r"b?\W*ei_")
# What a terminal obeys: colours and moves (ESC [ … letter), titles and links (ESC ] … BEL and its kin).
_OBEYED = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)"
)
# What is not seen, but for the joiners that Persian, Hindi and many pictures are written with.
_UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    r"\U000e0000-\U000e007f]"
)
# What stands for a sign where only ASCII can; \u2013 and \u2212 are a dash and a minus.
_PLAIN = str.maketrans({"·": "-", "…": "...", "→": "->", "\u2013": "-", "\u2212": "-", "≥": ">=", "≤": "<="})


def printable(text: object) -> str:
    """Return a text that can be sent, written and shown; what cannot be seen in it becomes a question mark.

    That is what drives a terminal, marks that turn the order of writing round, and lone surrogates (JSON may hold
    them).
    """
    whole = str(text)
    if whole.isascii() and whole.isprintable():
        return whole
    return _UNSEEN.sub("?", _OBEYED.sub("?", whole.replace("\r\n", "\n").replace("\r", "\n")))


def shown(text: object, limit: int = LONGEST) -> str:
    """Return a text as one printable line of at most `limit` characters, without what looks like an API key."""
    whole = str(text)
    part = whole[: 4 * limit]  # the whole may be ten million characters long
    line = _KEY.sub("ei_***", printable(part).replace("\n", " ").replace("\t", " "))
    return line if len(line) <= limit and part == whole else line[: limit - 1] + "…"


def lines(text: object, limit: int = LONGEST_TEXT) -> str:
    """Return a text of several lines, each as `shown`."""
    return "\n".join(shown(line, limit) for line in str(text).split("\n"))


def short(text: object, limit: int = 24) -> str:
    """Return `shown`, cut to a length that leaves room for what stands beside it."""
    return shown(text, limit)


def quoted(value: object, limit: int = 80) -> str:
    """Return what was given as an error quotes it: its repr, cut; its type where it has none.

    What begins as an API key does is not quoted: the key may have been put in the place of something else.
    """
    try:
        text = value if isinstance(value, str) else repr(value)
    except Exception:  # a whole number of more than 4300 digits, or a repr of another package
        return f"<{type(value).__name__}>"
    if _BEGINS_AS_KEY.match(text):
        return "something that looks like an API key (not shown here)"
    return repr(shown(text, limit)) if isinstance(value, str) else shown(text, limit)


def message(text: object) -> str:
    """Return an error's text: printable, cut in its middle, without what looks like an API key."""
    whole = _KEY.sub("ei_***", str(text))
    if len(whole) > LONGEST_MESSAGE:  # what to do next stands at the end
        whole = f"{whole[: LONGEST_MESSAGE // 2]} … {whole[-LONGEST_MESSAGE // 2 :]}"
    return fit(printable(whole))


def fit(text: str) -> str:
    """Return a text that standard output takes: where that knows no "·", a locale without UTF-8 say, "-" stands there.

    ``print`` would end in a UnicodeEncodeError; so every repr and every error's text passes through here.
    """
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.translate(_PLAIN).encode(encoding, "replace").decode(encoding)
    except LookupError:  # an encoding that Python does not know is not ours to judge
        pass
    return text


def counted(count: int, thing: str, things: str = "") -> str:
    """Return a count and what is counted: "1 window", "3 windows"; `things` where the plural is not made with an s."""
    return f"{count} {thing if count == 1 else things or f'{thing}s'}"


def card(title: str, facts: Mapping[str, object], *, note: str = "") -> str:
    """Return a headline, a row of facts and a note as HTML; facts that are None or empty are left out."""
    rows = "".join(
        f"<tr><th style='text-align:left;padding-right:1em'>{_html(name)}</th>"
        f"<td style='text-align:left'>{_html(value)}</td></tr>"
        for name, value in facts.items()
        if value not in (None, "")
    )
    foot = f"<div style='opacity:.75'>{_html(note)}</div>" if note else ""
    return f"<div><b>{_html(title)}</b><table>{rows}</table>{foot}</div>"


def _html(text: object) -> str:
    return escape(shown(text, LONGEST_TEXT))


def listing(names: Iterable[object], limit: int = 6) -> str:
    """Return names joined by commas, cut after `limit`."""
    found = list(names)
    return ", ".join(map(shown, found[:limit])) + (f", … ({len(found)} in all)" if len(found) > limit else "")

"""Small HTML for reprs; everything is escaped, since names, labels and texts come from a server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape


def card(title: str, facts: Mapping[str, object], *, note: str = "") -> str:
    """Return a headline, a row of facts and a note as HTML; facts that are None or empty are left out."""
    rows = "".join(
        f"<tr><th style='text-align:left;padding-right:1em'>{escape(name)}</th>"
        f"<td style='text-align:left'>{escape(str(value))}</td></tr>"
        for name, value in facts.items()
        if value not in (None, "")
    )
    foot = f"<div style='opacity:.75'>{escape(note)}</div>" if note else ""
    return f"<div><b>{escape(title)}</b><table>{rows}</table>{foot}</div>"


def listing(names: Iterable[object], limit: int = 6) -> str:
    """Return names joined by commas, cut after `limit`."""
    shown = [str(name) for name in names]
    return ", ".join(shown[:limit]) + (f", … ({len(shown)} in all)" if len(shown) > limit else "")


def printable(text: object) -> str:
    """Return a text that can be sent and written: lone surrogates, which JSON may hold, become question marks."""
    return str(text).encode("utf-8", "replace").decode("utf-8")


def quoted(value: object, limit: int = 80) -> str:
    """Return what was given as an error quotes it: its repr, cut; its type where it has none."""
    try:
        return short(repr(value), limit)
    except Exception:  # a whole number of more than 4300 digits, or a repr of somebody else's
        return f"<{type(value).__name__}>"


def short(text: object, limit: int = 24) -> str:
    """Return a text cut to a length that leaves room for what stands beside it."""
    whole = str(text)
    return whole if len(whole) <= limit else whole[: limit - 1] + "…"

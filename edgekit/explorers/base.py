"""What all explorers share: one front end out of small files, its data in one piece, a picture beside it, a page of it.

An explorer's state is a handful of traits, readable and settable from Python; what the hand does in the browser arrives
in them, on any thread the kernel chooses. Analysis is not done here: explorers show what the rooms below return.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from html import escape
from importlib import import_module
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any, ClassVar

import anywidget
import numpy as np
import pandas as pd
import traitlets
from IPython import get_ipython
from IPython.core.interactiveshell import ExecutionResult
from IPython.display import display as display_object
from numpy.typing import NDArray

from edgekit import axis_names, colours, display
from edgekit.arguments import text
from edgekit.errors import UsageError
from edgekit.explorers import modules, most_shown, provenance
from edgekit.explorers.state import RefusedValue, Stateful, reading
from edgekit.explorers.still.canvas import Canvas
from edgekit.explorers.still.view import View, unpacked
from edgekit.saving import save

if TYPE_CHECKING:  # of matplotlib an explorer needs nothing until `figure` is called
    from matplotlib.figure import Figure


def pack(arrays: Mapping[str, NDArray[Any]]) -> tuple[dict[str, dict[str, Any]], bytes]:
    """Put arrays into one piece of bytes; return where each lies (type, offset in bytes, length), and the bytes."""
    layout: dict[str, dict[str, Any]] = {}
    pieces, offset = [], 0
    for name, array in arrays.items():
        flat = np.ascontiguousarray(array).ravel()
        piece = flat.astype(flat.dtype.newbyteorder("<"), copy=False).tobytes()
        layout[name] = {"type": f"{flat.dtype.kind}{flat.dtype.itemsize}", "offset": offset, "length": len(flat)}
        pieces.append(piece)
        offset += len(piece)
    return layout, b"".join(pieces)


def _show_below_cell(figure: Figure) -> None:
    """Show a figure when the cell that runs has ended, unless it is the cell's value, which the notebook shows already.

    Only where matplotlib's inline backend would show pyplot's figures there.
    """
    import matplotlib as mpl

    shell = get_ipython()
    if not hasattr(shell, "kernel") or "inline" not in mpl.get_backend():
        return
    import_module("matplotlib_inline.backend_inline")  # tells IPython how a figure becomes a picture

    def show(ended: ExecutionResult) -> None:
        shell.events.unregister("post_run_cell", show)
        if ended.result is not figure:
            display_object(figure)  # type: ignore[no-untyped-call]

    shell.events.register("post_run_cell", show)


def _printable(value: Any) -> Any:
    """Return texts and ranges with nothing in them that no message can carry."""
    if isinstance(value, Mapping):
        return {name: _printable(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(part) for part in value]
    return display.printable(value) if isinstance(value, str) else value


class Explorer(Stateful, anywidget.AnyWidget):
    """An interactive view in the notebook; the same view as a figure, as a picture beside the widget, and as a page.

    Subclasses name their `script` and `state` (the traits a person moves, each a `State`), and say what the data is:
    `_meta` holds texts and ranges, `_blob` all arrays in one piece, sent once; each `later` gives some that take the
    place of shorter ones there once the first picture is drawn. What looks at the state is a `reading`.
    """

    script: ClassVar[str] = ""
    state: ClassVar[tuple[str, ...]] = ()
    _answers: Sequence[Any] = ()  # what it shows: samples, results, blocks
    _note = ""

    _meta = traitlets.Dict().tag(sync=True)
    _blob = traitlets.Bytes().tag(sync=True)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Give anywidget the module that is joined from the script and all that it imports."""
        if "script" in vars(cls):  # anywidget derives a class of its own for every instance: leave that one alone
            cls._esm, cls._css = modules.module(cls.script), modules.text("look.css")
        super().__init_subclass__(**kwargs)

    def __init__(
        self,
        meta: Mapping[str, Any],
        arrays: Mapping[str, NDArray[Any]],
        state: Mapping[str, object],
        *later: Callable[[], Mapping[str, NDArray[Any]]] | None,
    ) -> None:
        layout, blob = pack(arrays)
        if unknown := sorted(set(state) - set(self.state)):
            raise UsageError(
                f"{type(self).__name__} has no {display.quoted(unknown[0])}; it has {', '.join(self.state)}."
            )
        self._later = [arrays for arrays in later if arrays is not None]
        own = {
            **meta,
            "layout": layout,
            "looks": colours.as_data(),
            "most": most_shown.as_data(),
            "axis_names": axis_names.as_data(),
            "later": bool(self._later),
        }
        super().__init__(_meta=_printable(own), _blob=blob, **state)  # in one message, not one for each trait
        self.on_msg(self._send_later)

    @property
    def selection(self) -> pd.DataFrame:
        """What is selected at the moment, as a table."""
        raise NotImplementedError

    def figure(self) -> Figure:
        """Return the view at this moment as a matplotlib figure of its own (no pyplot).

        A notebook shows it below the cell, as it shows pyplot's figures.
        """
        figure = self._figure()
        _show_below_cell(figure)
        return figure

    def _figure(self) -> Figure:
        raise NotImplementedError

    @reading
    def text(self) -> str:
        """Say the view at this moment in a few stable lines."""
        return "\n".join([f"{type(self).__name__}: {self._meta['title']}", *self._lines()])

    def _lines(self) -> list[str]:
        """Return what `text` says below the title."""
        raise NotImplementedError

    def to_html(self, path: str | Path, *, note: str = "") -> None:
        """Write the explorer as one self-contained page that works without a kernel and without a network.

        At its foot stand project, impulse and date of the answers, as far as known, and edgekit's version.

        Parameters
        ----------
        path : str or Path
            The file to write; an existing one is replaced.
        note : str
            A text of your own, below the heading; its line breaks are kept.

        Raises
        ------
        UsageError
            It cannot be written there; the text says why.
        EdgekitError
            The disk is full. Whatever was there before is unchanged.
        """
        self._note = text("note", note)
        save(path, self._page())

    def _asked(self) -> Sequence[Any]:
        """Return the answers that it shows, for where they came from."""
        return self._answers

    def _exported(self) -> tuple[Mapping[str, Any], bytes]:
        """Return `_meta` and `_blob` as an exported page gets them, which has no Python to ask for more."""
        if not self._later:
            return self._meta, self._blob
        layout, blob = pack({**unpacked(self._meta["layout"], self._blob), **self._arrays_later()})
        return {**self._meta, "layout": layout, "later": False}, blob

    def _send_later(self, widget: object, message: object, buffers: object) -> None:
        """Answer the browser, which asks for the whole of what came shortened once it has drawn that."""
        if self._later and isinstance(message, dict) and message.get("later"):
            layout, blob = pack(self._arrays_later())
            self.send({"later": layout}, [blob])

    def _arrays_later(self) -> dict[str, NDArray[Any]]:
        return {name: array for arrays in self._later for name, array in arrays().items()}

    @reading
    def _page(self) -> str:
        state, blob = self._in_page()
        return self._written(state, blob, modules.page_script(self.script))

    @reading
    def _in_page(self) -> tuple[dict[str, Any], str]:
        """Return the traits as an exported page gets them, and the blob as base64."""
        meta, blob = self._exported()
        state = {name: getattr(self, name) for name in self.state} | {"_meta": meta}
        return state, base64.b64encode(blob).decode()

    def _written(self, state: Mapping[str, Any], blob: str, script: str) -> str:
        return Template(modules.text("page/page.html")).substitute(
            title=escape(self._meta["title"]),
            text=escape(display.lines(self._words())),
            picture=base64.b64encode(self._png()).decode(),
            state=json.dumps(state).replace("<", "\\u003c"),  # in a script nothing is escaped but what could end it
            blob=blob,
            note=escape(self._note),
            origin=escape(provenance.told(self._asked())),
            style=modules.text("look.css", "page/page.css"),
            script=script,
            # of the script as it stands between its tags: no other one runs, and nothing is fetched from anywhere
            digest=base64.b64encode(hashlib.sha256(f"\n{script}\n".encode()).digest()).decode(),
        )

    def _view(self) -> View:
        """Return what the browser shows at this moment, for the still picture of it."""
        arrays = {**unpacked(self._meta["layout"], self._blob), **self._on_show()}
        return View(self._meta, arrays, {name: getattr(self, name) for name in self.state}, self._words())

    def _on_show(self) -> Mapping[str, NDArray[Any]]:
        """Return what the still picture needs in the place of shortened arrays."""
        return {}

    def _words(self) -> str:
        return self._kept("text", self.text)

    def _still(self) -> Canvas:
        """Draw the view at this moment; see `edgekit.explorers.still`."""
        raise NotImplementedError

    @reading
    def _png(self) -> bytes:
        return self._still().png()

    def __repr__(self) -> str:
        return display.fit(display.lines(self._words()))

    def set_state(self, sync_data: Mapping[str, Any]) -> None:
        """Take what the browser sends: all of it or nothing; what it shows of a refused value is put right."""
        try:
            super().set_state(sync_data)
        except RefusedValue:
            self.send_state([name for name in sync_data if name in self.keys])
            raise

    @reading
    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """Put a picture and a text beside the widget: for code hosts, untrusted notebooks, printed pages, nbval."""
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, metadata = bundle
        extra = {"text/plain": repr(self), "image/png": base64.b64encode(self._png()).decode()}
        return {**data, **extra}, metadata

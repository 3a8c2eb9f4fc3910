"""What a classify call answered: a sample, and what each learn block says of it."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import numpy as np

from edgekit import display, saving
from edgekit.errors import ResponseError, UsageError
from edgekit.results import label_lists, neighbours
from edgekit.results.block import BlockResult
from edgekit.results.kinds import names_of
from edgekit.results.sample import Sample, Source
from edgekit.results.saved import Saved, document
from edgekit.summaries import not_one_block
from edgekit.wire.decoding import decode
from edgekit.wire.schema import ClassifyResponse
from edgekit.wire.schema.base import decoded
from edgekit.wire.secret import sealed


@sealed
def parse(source: bytes | str | dict[str, Any] | Path) -> ClassifyResult:
    """Read a classify response, from memory or from a saved file.

    Parameters
    ----------
    source : bytes, str, dict or Path
        JSON as bytes or text, the decoded document, or the path of a file. A text that begins with ``{``, ``[`` or
        ``<`` is taken for the document itself, any other for a path.

    Returns
    -------
    ClassifyResult. The Linux runner's answer opens as well: as one window of one block, boxes in pixels of the model's
    input.

    Raises
    ------
    ResponseError
        The file cannot be read, or the document is not what the API promises: the text names the place. Of a document
        that users have beside such an answer (an acquisition file, a page of model testing, …) it says what that is
        and what opens it.
    StudioError
        The document says ``success: false``; the text is the server's own.

    Examples
    --------
    >>> import edgekit as ek
    >>> ek.parse('{"success": false, "error": "No sample with id 99"}')
    Traceback (most recent call last):
    edgekit.errors.StudioError: ...No sample with id 99...
    >>> ek.parse("no_such_file.json")
    Traceback (most recent call last):
    edgekit.errors.ResponseError: 'no_such_file.json' is neither JSON nor a file that can be read ...
    """
    content, name = read(source)
    try:
        answer = decode(content, ClassifyResponse, name)
    except ResponseError as problem:
        return _neighbours(content, name, problem)
    if bytes(answer.edgekit) == b"null":
        return ClassifyResult(answer)
    saved = Saved(answer, name)
    return ClassifyResult(answer, saved, variant=saved.parts.variant)


def _neighbours(content: bytes | dict[str, Any], name: str, problem: ResponseError) -> ClassifyResult:
    """Open the runner's answer; of another document that users have beside a classify answer, say what it is."""
    document = neighbours.document_of(content)
    if document is None:
        raise problem
    if answer := neighbours.runner_answer(document):
        return ClassifyResult(decode(answer, ClassifyResponse, name))
    if known := neighbours.neighbour(document):
        raise ResponseError(
            f"{name}: expected the answer of a classify call, got {known.name}. {known.next_step}", "$"
        ) from None
    raise problem


def read(source: bytes | str | dict[str, Any] | Path) -> tuple[bytes | dict[str, Any], str]:
    """Return a document, from memory or from a file, and what an error calls it."""
    if isinstance(source, dict | bytes):
        return source, "the document"
    if isinstance(source, str) and (not source.strip() or source.lstrip("\ufeff \t\r\n").startswith(("{", "[", "<"))):
        return source.encode("utf-8", "surrogatepass"), "the document"
    if not isinstance(source, str | os.PathLike):
        raise UsageError(f"Expected bytes, a text, a dict or a path, got {type(source).__name__}.")
    shown = display.quoted(str(source), 200)
    try:
        return Path(source).read_bytes(), shown
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or problem
        kind = "not " if isinstance(source, Path) else "neither JSON nor "
        raise ResponseError(
            f"{shown} is {kind}a file that can be read ({display.shown(reason)}). Check the path."
        ) from None


class ClassifyResult:
    """What the learn blocks of an impulse say of one sample.

    Attributes
    ----------
    sample : Sample
        The sample with its values, as it came with the result.
    source : Studio or None
        Where the result came from; None for a file.
    received : datetime or None
        When the Studio answered; None for a file, a recording and model testing.
    variant : str or None
        Which variant of the models was asked for: int8, float32 or akida; None for the server's own choice. An answer
        does not say it.
    """

    def __init__(
        self,
        response: ClassifyResponse,
        source: Source | None = None,
        *,
        whole: bool = True,
        received: datetime | None = None,
        variant: str | None = None,
    ) -> None:
        self._response = response
        self.source = source
        self.received = received
        self.variant = variant
        self.sample = Sample(response.sample, source, whole=whole)
        # The same block each time it is asked for, but held weakly: it holds the result, and in a circle the million
        # readings of a long sample would stay until the garbage collector has walked through them.
        self._known: WeakValueDictionary[int, BlockResult] = WeakValueDictionary()

    @property
    def raw(self) -> ClassifyResponse:
        """Everything the API sent, as decoded: scores and readings, which come last, only now."""
        decoded(self._response.lazy_parts())
        return self._response

    @property
    def blocks(self) -> list[BlockResult]:
        """What each learn block says, in the order the server sent them; `Studio.blocks` is a table of the impulse."""
        return [self._known.get(i) or self._made(i) for i in range(len(self._response.classifications))]

    def __getstate__(self) -> dict[str, Any]:
        """Leave out the blocks: they are made again when asked for."""
        return {name: value for name, value in vars(self).items() if name != "_known"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Begin without blocks."""
        vars(self).update(state, _known=WeakValueDictionary())

    def _made(self, index: int) -> BlockResult:
        block = self._known[index] = BlockResult(self, self._response.classifications[index], index)
        return block

    @property
    def window_size_ms(self) -> float:
        """Length of the sliding window in milliseconds."""
        return self._response.window_size_ms

    @property
    def window_increase_ms(self) -> float:
        """Milliseconds from one window's start to the next one's."""
        return self._response.window_increase_ms

    @property
    def warning(self) -> str | None:
        """What the server warned of, if anything."""
        return self._response.warning

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the result to a file that `edgekit.parse` opens, with what explains it.

        Parameters
        ----------
        path : str or path
            The file, JSON by its content whatever its name. A file that is there is replaced.

        Notes
        -----
        Beside the answer it holds the impulse, the picture of an image, and of anomaly and visual-anomaly blocks the
        features and the model's parameters: so `BlockResult.explain`, `plot` and `edgekit.explore` work on it without a
        network. What the Studio refuses is left out; what needs it says so then. It holds no API key and no
        ``signatureKey``.

        Raises
        ------
        UsageError, EdgekitError
            The file cannot be written there, or there is no room for it.
        ConnectionFailed, AuthenticationError, RateLimitError
            The Studio could not be asked for what explains the result. Nothing was written.

        Examples
        --------
        >>> import tempfile, pathlib
        >>> import edgekit as ek
        >>> path = pathlib.Path(tempfile.mkdtemp()) / "sample31.json"
        >>> ek.connect(sandbox="motion").classify(31).save(path)
        >>> ek.parse(path).block("anomaly-gmm").explain()[["score", "component"]].head(2).round(2)
                score  component
        window
        0        7.28          2
        1        9.73          2
        """
        saving.save(path, document(self._response, self.blocks, self.sample, self.variant))

    def block(self, key: int | str) -> BlockResult:
        """Return one block: by its id, else its position (0 is the first); by its type, last layer, kind, or title.

        Raises
        ------
        UsageError
            No block, or more than one, answers to `key`; the text lists what there is.
        """
        if not isinstance(key, int | np.integer | str) or isinstance(key, bool):
            raise UsageError(
                f"A block is asked for by its id, position, type or title, not by {display.quoted(key)}. This result "
                f"has: {self.listing()}."
            )
        if not isinstance(key, str):
            found = [block for block in self.blocks if block.id == key]
            if not found and -len(self.blocks) <= key < len(self.blocks):
                found = [self.blocks[key]]
        else:
            found = [block for block in self.blocks if block.type == key]
            found = found or [block for block in self.blocks if block.last_layer == key]
            found = found or [block for block in self.blocks if block.kind == key]
            found = found or [block for block in self.blocks if key in (block.title, block.learn_block.name)]
        if len(found) == 1:
            return found[0]
        raise not_one_block(len(found), key, f"This result has: {self.listing()}")

    def listing(self) -> str:
        """Name the blocks with id, type, last layer (of object detection) and title."""
        kinds = [f"{block.type}, {block.last_layer}" if block.last_layer else block.type for block in self.blocks]
        named = zip(self.blocks, kinds, strict=True)
        return (
            ", ".join(f"{block.id} ({display.shown(kind)}, {display.shown(block.title)!r})" for block, kind in named)
            or "none"
        )

    def __repr__(self) -> str:
        blocks = display.listing(names_of((block.last_layer or block.type, block.title) for block in self.blocks))
        name = display.shown(self.sample.filename)
        return display.fit(f"<ClassifyResult of sample {self.sample.id} {name!r} · {blocks}>")

    def _repr_html_(self) -> str:
        facts: dict[str, object] = {
            "expected": label_lists.in_words(self.sample.info),
            "window": f"{self.window_size_ms:g} ms every {self.window_increase_ms:g} ms" if self.window_size_ms else "",
            "variant": self.variant,
        }
        facts |= {f"{block.id} · {display.shown(block.title)}": block.in_words() for block in self.blocks}
        return display.card(
            f"Sample {self.sample.id} · {display.shown(self.sample.filename)}, classified",
            facts,
            note=self.warning or "",
        )

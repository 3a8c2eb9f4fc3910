"""A result in a file, with what explains it: what `ClassifyResult.save` writes, and what stands in for the Studio then.

The file is a classify answer as the API sends it, with one key more, ``edgekit``. So every tool that reads an answer
reads it, and `parse` finds in it what it would otherwise ask the Studio for: the impulse, the features and parameters
behind anomaly scores, and the picture.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import msgspec
import numpy as np
import pandas as pd

from edgekit import progress, shell
from edgekit.anomaly import Gmm, KMeans
from edgekit.errors import (
    AuthenticationError,
    ConnectionFailed,
    EdgekitError,
    RateLimitError,
    ResponseError,
    UsageError,
)
from edgekit.results.sample import Sample, Source
from edgekit.results.uploaded import decoded_image
from edgekit.wire.decoding import decode
from edgekit.wire.schema import ClassifyResponse, Impulse, LearnBlock, SampleData
from edgekit.wire.secret import Secret

if TYPE_CHECKING:
    from PIL.Image import Image

FORMAT = 1
M = TypeVar("M")
Step = Callable[[], None]
_EXPLAINED = ("anomaly", "visual")  # the kinds of blocks that have parameters to explain scores with
_STORED, _INPUT = "picture", "picture as it went into the model"
_GONE = (AuthenticationError, ConnectionFailed, RateLimitError)  # not about the part: nothing else would come either


class Features(msgspec.Struct):
    """What a DSP block made of the sample: a row a window."""

    dsp: int
    columns: list[str]
    rows: list[list[float | None]]


class Model(msgspec.Struct):
    """The parameters of a block's model, by the names that `Gmm` or `KMeans` takes them."""

    block: int
    parameters: dict[str, Any]


class _Format(msgspec.Struct):
    format: int


class Parts(msgspec.Struct, rename="camel", omit_defaults=True):
    """What was saved beside the answer. `missing`: of each part that the Studio refused, its words."""

    format: int
    impulse: Impulse | None = None
    variant: str | None = None
    anomaly_labels: dict[str, bool] | None = None
    features: list[Features] = []
    mixtures: list[Model] = []
    clusters: list[Model] = []
    stored_picture: bytes | None = None
    input_picture: bytes | None = None
    missing: dict[str, str] = {}


# --- writing ----------------------------------------------------------------------------------------------------------


class Explained(Protocol):
    """What is asked of a block that may have parameters; `edgekit.BlockResult` has it."""

    @property
    def kind(self) -> str | None:
        """Which kind of block it is."""

    @property
    def learn_block(self) -> LearnBlock:
        """Its id, type and DSP blocks."""


def document(
    response: ClassifyResponse, blocks: Sequence[Explained], sample: Sample, variant: str | None = None
) -> bytes:
    """Return a result as a file holds it; without the ``signatureKey``, which may be a secret."""
    data = _complete(sample)
    info = msgspec.structs.replace(data.sample, signature_key=None)
    kept = msgspec.structs.replace(
        response, sample=msgspec.structs.replace(data, sample=info), edgekit=msgspec.Raw(b"null")
    )
    if sample.source is not None:
        source = sample.source
        parts = source.parts if isinstance(source, Saved) else _collected(blocks, sample, source, variant)
        kept.edgekit = msgspec.Raw(msgspec.json.encode(parts, enc_hook=_without_secrets))
    return msgspec.json.encode(kept, enc_hook=_without_secrets)


def _complete(sample: Sample) -> SampleData:
    """Return the sample with its values, which do not come with model testing."""
    if sample.payload.count() or sample.source is None:
        return sample.raw
    try:
        return sample.source.sample(sample.id).raw
    except _GONE:
        raise
    except EdgekitError:
        return sample.raw


def _without_secrets(value: object) -> None:
    if not isinstance(value, Secret):
        raise TypeError(f"{type(value).__name__} is no JSON")


def _collected(blocks: Sequence[Explained], sample: Sample, source: Source, variant: str | None) -> Parts:
    parts = Parts(FORMAT, variant=variant)
    learned = {block.learn_block.id: block.learn_block for block in blocks if block.kind in _EXPLAINED}
    steps = _steps(parts, list(learned.values()), sample, source)
    for name, step in progress.bar(steps, desc="save", unit="part"):
        try:
            step()
        except _GONE:
            raise
        except EdgekitError as problem:
            parts.missing[name] = str(problem)
    return parts


def _steps(parts: Parts, blocks: list[LearnBlock], sample: Sample, source: Source) -> list[tuple[str, Step]]:
    """Return what has to be asked for, by the names that `Parts.missing` has."""

    def impulse() -> None:
        parts.impulse = source.known_impulse()

    def labels() -> None:
        parts.anomaly_labels = source.anomaly_labels()

    def features(dsp: int) -> None:
        table = source.features(sample.id, dsp)
        rows = table.astype(object).where(table.notna(), None).to_numpy().tolist()
        parts.features.append(Features(dsp, [str(name) for name in table], rows))

    def model(block: LearnBlock) -> None:
        if block.type == "anomaly":
            parts.clusters.append(Model(block.id, _parameters(source.kmeans(block.id), _CLUSTERS)))
        else:
            parts.mixtures.append(Model(block.id, _parameters(source.gmm(block.id), _MIXTURE)))

    def stored_picture() -> None:
        parts.stored_picture = _png(source.image(sample.id))

    def input_picture() -> None:
        parts.input_picture = _png(source.image(sample.id, after_input_block=True))

    steps: list[tuple[str, Step]] = [("impulse", impulse), ("labels", labels)]
    steps += [(f"features {dsp}", partial(features, dsp)) for dsp in {dsp: 0 for block in blocks for dsp in block.dsp}]
    steps += [(f"block {block.id}", partial(model, block)) for block in blocks]
    pictures: list[tuple[str, Step]] = [(_STORED, stored_picture), (_INPUT, input_picture)]
    return steps + pictures if sample.kind == "image" else steps


_MIXTURE = ("means", "covariances", "weights", "score_mean", "score_scale", "axes")
_CLUSTERS = ("centers", "radii", "mean", "scale", "axes")


def _parameters(model: Gmm | KMeans, names: tuple[str, ...]) -> dict[str, Any]:
    values = {name: getattr(model, name) for name in names}
    return {name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in values.items()}


def _png(picture: Image) -> bytes:
    written = io.BytesIO()
    picture.save(written, "PNG")
    return written.getvalue()


def _damaged(reason: str) -> ResponseError:
    return ResponseError(f"The saved result is damaged: {reason}. Save it again.", "$.edgekit")


# --- reading ----------------------------------------------------------------------------------------------------------


class Saved:
    """What stands in for the Studio of a saved result: it answers what was saved, and of all else says that it was not.

    Parameters
    ----------
    response : ClassifyResponse
        The answer, with its key ``edgekit``.
    source : str
        Where it came from, for the text of an error.

    Raises
    ------
    ResponseError
        What was saved is damaged.
    UsageError
        It was saved by a newer edgekit.
    """

    def __init__(self, response: ClassifyResponse, source: str) -> None:
        content, name = bytes(response.edgekit), f"{source}, $.edgekit"
        if decode(content, _Format, name).format > FORMAT:  # the rest may have another form by then
            raise UsageError(f"{source} was saved by a newer edgekit. {shell.update()}")
        self.parts = decode(content, Parts, name)
        self._sample = Sample(response.sample)

    def __repr__(self) -> str:
        return f"<Saved with sample {self._sample.id}>"

    def sample(self, sample: int) -> Sample:
        """Return the sample of the result."""
        if sample != self._sample.id:
            raise self._not_saved(f"sample {sample}")
        return self._sample

    def image(self, sample: int, *, after_input_block: bool = False) -> Image:
        """Return its picture, decoded from PNG."""
        found = self.parts.input_picture if after_input_block else self.parts.stored_picture
        name = _INPUT if after_input_block else _STORED
        if sample != self._sample.id or found is None:
            raise self._not_saved(f"the {name} of sample {sample}", name)
        return decoded_image(found, "the saved picture")

    def original(self, sample: int) -> bytes:
        """Say that the uploaded bytes are not saved."""
        raise self._not_saved(f"the uploaded file of sample {sample}")

    def features(self, sample: int, dsp: int) -> pd.DataFrame:
        """Return what a DSP block made of each window."""
        for found in self.parts.features:
            if found.dsp == dsp and sample == self._sample.id:
                if any(len(row) != len(found.columns) for row in found.rows):
                    raise _damaged(f"the rows of DSP block {dsp} have not one value for each feature")
                return pd.DataFrame(found.rows, columns=found.columns, dtype=float).rename_axis(index="window")
        raise self._not_saved(f"what DSP block {dsp} made of sample {sample}", f"features {dsp}")

    def gmm(self, block: int) -> Gmm:
        """Return the mixture of an anomaly-gmm block."""
        return self._model(Gmm, self.parts.mixtures, block)

    def kmeans(self, block: int) -> KMeans:
        """Return the clusters of a K-means anomaly block."""
        return self._model(KMeans, self.parts.clusters, block)

    def impulse(self) -> Impulse:
        """Return the project's impulse."""
        if self.parts.impulse is None:
            raise self._not_saved("the impulse", "impulse")
        return self.parts.impulse

    known_impulse = impulse

    def anomaly_labels(self) -> dict[str, bool]:
        """Say of each label whether the project calls it anomalous."""
        return self.parts.anomaly_labels or {}

    def _model(self, kind: Callable[..., M], models: list[Model], block: int) -> M:
        for found in models:
            if found.block == block:
                try:
                    return kind(**found.parameters)
                except (TypeError, UsageError) as problem:
                    raise _damaged(f"the parameters of block {block} make no model ({problem})") from None
        raise self._not_saved(f"the parameters of block {block}", f"block {block}")

    def _not_saved(self, what: str, part: str = "") -> UsageError:
        said = self.parts.missing.get(part, "")
        why = f" When it was saved: {said}" if said else ""
        return UsageError(
            f"This result was opened from a file, and {what} is not in it.{why} The Studio has it: "
            f"ek.connect().classify({self._sample.id})."
        )

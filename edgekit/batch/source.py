"""What stands in for the Studio of stored answers: the impulse and the project's labels, and a word on all else."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import pandas as pd

from edgekit.batch.layout import About
from edgekit.errors import UsageError
from edgekit.results.sample import Sample
from edgekit.results.uploaded import decoded_image
from edgekit.wire.schema import Impulse

if TYPE_CHECKING:
    from PIL.Image import Image

    from edgekit.anomaly import Gmm, KMeans


class Stored:
    """Answers what a store holds beside its answers; it is the `source` of each of its results."""

    def __init__(self, about: About, picture: bytes | None = None) -> None:
        self._about, self._picture = about, picture

    def of(self, picture: bytes | None) -> Stored:
        """Return the source of one result: with the picture that was stored with its answer."""
        return Stored(self._about, picture)

    def __repr__(self) -> str:
        return f"<a store of project {self._about.project_id}>"

    @property
    def project_id(self) -> int:
        """Identifier of the project."""
        return self._about.project_id

    @property
    def variant(self) -> str | None:
        """Which variant of the models was asked for."""
        return self._about.variant

    def projects(self) -> dict[int, str]:
        """Return the project's name, by its id."""
        return {self._about.project_id: self._about.project}

    def impulse(self) -> Impulse:
        """Return the impulse as it was when the store was begun."""
        return self._about.impulse

    known_impulse = impulse

    def anomaly_labels(self) -> dict[str, bool]:
        """Say of each label whether the project called it anomalous."""
        return dict(self._about.anomaly_labels)

    def sample(self, sample: int) -> Sample:
        """Say that a sample comes with its result."""
        raise _not_stored(f"sample {sample} apart from its result", f"sample({sample})")

    def image(self, sample: int, *, after_input_block: bool = False) -> Image:
        """Return the picture as it went into the model, where it was stored with the answer."""
        if after_input_block and self._picture is not None:
            return decoded_image(self._picture, f"the stored picture of sample {sample}")
        shown = f"the picture of sample {sample}{' as it went into the model' * after_input_block}"
        raise _not_stored(shown, f"image({sample}{', after_input_block=True' * after_input_block})")

    def original(self, sample: int) -> bytes:
        """Say that the uploaded bytes are not stored."""
        raise _not_stored(f"the uploaded file of sample {sample}", f"original({sample})")

    def features(self, sample: int, dsp: int) -> pd.DataFrame:
        """Say that features are not stored."""
        raise _not_stored(f"what DSP block {dsp} made of sample {sample}", f"features({sample}, {dsp})")

    def gmm(self, block: int) -> Gmm:
        """Say that parameters are not stored."""
        self._no_parameters(block)

    def kmeans(self, block: int) -> KMeans:
        """Say that parameters are not stored."""
        self._no_parameters(block)

    def _no_parameters(self, block: int) -> NoReturn:
        raise _not_stored(f"the parameters of block {block}", f"gmm({block})")


def _not_stored(what: str, call: str) -> UsageError:
    return UsageError(
        f"This result is of a store (ek.Store), which does not hold {what}. The Studio has it: ek.connect().{call}."
    )

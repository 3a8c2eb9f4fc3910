"""A sample: what was recorded, as a table in time."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import re
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd

from edgekit import display
from edgekit.errors import ResponseError, UsageError
from edgekit.lean import LeanSampleData, whole_sample
from edgekit.schema import Impulse, Payload, SampleData, SampleInfo, Sensor
from edgekit.secret import Secret

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from PIL.Image import Image

    from edgekit.anomaly import Gmm, KMeans


class Source(Protocol):
    """Where samples and results fetch what did not come with them; `edgekit.Studio` is one."""

    def sample(self, sample: int) -> Sample:
        """Return the sample with its values."""

    def image(self, sample: int, *, after_input_block: bool = False) -> Image:
        """Return its picture."""

    def original(self, sample: int) -> bytes:
        """Return its bytes as uploaded."""

    def features(self, sample: int, dsp: int) -> pd.DataFrame:
        """Return what a DSP block makes of each of its windows."""

    def gmm(self, block: int) -> Gmm:
        """Return the mixture of an anomaly-gmm block."""

    def kmeans(self, block: int) -> KMeans:
        """Return the clusters of a K-means anomaly block."""

    def impulse(self) -> Impulse:
        """Return the project's impulse."""


class Sample:
    """A recording of a project: time series, audio, image, video or table."""

    def __init__(self, data: SampleData, source: Source | None = None, *, whole: bool = True) -> None:
        self._data = data
        self._source = source
        self._whole = whole  # False where a sample came without its values: they are fetched when asked for

    @property
    def raw(self) -> SampleData:
        """Everything the API sent, as decoded."""
        if isinstance(self._data, LeanSampleData):
            self._data = whole_sample(self._data)
        return self._data

    @property
    def info(self) -> SampleInfo:
        """The sample's description as the API sent it."""
        return self._data.sample

    @property
    def source(self) -> Source | None:
        """Where the sample came from, and where more of it can be fetched; None for one from a file."""
        return self._source

    @property
    def id(self) -> int:
        """Identifier of the sample in its project."""
        return self.info.id

    @property
    def filename(self) -> str:
        """Name given at upload; a text, never a path to be opened."""
        return self.info.filename

    @property
    def label(self) -> str:
        """The sample's label (single-label projects)."""
        return self.info.label

    @property
    def category(self) -> str:
        """training, testing, validation or post-processing."""
        return self.info.category

    @property
    def sensors(self) -> list[Sensor]:
        """The axes, with units."""
        return self._data.payload.sensors

    @property
    def interval_ms(self) -> float:
        """Milliseconds between two readings."""
        return self._data.payload.interval_ms or self.info.interval_ms

    @property
    def length_ms(self) -> float:
        """Length in milliseconds: what the API says, else the readings it counts times the interval."""
        known = self.info.total_length_ms
        return known if known is not None else self.info.values_count * self.interval_ms

    def signal(self, datastream: int | None = None) -> pd.DataFrame:
        """Return the readings as a table.

        Parameters
        ----------
        datastream : int, optional
            Index of one of several datastreams (newer servers: a sample with sensors of different frequencies).

        Returns
        -------
        DataFrame of float64: index `time_ms` from the sample's (cropped) start, one column an axis. ``.attrs["units"]``
        holds the unit of each axis as the device declared it ("N/A" where it declared none).

        Raises
        ------
        UsageError
            The values are no numbers (an image's or a video's are a reference), or do not fit the axes.
        """
        payload = self._payload(datastream)
        names = [sensor.name for sensor in payload.sensors]
        count = len(payload.values)
        try:
            table = np.array(payload.values, float).reshape(count, -1 if count else len(names))
        except (ValueError, TypeError):
            kind = self.info.chart_type or "unknown"
            hint = " sample.image() fetches the picture." if kind == "image" else ""
            raise UsageError(
                f"Sample {self.id} holds no table of numbers (its chart type is {kind!r}).{hint}"
            ) from None
        if table.shape[1] != len(names):
            raise UsageError(f"Sample {self.id} has {len(names)} axes but {table.shape[1]} values a reading.")
        interval = payload.interval_ms or self.info.interval_ms
        time = pd.Index(np.arange(len(table)) * interval, name="time_ms")
        signal = pd.DataFrame(table, index=time, columns=names)
        signal.attrs["units"] = {sensor.name: sensor.units for sensor in payload.sensors}
        return signal

    def _payload(self, datastream: int | None) -> Payload:
        if datastream is not None:
            streams = {stream.index: stream.payload for stream in self.raw.datastream_payloads or []}
            if datastream not in streams:
                raise UsageError(f"Sample {self.id} has no datastream {datastream}; it has {sorted(streams) or 'one'}.")
            return streams[datastream]
        if not self._whole and not self.raw.payload.values and self._source is not None:
            self._data, self._whole = self._source.sample(self.id).raw, True
        return self.raw.payload

    def labels(self) -> pd.DataFrame:
        """Return which label holds where.

        Returns
        -------
        DataFrame, one row a range: `label`, `start`, `end` (readings, end inclusive, as the API counts), `start_ms`,
        `end_ms` (exclusive). A sample with one label for all of it has one row. Source: ``structuredLabels``.
        """
        ranges = [(span.label, span.start_index, span.end_index) for span in self.info.structured_labels or []]
        if not ranges:
            ranges = [(self.label, 0, max(self.info.values_count - 1, 0))]
        table = pd.DataFrame(ranges, columns=["label", "start", "end"])
        return table.assign(start_ms=table["start"] * self.interval_ms, end_ms=(table["end"] + 1) * self.interval_ms)

    def image(self, *, after_input_block: bool = False) -> Image:
        """Fetch the picture of an image sample; see `Studio.image`."""
        return self._origin("image").image(self.id, after_input_block=after_input_block)

    def original(self) -> bytes:
        """Fetch the sample's bytes as they were uploaded (CBOR or JSON)."""
        return self._origin("original bytes").original(self.id)

    def verify(self, hmac_key: str | Secret, *, original: bytes | None = None) -> bool:
        """Check the signature of the sample as it was uploaded.

        Parameters
        ----------
        hmac_key : str or Secret
            The project's HMAC key (dashboard → Keys), as text, or a ``signature_key`` as the API sent it.
        original : bytes, optional
            The uploaded bytes where you have them; fetched without it.

        Returns
        -------
        bool: True only where the bytes are exactly what somebody with this key signed.

        Raises
        ------
        UsageError
            The sample carries no HS256 signature that could be checked, or the key is no text.

        Notes
        -----
        The acquisition format's rule: HMAC-SHA256 over the very bytes, the 64 hex digits of the signature set to zeros.
        """
        hmac_key = Secret.of(hmac_key)  # not to stand in a traceback that shows variables
        content = self._origin("original bytes").original(self.id) if original is None else original
        return verified(content, hmac_key)

    def _origin(self, what: str) -> Source:
        if self._source is None:
            raise UsageError(f"The {what} did not come with this result. Fetch it: studio.sample({self.id}).")
        return self._source

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw every axis over time, with its units; see `edgekit.plots.signal`."""
        from edgekit import plots

        return plots.signal(self.signal(), ax=ax, title=f"{self.filename} · {self.label}")

    def __repr__(self) -> str:
        return f"<Sample {self.id} {self.filename!r} · {self.label!r} · {self.length_ms / 1000:g} s · {self.category}>"

    def _repr_html_(self) -> str:
        return display.card(f"Sample {self.id} · {self.filename}", self._facts())

    def _facts(self) -> dict[str, Any]:
        info = self.info
        frequency = 1000 / self.interval_ms if self.interval_ms else 0
        return {
            "label": self.label,
            "category": self.category,
            "length": f"{self.length_ms / 1000:g} s, {info.values_count} readings at {frequency:g} Hz",
            "axes": display.listing(f"{s.name} ({s.units})" if s.units != "N/A" else s.name for s in self.sensors),
            "device": info.device_name or info.device_type,
            "metadata": display.listing(f"{name}: {value}" for name, value in (info.metadata or {}).items()),
        }


def decoded_image(content: bytes, source: str) -> Image:
    """Decode JPEG or PNG bytes; nothing of other bytes is shown, since a server may put anything into them."""
    from PIL import Image, UnidentifiedImageError

    try:
        picture = Image.open(io.BytesIO(content), formats=["JPEG", "PNG"])
        picture.load()
        return picture
    except UnidentifiedImageError:
        reason = f"got {len(content)} bytes that are neither JPEG nor PNG"
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as problem:
        reason = f"got one that cannot be read ({problem})"
    raise ResponseError(f"{source}: expected a picture, {reason}. Check in the Studio that the sample is an image.")


def verified(content: bytes, hmac_key: str | Secret) -> bool:
    """Check an acquisition document's HS256 signature; see `Sample.verify`."""
    hmac_key = Secret.of(hmac_key)
    try:
        document = json.loads(content)
        algorithm, signature = document["protected"]["alg"], document["signature"]
    except (ValueError, LookupError, TypeError, RecursionError):
        # CBOR: a text of 9 bytes, "signature", then one of 64; likewise "alg" and its value of 5
        found = re.search(rb"\x69signature\x78\x40([0-9a-f]{64})", content)
        signature = found[1].decode() if found else None
        algorithm = "HS256" if re.search(rb"\x63alg\x65HS256", content) else None
    if algorithm != "HS256" or not isinstance(signature, str) or not re.fullmatch(r"[0-9a-f]{64}", signature):
        raise UsageError(f"This sample carries no HS256 signature to check (algorithm {algorithm!r}).")
    if content.count(signature.encode()) != 1:
        raise UsageError("The signature stands in the sample's bytes more than once: which one counts is not known.")
    unsigned = content.replace(signature.encode(), b"0" * 64)
    expected = hmac.new(hmac_key.reveal().encode(), unsigned, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, signature)

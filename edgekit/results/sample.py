"""A sample: what was recorded, as a table in time."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edgekit import display
from edgekit.arguments import whole
from edgekit.errors import ResponseError, UsageError
from edgekit.results import label_lists
from edgekit.results.uploaded import verified
from edgekit.results.windows import EXACT
from edgekit.wire.schema import Impulse, Payload, SampleData, SampleInfo, Sensor
from edgekit.wire.schema.base import decoded
from edgekit.wire.secret import Secret

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from PIL.Image import Image

    from edgekit.anomaly import Gmm, KMeans

MIN_HZ = 1e-9  # one reading in thirty years; anything slower is not a frequency
_AUDIO = "wav"  # units of audio


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

    def known_impulse(self) -> Impulse:
        """Return the same, asked for once."""

    def anomaly_labels(self) -> dict[str, bool]:
        """Say of each label whether the project calls it anomalous, asked for once."""


class Sample:
    """A recording of a project: time series, audio, image, video or table."""

    def __init__(
        self, data: SampleData, source: Source | None = None, *, whole: bool = True, exact: bool = False,
        original: bytes | None = None,
    ) -> None:  # fmt: skip
        self._data = data
        self._source = source
        self._exact = exact  # True of a slice: no reading is left out between two others
        self._original = original  # the uploaded bytes, where the sample was read from them
        self._whole = whole  # False where a sample came without its values: they are fetched when asked for

    @property
    def raw(self) -> SampleData:
        """Everything the API sent, as decoded."""
        decoded(self._data.lazy_parts())
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
        """The sample's label, as the Studio writes it; of object detection all of them ("bolt, nut"), see `labels`."""
        return self.info.label

    @property
    def category(self) -> str:
        """training, testing, validation or post-processing."""
        return self.info.category

    @property
    def kind(self) -> str:
        """What the sample is: "signal" (readings over time, audio too: `signal`), "image" (`image`) or "video"."""
        return self.info.chart_type if self.info.chart_type in ("image", "video") else "signal"

    @property
    def sensors(self) -> list[Sensor]:
        """The axes, with units."""
        return self._data.payload.sensors

    @property
    def payload(self) -> Payload:
        """The part of the answer that holds the readings. They may still be JSON: `signal` reads them."""
        return self._data.payload

    @property
    def interval_ms(self) -> float:
        """Milliseconds between two readings of the stored sample.

        Structured labels and ``valuesCount`` count these. The readings that came, in `signal`, may have been resampled
        by the impulse to another interval.
        """
        return self.info.interval_ms

    @property
    def length_ms(self) -> float:
        """Length in milliseconds: what the API says, else the readings it stores times their interval."""
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
            The values are not numbers (those of an image or a video are a reference), or do not fit the axes.

        Notes
        -----
        Readings stand at index · the payload's interval, which is not the stored sample's (`interval_ms`) where the
        impulse resamples. Where the server sent only some of the readings (``totalPayloadLength`` is larger), they are
        taken to be spread evenly over the whole length: ``.attrs["shown"]`` and `shown` say how many there are, and
        `whole` fetches all of them.

        Examples
        --------
        >>> import edgekit as ek
        >>> ek.connect(sandbox="motion").sample(31).signal().shape
        (100, 6)
        """
        payload, total = self._payload(datastream)
        names = [sensor.name for sensor in payload.sensors]
        table = payload.table()
        if table is None:
            table = _table(payload.values, len(names))
        if table is None:
            kind = self.info.chart_type or "unknown"
            hint = " sample.image() fetches the picture." if kind == "image" else ""
            raise UsageError(
                f"Sample {self.id} holds no table of numbers (its chart type is {display.quoted(kind)}).{hint}"
            )
        if table.shape[1] != len(names):
            raise UsageError(
                f"Sample {self.id} has {display.counted(len(names), 'axis', 'axes')} but "
                f"{display.counted(table.shape[1], 'value')} a reading."
            )
        interval = spacing(payload.interval_ms, payload.frequency_hz) or self.info.interval_ms
        signal = pd.DataFrame(table, index=_times(len(table), total, interval), columns=names, copy=True)
        signal.attrs["units"] = {sensor.name: sensor.units for sensor in payload.sensors}
        if shown := _shown(len(table), total):
            signal.attrs["shown"] = shown
        return signal

    @property
    def shown(self) -> str:
        """How many of its readings came, such as "1 reading in 10 shown"; empty where all did."""
        if self.info.chart_type in ("image", "video") or not self._whole:
            return ""
        return _shown(self._data.payload.count(), self._total())

    def whole(self) -> Sample:
        """Return the sample with every reading: itself where all of them came, else fetched.

        Raises
        ------
        UsageError
            Some are missing, and the sample came from a file: there is no server to ask.
        ResponseError
            The server sent only some of them again.
        """
        if not self.shown:
            return self
        if self._source is None:
            raise UsageError(
                f"Sample {self.id} came without all of its readings ({self.shown}), and from a file. Fetch it: "
                f"studio.sample({self.id})."
            )
        found = self._source.sample(self.id)
        if found.shown:
            raise ResponseError(
                f"Every reading of sample {self.id} was asked for, and the server sent some of them ({found.shown}). "
                f"studio.slice({self.id}, start, end) fetches a part exactly as it is stored."
            )
        return found

    def _payload(self, datastream: int | None) -> tuple[Payload, int]:
        """Return the payload, and how many readings the server stores."""
        if datastream is not None:
            streams = {stream.index: stream for stream in self._data.datastream_payloads or []}
            if whole("datastream", datastream) not in streams:
                raise UsageError(f"Sample {self.id} has no datastream {datastream}; it has {sorted(streams) or 'one'}.")
            stream = streams[datastream]
            return stream.payload, 0 if self._exact else stream.total_payload_length or 0
        if not self._whole and not self._data.payload.count() and self._source is not None:
            self._data, self._whole = self._source.sample(self.id).raw, True
        return self._data.payload, self._total()

    def _total(self) -> int:
        """Return how many readings the server stores, at the interval of those that came; 0: all came."""
        if self._exact:
            return 0
        if (total := self._data.total_payload_length) is not None:
            return total
        interval = spacing(self.payload.interval_ms, self.payload.frequency_hz) or self.interval_ms
        return round(min(self.info.values_count * self.interval_ms / interval, EXACT)) if interval else 0

    def labels(self) -> pd.DataFrame:
        """Return which label holds where.

        Returns
        -------
        DataFrame, one row a range: `label`, `start`, `end` (readings, end inclusive, as the API counts), `start_ms`,
        `end_ms` (exclusive). A sample with one label for all of it has one row, a picture of object detection one for
        each object in it. Source: ``structuredLabels``, which count the stored sample's readings, `interval_ms` apart.
        """
        table = pd.DataFrame(self.label_ranges(), columns=["label", "start", "end"]).astype({"start": int, "end": int})
        return table.assign(start_ms=table["start"] * self.interval_ms, end_ms=(table["end"] + 1) * self.interval_ms)

    def label_ranges(self) -> list[tuple[str, int, int]]:
        """Return the first columns of `labels` as plain values: label, first and last reading of each range."""
        if spans := self.info.structured_labels:
            return [(span.label, span.start_index, span.end_index) for span in spans]
        found = label_lists.label(self.info)
        names = found if isinstance(found, list) else [found]
        return [(name, 0, max(self.info.values_count - 1, 0)) for name in names]

    def image(self, *, after_input_block: bool = False) -> Image:
        """Fetch the picture of an image sample; see `Studio.image`."""
        return self._origin("image").image(self.id, after_input_block=after_input_block)

    def original(self) -> bytes:
        """Return the sample's bytes as they were uploaded (CBOR or JSON); fetched unless it was read from them."""
        if self._original is not None:
            return self._original
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
        bool: True only where the bytes are exactly those that were signed with this key.

        Raises
        ------
        UsageError
            The sample has no HS256 signature, or the key is not a text.

        Notes
        -----
        The acquisition format's rule: HMAC-SHA256 over the very bytes, the 64 hex digits of the signature set to zeros.
        The document (JSON or CBOR) is read only to find the signature and its algorithm.
        """
        hmac_key = Secret.of(hmac_key)  # a traceback that shows variables shows no key
        if original is not None and not isinstance(original, bytes):
            raise UsageError(f"original is the uploaded file's bytes, got {type(original).__name__}.")
        return verified(self.original() if original is None else original, hmac_key)

    def _origin(self, what: str) -> Source:
        if self._source is None:
            raise UsageError(f"The {what} did not come with this result. Fetch it: studio.sample({self.id}).")
        return self._source

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw every axis over time, with its units, or the picture; see `edgekit.plots.signal` and `.image`.

        Audio (units "wav") becomes a spectrogram of its first axis (`edgekit.plots.spectrogram`), unless it is very
        short or not all of its readings came: then it is drawn over time as well.
        """
        from edgekit import plots

        title = " · ".join(filter(None, (self.filename, self.label, self.shown)))
        if self.kind == "image":
            return plots.image(self.image(), ax=ax, title=title)
        signal = self.signal()
        is_audio = set(signal.attrs["units"].values()) == {_AUDIO} and not self.shown
        if is_audio and len(signal) >= plots.SHORTEST and self.interval_ms:
            return plots.spectrogram(signal, ax=ax, title=title)
        return plots.signal(signal, ax=ax, title=title)

    def __repr__(self) -> str:
        name, label, category = map(display.shown, (self.filename, label_lists.in_words(self.info), self.category))
        length = f"{self.length_ms / 1000:g} s" if self.length_ms and self.kind != "image" else self._pixels()
        facts = (repr(name), repr(label), length, category, self.shown)
        return display.fit(f"<Sample {self.id} {' · '.join(filter(None, facts))}>")

    def _repr_html_(self) -> str:
        return display.card(f"Sample {self.id} · {self.filename}", self._facts())

    def _pixels(self) -> str:
        """Return the size of the stored picture; an empty text where the sample is not a picture."""
        size = self.info.image_dimensions
        return f"{size.width} by {size.height} pixels" if size else ""

    def _facts(self) -> dict[str, Any]:
        info = self.info
        frequency = 1000 / self.interval_ms if self.interval_ms else 0
        resampled = spacing(self.payload.interval_ms, self.payload.frequency_hz)
        readings = display.counted(info.values_count, "reading")
        return {
            "label": label_lists.in_words(info),
            "category": self.category,
            "length": f"{self.length_ms / 1000:g} s, {readings} at {frequency:g} Hz"
            if frequency and self.kind != "image"
            else "",
            "size": self._pixels(),
            "resampled": f"by the impulse to {1000 / resampled:g} Hz" if resampled not in (0, self.interval_ms) else "",
            "readings": self.shown,
            "axes": display.listing(f"{s.name} ({s.units})" if s.units != "N/A" else s.name for s in self.sensors),
            "device": info.device_name or info.device_type,
            "metadata": display.listing(
                f"{display.shown(name)}: {value}" for name, value in (info.metadata or {}).items()
            ),
        }


def spacing(interval_ms: float | None, frequency_hz: float | None) -> float:
    """Return the milliseconds between two readings by whichever of the two is known, else 0."""
    if interval_ms and interval_ms > 0:
        return interval_ms
    return 1000 / frequency_hz if frequency_hz and frequency_hz > MIN_HZ else 0


def _table(values: Any, axes: int) -> NDArray[np.float64] | None:
    """Return the payload's values as an array (readings, axes); None where they are not a table of numbers."""
    count = len(values)
    try:
        if count and set(map(len, values)) == {axes}:
            return np.fromiter(chain.from_iterable(values), np.float64, count * axes).reshape(count, axes)
    except (ValueError, TypeError):  # flat, or with nulls
        pass
    try:
        return np.array(values, float).reshape(count, -1 if count else axes)
    except (ValueError, TypeError):
        return None


def _times(count: int, total: int, interval: float) -> pd.Index[Any]:
    """Return when each of `count` readings was; fewer than the `total` are spread evenly over the whole length."""
    step = interval * total / count if 0 < count < total else interval
    times: pd.Index[Any] = pd.Index(np.arange(count) * step, name="time_ms")
    return times


def _shown(count: int, total: int) -> str:
    if not 0 < count < total:
        return ""
    return f"1 reading in {total / count:.3g} shown" if total >= 1.5 * count else f"{count} of {total} readings shown"

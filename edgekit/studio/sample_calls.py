"""The calls about a project's samples: listing them, fetching one, its slices, its picture, its bytes as uploaded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from edgekit import display
from edgekit.errors import StudioError, UsageError
from edgekit.results import label_lists
from edgekit.results.sample import Sample, decoded_image
from edgekit.studio.calls import id_of
from edgekit.studio.impulse_calls import ImpulseCalls
from edgekit.wire import schema
from edgekit.wire.decoding import unpromised

if TYPE_CHECKING:
    from PIL.Image import Image

PAGE = 1000
# A server that does not know the last two says no to them.
CATEGORIES = ("training", "testing", "validation", "post-processing")


class SampleCalls(ImpulseCalls):
    """What `edgekit.Studio` can do with samples before anything classifies them."""

    def samples(
        self, category: str | None = None, labels: str | Iterable[str] | None = None, limit: int | None = None
    ) -> pd.DataFrame:
        """List the project's samples.

        Parameters
        ----------
        category : str, optional
            training, testing, validation or post-processing; all of them without it.
        labels : str or several, optional
            Only samples with this label, or one of these; in object detection with such an object in the picture, and
            "-" finds the pictures without any.
        limit : int, optional
            At most so many.

        Returns
        -------
        DataFrame indexed by sample `id`, ascending: filename, label, category, length_ms, frequency_hz, readings, axes,
        created. In object detection `label` is the list of the labels of the objects in the picture, empty for none.
        Source: ``GET /api/{projectId}/raw-data``, page by page.
        """
        if limit is not None and (not isinstance(limit, int | np.integer) or limit < 0):
            raise UsageError(f"limit is a whole number from 0, got {display.quoted(limit)}.")
        labels = [labels] if isinstance(labels, str) else labels
        if labels is not None and not isinstance(labels, Iterable):
            raise UsageError(f"labels is one label or several, got {display.quoted(labels)}.")
        wanted = None if labels is None else [str(label) for label in labels]
        found: list[schema.SampleInfo] = []
        for name in (category,) if category else CATEGORIES:
            room = None if limit is None else limit - len(found)
            try:
                found += self._listed(name, wanted, room)
            except StudioError as refusal:
                if category or name in CATEGORIES[:2] or refusal.status not in (200, 400):
                    raise
        columns = {
            "id": [s.id for s in found],
            "filename": [s.filename for s in found],
            "label": [label_lists.label(s) for s in found],
            "category": [s.category for s in found],
            "length_ms": [
                s.values_count * s.interval_ms if s.total_length_ms is None else s.total_length_ms for s in found
            ],
            "frequency_hz": [s.frequency for s in found],
            "readings": [s.values_count for s in found],
            "axes": [", ".join(sensor.name for sensor in s.sensors) for s in found],
            "created": [s.created for s in found],
        }
        return pd.DataFrame(columns).set_index("id").sort_index()

    def _listed(self, category: str, labels: list[str] | None, room: int | None) -> list[schema.SampleInfo]:
        here = labels is not None and self._of_objects(category)  # filter here, not there: see `_of_objects`
        found: dict[int, schema.SampleInfo] = {}
        chosen: list[schema.SampleInfo] = []
        while room is None or len(chosen) < room:
            known = len(found)
            page = self._get(
                schema.SamplesResponse,
                "raw-data",
                category=category,
                labels=None if here else labels,
                limit=PAGE if room is None or here else min(PAGE, room - known),
                offset=known,
                sortBy="id-asc",
            )
            found |= {sample.id: sample for sample in page.samples}
            chosen = [s for s in found.values() if not here or label_lists.has(s, labels or [])]
            if not page.samples or len(found) >= page.total_count:
                break
            self._check_progress(known, len(found), "raw-data")
        return chosen[:room]

    def _of_objects(self, category: str) -> bool:
        """Ask whether samples have lists of labels: whether the Studio's filter looks into them is not published."""
        first = self._get(schema.SamplesResponse, "raw-data", category=category, limit=20, offset=0, sortBy="id-asc")
        return any(map(label_lists.labels_objects, first.samples))

    def sample(self, sample: int, *, limit: int | None = None) -> Sample:
        """Fetch one sample with its readings, or with about `limit` of them, spread over its whole length.

        Source: ``GET /api/{projectId}/raw-data/{sampleId}``. See `Sample.shown` for how a part of the readings is told,
        and `slice` for a part that is exact.
        """
        wanted = id_of(sample)
        data = self._get(schema.SampleData, "raw-data", wanted, limitPayloadValues=limit)
        self._check_id("sample", wanted, data.sample.id, f"GET {self._route(('raw-data', wanted))}", "$.sample.id")
        return Sample(data, self)

    def slice(self, sample: int | Sample, start: int, end: int) -> Sample:
        """Fetch the readings [start, end) of a sample, every one of them.

        Time begins at 0 with the first of them. Source: ``GET …/raw-data/{sampleId}/slice``.

        Raises
        ------
        ResponseError
            The server sent only some of them.
        """
        path = ("raw-data", id_of(sample), "slice")
        part = self._get(schema.SampleData, *path, sliceStart=start, sliceEnd=end)
        self._check_id("sample", path[1], part.sample.id, f"GET {self._route(path)}", "$.sample.id")
        count, total = len(part.payload.values), part.total_payload_length or 0
        # the total may be the part's or the whole sample's: too few is what is too few by both
        due = min((length for length in (total, min(end, total) - start) if length > 0), default=0)
        if count < due:
            raise unpromised("GET " + self._route(path), "$.payload.values", f"{count} of {due} readings")
        return Sample(part, self, exact=True)

    def image(self, sample: int | Sample, *, after_input_block: bool = False) -> Image:
        """Fetch the picture of an image sample.

        Parameters
        ----------
        sample : int or Sample
            Which sample.
        after_input_block : bool
            Scaled and cropped by the impulse's input block: the frame in which boxes and grids of results live.

        Returns
        -------
        PIL.Image.Image. Source: ``GET …/raw-data/{sampleId}/image``.
        """
        path = ("raw-data", id_of(sample), "image")
        source = "GET " + self._route(path)
        return decoded_image(self._bytes(*path, afterInputBlock=after_input_block or None), source)

    def original(self, sample: int | Sample) -> bytes:
        """Fetch a sample's bytes as they were uploaded (CBOR or JSON). Source: ``GET …/raw-data/{sampleId}/raw``."""
        return self._bytes("raw-data", id_of(sample), "raw")

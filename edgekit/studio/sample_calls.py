"""The calls about a project's samples: listing them, fetching one, its slices, its picture, its bytes as uploaded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import pandas as pd

from edgekit import display, progress
from edgekit.arguments import are_several, flag, text, whole
from edgekit.errors import StudioError, UsageError
from edgekit.results import label_lists
from edgekit.results.sample import Sample
from edgekit.results.uploaded import decoded_image
from edgekit.studio.calls import Calls, id_of
from edgekit.wire import schema
from edgekit.wire.decoding import unpromised

if TYPE_CHECKING:
    from PIL.Image import Image

PAGE = 1000
# A server that does not know the last two says no to them.
CATEGORIES = ("training", "testing", "validation", "post-processing")


def listed(
    calls: Calls, category: str | None = None, labels: str | Iterable[str] | None = None, limit: int | None = None
) -> pd.DataFrame:
    """List the project's samples; see `edgekit.Studio.samples`."""
    limit = None if limit is None else whole("limit", limit, 0)
    category = None if category is None else text("category", category)
    labels = [labels] if isinstance(labels, str) else labels
    if labels is not None and not are_several(labels):
        raise UsageError(f"labels is one label or several, got {display.quoted(labels)}.")
    wanted = None if labels is None else [str(label) for label in labels]
    found: list[schema.SampleInfo] = []
    for name in (category,) if category else CATEGORIES:
        room = None if limit is None else limit - len(found)
        try:
            found += _listed(calls, name, wanted, room)
        except StudioError as refusal:
            if category or not _unknown(name, refusal):
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
    table = pd.DataFrame(columns)
    if not found:  # pandas has nothing to tell the types from
        texts = ("filename", "label", "category", "axes", "created")
        table = table.astype({"id": "int64", "readings": "int64"} | dict.fromkeys(texts, "str"))
    return table.set_index("id").sort_index()


def listed_ids(calls: Calls) -> list[int]:
    """Return the ids of all samples of the project, ascending: no more is kept of a hundred thousand of them."""
    found: set[int] = set()
    for category in CATEGORIES:
        before = len(found)
        try:
            for page in _pages(calls, category):
                found |= {sample.id for sample in page}
        except StudioError as refusal:
            if len(found) > before or not _unknown(category, refusal):
                raise
    return sorted(found)


def _unknown(category: str, refusal: StudioError) -> bool:
    """Say whether a server refused a category because it is an older one that does not know it."""
    return category not in CATEGORIES[:2] and refusal.status in (200, 400)


def _listed(calls: Calls, category: str, labels: list[str] | None, room: int | None) -> list[schema.SampleInfo]:
    if room == 0:
        return []
    here = labels is not None and _of_objects(calls, category)  # filter here, not there: see `_of_objects`
    chosen: list[schema.SampleInfo] = []
    for page in _pages(calls, category, None if here else labels, None if here else room):
        chosen += [s for s in page if not here or label_lists.has(s, labels or [])]
        if room is not None and len(chosen) >= room:
            break
    return chosen[:room]


def _pages(
    calls: Calls, category: str, labels: list[str] | None = None, most: int | None = None
) -> Iterator[list[schema.SampleInfo]]:
    """Yield the samples of a category page by page, each sample once, up to `most`; with a progress bar."""
    seen: set[int] = set()
    with progress.bar(desc=f"list {category}", unit="sample", leave=False) as bar:
        while most is None or len(seen) < most:
            known = len(seen)
            page = calls.get(
                schema.SamplesResponse,
                "raw-data",
                category=category,
                labels=labels,
                limit=PAGE if most is None else min(PAGE, most - known),
                offset=known,
                sortBy="id-asc",
            )
            fresh = {sample.id: sample for sample in page.samples if sample.id not in seen}
            seen |= set(fresh)
            bar.total = page.total_count if most is None else min(page.total_count, most)
            bar.update(len(fresh))
            yield list(fresh.values())
            if not page.samples or len(seen) >= page.total_count:
                return
            calls.check_progress(known, len(seen), "raw-data")


def _of_objects(calls: Calls, category: str) -> bool:
    """Ask whether samples have lists of labels: whether the Studio's filter looks into them is not published."""
    first = calls.get(schema.SamplesResponse, "raw-data", category=category, limit=20, offset=0, sortBy="id-asc")
    return any(map(label_lists.labels_objects, first.samples))


def fetched(calls: Calls, sample: int | Sample, *, limit: int | None = None) -> schema.SampleData:
    """Fetch one sample, whole or about `limit` of its readings; see `edgekit.Studio.sample`."""
    wanted, limit = id_of(sample), None if limit is None else whole("limit", limit, 0)
    data = calls.get(schema.SampleData, "raw-data", wanted, limitPayloadValues=limit, **calls.of_impulse)
    calls.check_id("sample", wanted, data.sample.id, f"GET {calls.route(('raw-data', wanted))}", "$.sample.id")
    return data


def part(calls: Calls, sample: int | Sample, start: int, end: int) -> schema.SampleData:
    """Fetch the readings [start, end) of a sample, every one of them; see `edgekit.Studio.slice`."""
    path = ("raw-data", id_of(sample), "slice")
    start, end = whole("start", start, 0), whole("end", end, 0)
    part = calls.get(schema.SampleData, *path, sliceStart=start, sliceEnd=end, **calls.of_impulse)
    calls.check_id("sample", path[1], part.sample.id, f"GET {calls.route(path)}", "$.sample.id")
    count, total = part.payload.count(), part.total_payload_length or 0
    # the total may be the part's or the whole sample's: too few is what is too few by both
    due = min((length for length in (total, min(end, total) - start) if length > 0), default=0)
    if count < due:
        raise unpromised("GET " + calls.route(path), "$.payload.values", f"{count} of {due} readings")
    return part


def image(calls: Calls, sample: int | Sample, *, after_input_block: bool = False) -> Image:
    """Fetch the picture of an image sample; see `edgekit.Studio.image`."""
    path = ("raw-data", id_of(sample), "image")
    source = "GET " + calls.route(path)
    seen = flag("after_input_block", after_input_block)
    return decoded_image(calls.file(*path, afterInputBlock=seen or None, **calls.of_impulse), source)


def input_picture(calls: Calls, sample: int) -> bytes:
    """Fetch the picture of an image sample as it goes into the model; PNG or JPEG, as it came."""
    return calls.file("raw-data", id_of(sample), "image", afterInputBlock=True, **calls.of_impulse)


def original(calls: Calls, sample: int | Sample) -> bytes:
    """Fetch a sample's bytes as they were uploaded; see `edgekit.Studio.original`."""
    return calls.file("raw-data", id_of(sample), "raw")

"""A sample: its description and its values."""

from __future__ import annotations

from typing import Any, ClassVar

from msgspec import field

from edgekit.wire.grids import Grid, grid_of_json
from edgekit.wire.lazy import Lazy, LazyField
from edgekit.wire.schema.base import Answer, Api, Count, LazyApi, Number
from edgekit.wire.secret import Secret


class Sensor(Api):
    """One axis of a sample: its name and its units (SenML, though "N/A" occurs; audio has "wav", images "rgba")."""

    name: str
    units: str


class StructuredLabel(Api, gc=False, omit_defaults=True):
    """A label over a range of indices; `end_index` is inclusive. `label_map`: see `edgekit.wire.label_maps`."""

    start_index: Count
    end_index: Count
    label: str
    label_map: Any = None


class BoundingBox(Api):
    """A ground-truth box in absolute pixels of the stored image; x, y is the top left corner."""

    label: str
    x: Number
    y: Number
    width: Number
    height: Number


class ImageDimensions(Api):
    """Width and height of the stored image in pixels."""

    width: Count
    height: Count


class SampleInfo(Api, kw_only=True):
    """A sample without its values: ``sample.sample`` of a classification, one row of a listing."""

    id: int
    filename: str
    category: str
    label: str
    interval_ms: Number
    frequency: Number
    sensors: list[Sensor]
    values_count: Count
    signature_validate: bool | None = None
    signature_method: str | None = None
    signature_key: Secret | None = None
    created: str | None = None
    last_modified: str | None = None
    added: str | None = None
    coldstorage_filename: str | None = None
    original_interval_ms: Number | None = None
    original_frequency: Number | None = None
    device_name: str | None = None
    device_type: str | None = None
    total_length_ms: Number | None = None
    bounding_boxes: list[BoundingBox] | None = None
    bounding_boxes_type: str | None = None
    chart_type: str | None = None
    thumbnail_video: str | None = None
    thumbnail_video_full: str | None = None
    video_url: str | None = None
    video_url_full: str | None = None
    is_disabled: bool | None = None
    is_processing: bool | None = None
    processing_job_id: int | None = None
    processing_error: bool | None = None
    processing_error_string: str | None = None
    is_cropped: bool | None = None
    metadata: dict[str, Any] | None = None
    project_id: int | None = None
    project_owner_name: str | None = None
    project_name: str | None = None
    project_labeling_method: str | None = None
    sha256_hash: str | None = None
    structured_labels: list[StructuredLabel] | None = None
    structured_labels_list: list[str] | None = None
    created_by_synthetic_data_job_id: int | None = None
    image_dimensions: ImageDimensions | None = None
    datastreams: list[Any] | None = None
    label_map: Any = None
    last_updated_by: Any = None


Values = list[list[float | str | None] | float | str | None]


class Payload(LazyApi, kw_only=True, dict=True):
    """The values of a sample: one list a reading, one value an axis (flat for a single sensor)."""

    lazy: ClassVar[tuple[str, ...]] = ("values",)

    device_type: str | None = field(name="device_type", default=None)
    device_name: str | None = field(name="device_name", default=None)
    sensors: list[Sensor]
    values: Lazy[Values]
    crop_start: int | None = None
    crop_end: int | None = None
    interval_ms: Number | None = None
    frequency_hz: Number | None = None

    def __post_init__(self) -> None:
        self._table: Grid | None = None
        json = _VALUES.json(self)
        if json is not None and not _are_numbers(bytes(json)):
            _VALUES.checked(self)

    def table(self) -> Grid | None:
        """Return the readings as an array (readings, axes), not to be written to.

        None where they are no rows of as many numbers, and where `values` was asked for: it may have been changed.
        """
        json = _VALUES.json(self)
        if json is None:
            return None
        if self._table is None:
            self._table = grid_of_json(json)
        return self._table

    def count(self) -> int:
        """Say how many readings there are, without decoding them."""
        held = _VALUES.json(self)
        if held is None:
            return len(self.values)
        if self._table is not None:
            return len(self._table)
        json = bytes(held)
        rows = json.count(b"[") - 1
        return rows or (json.count(b",") + 1 if json.strip(b"[] \n\r\t") else 0)


_VALUES: LazyField[Values] = LazyField(Payload, "values", Values)
_NUMBERS = b"0123456789.eE+-, \n\r\tnul"  # what lists of numbers and nulls consist of, but for their brackets
_DIGITS = bytes.maketrans(b"123456789", b"0" * 9)
_LONG = 308  # digits: a longer number may be one that no float holds


def _are_numbers(json: bytes) -> bool:
    """Say whether this is a list of numbers and of lists of numbers; that it is JSON is known.

    A number may be null. False as well where a number might be too large for a float: by its exponent or its digits.
    """
    if b"E" in json or (b"e" in json and json.count(b"e") != json.count(b"e-")):
        return False
    if b"0" * (_LONG // 4) in json[::4].translate(_DIGITS):  # so many digits in a row have every fourth among them
        return False
    brackets = json.translate(None, _NUMBERS)
    return brackets == b"[" + b"[]" * (len(brackets) // 2 - 1) + b"]"


class DatastreamPayload(Api, kw_only=True):
    """The values of one datastream of a sample (newer servers); `index` is its place in ``sample.datastreams``."""

    index: int
    payload: Payload
    total_payload_length: Count | None = None


class SampleData(Answer, kw_only=True):
    """A sample with its values: ``sample`` of a classification."""

    sample: SampleInfo
    payload: Payload
    total_payload_length: Count | None = None
    datastream_payloads: list[DatastreamPayload] | None = None

    def lazy_parts(self) -> list[LazyApi]:
        """Return the structs in it of which fields are JSON until they are asked for."""
        return [self.payload, *(stream.payload for stream in self.datastream_payloads or ())]

"""What a classify call answers."""

from __future__ import annotations

from typing import Any, ClassVar

from msgspec import Raw, field

from edgekit.table_words import SCORE
from edgekit.wire.grids import Grid, grid_of_json
from edgekit.wire.label_maps import keys_of, scores_of_key
from edgekit.wire.lazy import Lazy, LazyField
from edgekit.wire.ranges import LabelRanges, ranges_of_json, ranges_of_structs
from edgekit.wire.schema.base import Answer, Api, LazyApi, Number
from edgekit.wire.schema.samples import SampleData, StructuredLabel
from edgekit.wire.scores import Scores, scores_of_json, scores_of_rows


class LearnBlock(Api, kw_only=True):
    """A trained model of the impulse. `type`: anomaly (K-means), anomaly-gmm, keras, keras-object-detection, …"""

    id: int
    type: str
    name: str
    title: str
    dsp: list[int]
    created_by: str | None = None
    created_at: str | None = None


class DropdownOption(Api):
    """One of the values a threshold offers, and what it means."""

    value: float | str | None = None
    description: str | None = None


class Threshold(Api, kw_only=True):
    """A configurable threshold of a block; newer servers also send strings as `value`."""

    key: str
    value: float | str | None
    description: str = ""
    help_text: str = ""
    suggested_value: float | str | None = None
    suggested_value_text: str | None = None
    dropdown_options: list[DropdownOption] | None = None


class AnomalyBox(Api, kw_only=True):
    """A box of a visual anomaly, ratios 0..1 of the image, x, y the top left corner."""

    label: str
    x: float
    y: float
    width: float
    height: float
    score: float


Cells = list[list[float | None]]


class AnomalyResult(LazyApi, kw_only=True, dict=True):
    """Visual anomaly of one window: the (n, n) grid of scores as [row][column], their mean and max, the boxes."""

    lazy: ClassVar[tuple[str, ...]] = ("scores",)

    boxes: list[AnomalyBox] | None = None
    scores: Lazy[Cells | None] = None
    mean_score: float | None = None
    max_score: float | None = None

    def __post_init__(self) -> None:
        json = _CELLS.json(self)
        self._grid = None if json is None else grid_of_json(json)
        if json is not None and self._grid is None:
            _CELLS.checked(self)

    def grid(self) -> Grid | None:
        """Return the scores as an array; None where rows differ in length, a score is null, or there is none."""
        return self._grid if _CELLS.json(self) is not None else None


_CELLS: LazyField[Cells | None] = LazyField(AnomalyResult, "scores", Cells | None)


class StructuredResult(Api, kw_only=True):
    """Object detection of one window; `boxes` are (x, y, width, height), `debug_info_json` a JSON document."""

    boxes: list[list[float]]
    scores: list[float]
    labels: list[str] | None = None
    m_ap: float | None = field(name="mAP", default=None)
    f1: float | None = None
    precision: float | None = None
    recall: float | None = None
    debug_info_json: str | None = None


class Details(Api, kw_only=True):
    """The raw output of a detection model for one window; `boxes` are (ymin, xmin, ymax, xmax), ratios 0..1."""

    boxes: list[list[float]] | None = None
    labels: list[float] | None = None
    scores: list[float] | None = None
    m_ap: float | None = field(name="mAP", default=None)
    f1: float | None = None


Windows = list[dict[str, float | None]]
OUTCOMES = ("anomaly", "no anomaly")  # the API's words in ``expectedAnomalyOutcome``


class Classification(LazyApi, kw_only=True, dict=True):
    """What one learn block says of a sample: `result` holds a name → number dict per window."""

    lazy: ClassVar[tuple[str, ...]] = ("result", "expected_labels", "expected_anomaly_outcome")

    learn_block: LearnBlock
    result: Lazy[Windows]
    expected_labels: Lazy[list[StructuredLabel]] = field(default_factory=list)
    thresholds: list[Threshold] = field(default_factory=list)
    minimum_confidence_rating: float | None = None
    anomaly_result: list[AnomalyResult] | None = None
    structured_result: list[StructuredResult] | None = None
    details: list[Details] | None = None
    object_detection_last_layer: str | None = None
    expected_anomaly_outcome: Lazy[list[StructuredLabel] | None] = None
    is_multi_label: bool | None = None
    interval_ms: Number | None = None
    frequency_hz: Number | None = None
    label_map_result: list[Any] | None = None
    label_map_scores: list[Any] | None = None
    result_count: int | None = None

    def __post_init__(self) -> None:
        json = _RESULT.json(self)
        self._scores = None if json is None else scores_of_json(json)
        if json is not None and self._scores is None:
            _RESULT.checked(self)
        json = _EXPECTED.json(self)
        labels = self._scores.columns.keys() - {SCORE} if self._scores else ()
        self._ranges = None if json is None else ranges_of_json(json, labels)
        if json is not None and self._ranges is None:
            _EXPECTED.checked(self)
        json = _OUTCOMES.json(self)
        self._outcomes = None if json is None else ranges_of_json(json, OUTCOMES)
        if json is not None and self._outcomes is None:
            _OUTCOMES.checked(self)

    def lazy_parts(self) -> list[LazyApi]:
        """Return itself, and the structs in it, of which fields are JSON until they are asked for."""
        return [self, *(self.anomaly_result or ())]

    def scores(self, key: str | None = None) -> Scores:
        """Return the scores as arrays; where `result` was asked for, of what it is now: it may have been changed.

        Of structured labels (see `keys`) the columns are those of one `key`, or of all, called "key: label".
        """
        windows, columns = self._given()
        if key is not None:
            return scores_of_key(self.label_map_scores, self.label_map_result, key)
        if columns or not (keys := self.keys()):
            return Scores(windows, columns)
        found = [(name, self.scores(name)) for name in keys]
        together = {f"{name}: {label}": values for name, of in found for label, values in of.columns.items()}
        return Scores(found[0][1].windows, together)

    def keys(self) -> list[str]:
        """Return the keys of structured labels, each with labels of its own; none where a window has one label."""
        return [] if self._given().columns else keys_of(self.label_map_scores, self.label_map_result)

    def _given(self) -> Scores:
        if _RESULT.json(self) is None or self._scores is None:
            return scores_of_rows(self.result)
        return self._scores

    def expected_ranges(self) -> LabelRanges:
        """Return `expected_labels` as arrays; where they were asked for, of what they are now."""
        if _EXPECTED.json(self) is None or self._ranges is None:
            return ranges_of_structs(self.expected_labels)
        return self._ranges

    def outcome_ranges(self) -> LabelRanges:
        """Return `expected_anomaly_outcome` as arrays, as `expected_ranges` does."""
        if _OUTCOMES.json(self) is None or self._outcomes is None:
            return ranges_of_structs(self.expected_anomaly_outcome or [])
        return self._outcomes


_RESULT: LazyField[Windows] = LazyField(Classification, "result", Windows)
_EXPECTED: LazyField[list[StructuredLabel]] = LazyField(Classification, "expected_labels", list[StructuredLabel])
_OUTCOMES: LazyField[list[StructuredLabel] | None] = LazyField(
    Classification, "expected_anomaly_outcome", list[StructuredLabel] | None
)


class ClassifyResponse(Api, kw_only=True):
    """The answer of every classify call: one `Classification` per learn block, and the sample itself."""

    success: bool
    classifications: list[Classification]
    sample: SampleData
    window_size_ms: Number
    window_increase_ms: Number
    already_in_database: bool | None = None
    error: str | None = None
    warning: str | None = None
    edgekit: Raw = Raw(b"null")  # not the API's: what `ClassifyResult.save` puts beside the answer

    def lazy_parts(self) -> list[LazyApi]:
        """Return the structs in it of which fields are JSON until they are asked for."""
        return [*self.sample.lazy_parts(), *(part for block in self.classifications for part in block.lazy_parts())]


class VariantResult(Api):
    """What one variant of the models says."""

    variant: str
    classifications: list[Classification]


class VariantsResponse(Answer, kw_only=True):
    """The answer of ``POST …/classify/v2/{sampleId}/variants``."""

    results: list[VariantResult]
    sample: SampleData
    window_size_ms: Number
    window_increase_ms: Number

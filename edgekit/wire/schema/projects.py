"""What the other calls answer: project, impulse, jobs, model testing, what is behind a score."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import field

from edgekit import display
from edgekit.wire.schema.base import Answer, Api, Count, Described, Number
from edgekit.wire.schema.classification import AnomalyBox, Classification, LearnBlock, Threshold
from edgekit.wire.schema.samples import SampleInfo


class ModelResult(Api):
    """What model testing says of one sample; the sample comes without its values."""

    sample_id: Count
    sample: SampleInfo
    classifications: list[Classification]


class ModelPrediction(Api, kw_only=True):
    """Model testing's verdict on one window (or image)."""

    sample_id: Count
    start_ms: Number
    end_ms: Number
    prediction: str
    label: str | None = None
    prediction_correct: bool | None = None
    expected_anomaly_outcome: str | None = None
    f1_score: float | None = None
    anomaly_scores: list[list[float | None]] | None = None
    bounding_boxes: list[AnomalyBox] | None = None


class ModelTestingPage(Answer, kw_only=True):
    """One page of ``GET …/classify/all/result/page``, in samples."""

    result: list[ModelResult]
    predictions: list[ModelPrediction]
    total_count: int


class GoodAndBad(Api):
    """How many windows (or objects) model testing found right and wrong."""

    good: Number
    bad: Number


class TestingAccuracy(Api, kw_only=True):
    """How good model testing found the models; the scores are shares 0..1."""

    total_summary: GoodAndBad | None = None
    summary_per_class: dict[str, GoodAndBad] = field(default_factory=dict)
    confusion_matrix_values: dict[str, dict[str, Number | None]] = field(default_factory=dict)
    all_labels: list[str] = field(default_factory=list)
    accuracy_score: float | None = None
    balanced_accuracy_score: float | None = None
    anomaly_accuracy_score: float | None = None
    no_anomaly_accuracy_score: float | None = None
    mse_score: float | None = None


class AdditionalMetric(Api, kw_only=True):
    """A figure of a learn block: `value` as the Studio shows it, `full_precision_value` as a number."""

    name: str
    value: Any = None
    full_precision_value: float | None = None


class BlockMetrics(Api, kw_only=True):
    """The figures of one learn block."""

    learn_block_id: int
    learn_block_name: str = ""
    additional_metrics: list[AdditionalMetric] = field(default_factory=list)


class ModelTestingSummary(Answer, kw_only=True):
    """What edgekit reads of ``GET …/classify/all/result``: how good the models are, or why there are no results."""

    no_results_because_thresholds_changed: Any = None
    accuracy: TestingAccuracy | None = None
    additional_metrics_by_learn_block: list[BlockMetrics] = field(default_factory=list)
    available_variants: list[str] = field(default_factory=list)


class ThresholdsSet(Answer, kw_only=True):
    """What ``POST …/impulse/{impulseId}/set-thresholds`` answers: what became of model testing."""

    had_model_testing_results: bool | None = None
    regenerate_model_testing_status: str | None = None


class Refusal(Answer, kw_only=True):
    """What an application error looks like: HTTP 200 with ``success: false``."""

    error: Any = None


class JobStarted(Answer, kw_only=True):
    """The other answer of a V2 call: the `id` of a job instead of a result (left undecoded here)."""

    id: int | None = None
    classifications: msgspec.Raw = msgspec.Raw()
    results: msgspec.Raw = msgspec.Raw()  # of several variants


class Project(Api):
    """The project a key belongs to."""

    id: int
    name: str
    owner: str | None = None


class ProjectsResponse(Answer, kw_only=True):
    """``GET /api/projects``: a project key sees its one project."""

    projects: list[Project]


class AnomalyLabels(Api):
    """Which labels the project calls anomalous, and which normal."""

    anomaly_labels: list[str] | None = None
    no_anomaly_labels: list[str] | None = None


class ProjectInfo(Answer, kw_only=True):
    """``GET /api/{projectId}``, of which edgekit reads what newer servers say of labels."""

    anomaly_labels_config: AnomalyLabels | None = None


class SamplesResponse(Answer, kw_only=True):
    """One page of ``GET /api/{projectId}/raw-data``."""

    samples: list[SampleInfo]
    total_count: int


class LabelingMethod(Api, kw_only=True):
    """How an input block labels a window with several labels; see `edgekit.results.expected.Method`."""

    type: str
    labels: list[str] | None = None
    min_percentage: Number | None = None


class InputBlock(Api, kw_only=True):
    """How the impulse cuts windows (time series) or scales images."""

    id: int
    type: str
    name: str
    title: str
    window_size_ms: Number | None = None
    window_increase_ms: Number | None = None
    classification_window_increase_ms: Number | None = None
    frequency_hz: float | None = None
    pad_zeros: bool | None = None
    labeling_method_multi_label: LabelingMethod | None = None
    image_width: int | None = None
    image_height: int | None = None
    resize_mode: str | None = None

    def in_words(self) -> str:
        """Say what it makes of a sample."""
        parts = []
        if self.window_size_ms is not None:
            every = "" if self.window_increase_ms is None else f" every {self.window_increase_ms:.10g} ms"
            parts.append(f"windows of {self.window_size_ms:.10g} ms{every}")
        if self.classification_window_increase_ms is not None:
            parts.append(f"every {self.classification_window_increase_ms:.10g} ms to classify")
        if self.frequency_hz:
            parts.append(f"{self.frequency_hz:.6g} Hz")
        if self.image_width is not None and self.image_height is not None:
            parts.append(f"{self.image_width} by {self.image_height} pixels")
        if self.resize_mode:
            parts.append(self.resize_mode)
        return _told(self.type, ", ".join(parts))


class DspBlock(Api, kw_only=True):
    """A processing block: from the axes of a window to features."""

    id: int
    type: str
    name: str
    title: str
    axes: list[str]
    values_per_axis: int | None = None
    input: int | None = None

    def in_words(self) -> str:
        """Say what it takes and how much it makes of it."""
        axes = display.listing(self.axes)
        if self.values_per_axis is None:
            return _told(self.type, axes)
        of = "of each of " if len(self.axes) > 1 else "of "
        return f"{self.type}: {display.counted(self.values_per_axis, 'feature')} {of}{axes}"


def _told(kind: str, more: str) -> str:
    return f"{kind}: {more}" if more else kind


class Impulse(Described, kw_only=True):
    """Input blocks → DSP blocks → learn blocks."""

    id: int | None = None
    name: str = ""
    input_blocks: list[InputBlock]
    dsp_blocks: list[DspBlock]
    learn_blocks: list[LearnBlock]

    def _headline(self) -> str:
        return " ".join(["Impulse", *([f"{self.id}"] if self.id is not None else []), repr(self.name)])

    def _facts(self) -> Iterator[tuple[str, str]]:
        for block in self.input_blocks:
            yield f"input {block.id}", block.in_words()
        for step in self.dsp_blocks:
            yield f"dsp {step.id}", step.in_words()
        for learn in self.learn_blocks:
            yield f"learn {learn.id}", _told(learn.type, learn.title)


class ImpulseResponse(Answer, kw_only=True):
    """``GET /api/{projectId}/impulse``; no `impulse` where none was made yet."""

    impulse: Impulse | None = None


class ImpulsesResponse(Answer, kw_only=True):
    """``GET /api/{projectId}/impulses``: all of them."""

    impulses: list[Impulse]


class ImpulseMetric(Api, kw_only=True):
    """What is known of an impulse in one figure or word."""

    name: str
    title: str | None = None
    value: Any = None


class DetailedImpulse(Api, kw_only=True):
    """An impulse, its figures, and whether it can be used."""

    impulse: Impulse
    metrics: list[ImpulseMetric] = field(default_factory=list)
    is_stale: bool | None = None
    complete: bool | None = None


class DetailedImpulsesResponse(Answer, kw_only=True):
    """``GET /api/{projectId}/impulses-detailed``."""

    impulses: list[DetailedImpulse]


class Job(Api, kw_only=True):
    """A job; while it runs `finished` and `finished_successful` are absent. `finished` is a date, or true."""

    id: int
    category: str = ""
    finished: str | bool | None = None
    finished_successful: bool | None = None


class JobResponse(Answer, kw_only=True):
    """``GET /api/{projectId}/jobs/{jobId}/status``."""

    job: Job


class LogLine(Api, kw_only=True):
    """One line per job printed."""

    data: str
    log_level: str | None = None


class LogResponse(Answer, kw_only=True):
    """``GET /api/{projectId}/jobs/{jobId}/stdout``, newest first, the last 1,000 lines."""

    stdout: list[LogLine]
    total_count: int | None = None


class GmmParameters(Answer, kw_only=True):
    """``GET …/training/anomaly/{learnId}/gmm/metadata``: means (n, m), covariances (n, m, m), weights (n,)."""

    means: list[list[float]]
    covariances: list[list[list[float]]]
    weights: list[float]


class Cluster(Api):
    """A K-means cluster in scaled feature space; `max_error` is its radius."""

    center: list[float]
    max_error: float


class AnomalyMetadata(Answer, Described, kw_only=True):
    """``GET …/training/anomaly/{learnId}/metadata``. For a GMM block `mean` and `scale` scale the log-likelihood."""

    mean: list[float]
    scale: list[float]
    axes: list[Count]
    clusters: list[Cluster] = field(default_factory=list)
    thresholds: list[Threshold] = field(default_factory=list)
    default_minimum_confidence_rating: float | None = None

    def _facts(self) -> Iterator[tuple[str, str]]:
        yield "axes", f"features {display.listing(self.axes)}"
        yield "mean", display.listing(f"{value:.4g}" for value in self.mean)
        yield "scale", display.listing(f"{value:.4g}" for value in self.scale)
        if self.clusters:
            radii = [cluster.max_error for cluster in self.clusters]
            yield "clusters", f"{len(radii)}, largest distance {min(radii):.4g} to {max(radii):.4g}"
        for threshold in self.thresholds:
            told = "" if threshold.suggested_value is None else f" (suggested: {threshold.suggested_value})"
            yield threshold.key, f"{threshold.value}{told}"


class BlockMetadata(Answer, kw_only=True):
    """What edgekit reads of every block's metadata, ``GET …/training/keras|anomaly/{learnId}/metadata``."""

    thresholds: list[Threshold] = field(default_factory=list)

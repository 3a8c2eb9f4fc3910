"""What the calls answer that give features: of a sample, of a whole set, and where the data explorer lays a window."""

from __future__ import annotations

from msgspec import field

from edgekit.wire.schema.base import Answer, Api, Count


class FeatureWindowSample(Api, kw_only=True):
    """Where a feature row comes from."""

    id: int
    start_ms: float
    end_ms: float
    category: str | None = None


class FeatureWindow(Api, kw_only=True):
    """The features of one window."""

    values: list[float | None] = field(name="X")
    y_label: str = ""
    sample: FeatureWindowSample | None = None


class FeaturesResponse(Answer, kw_only=True):
    """``GET …/dsp/{dspId}/features/get-graph/classification/{sampleId}``."""

    data: list[FeatureWindow]
    skip_first_features: Count = 0


class FeatureLabelsResponse(Answer, kw_only=True):
    """``GET …/dsp/{dspId}/features/labels``."""

    labels: list[str]


class GraphWindow(Api):
    """Some features of one window, by index; `structured_y_label` has the labels of a label map by key."""

    values: dict[str, float | None] = field(name="X")
    y_label: str = ""
    structured_y_label: dict[str, str] | None = None
    sample: FeatureWindowSample | None = None


class FeatureGraphResponse(Answer, kw_only=True):
    """``GET …/dsp/{dspId}/features/get-graph/{category}``: three features of every window of a set."""

    data: list[GraphWindow]
    total_sample_count: Count | None = None
    skip_first_features: Count = 0


class FeatureMapResponse(Answer, kw_only=True):
    """``GET …/data-explorer/features``: two numbers of every window of all sets, by which they lie side by side."""

    has_features: bool = True
    data: list[GraphWindow]

"""What a DSP block makes of a sample, and of a whole set in few calls; where the data explorer lays each window."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edgekit import progress
from edgekit.arguments import choice
from edgekit.errors import EdgekitError, NotFoundError, ResponseError, StudioError, UsageError
from edgekit.results.features import Features, HasMap, table_of
from edgekit.results.sample import Sample
from edgekit.studio import impulse_calls
from edgekit.studio.calls import Calls, id_of
from edgekit.studio.sample_calls import CATEGORIES
from edgekit.wire import schema
from edgekit.wire.decoding import unpromised

Path = tuple[str | int, ...]
_TOGETHER = 3  # features that one call for a whole set gives
_NEAR = 1e-3  # relative: the file holds float32, the other call more digits


def features(calls: Calls, sample: int | Sample, dsp: int) -> pd.DataFrame:
    """Return what a DSP block makes of a sample; see `edgekit.Studio.features`."""
    path = ("dsp", id_of(dsp), "features")
    answer = calls.get(schema.FeaturesResponse, *path, "get-graph", "classification", id_of(sample))
    call = "GET " + calls.route((*path, "get-graph", "classification", id_of(sample)))
    for i, row in enumerate(answer.data):
        if row.sample is not None:
            calls.check_id("sample", id_of(sample), row.sample.id, call, f"$.data[{i}].sample.id")
    rows = [row.values[max(answer.skip_first_features, 0) :] for row in answer.data]
    if odd := [i for i, row in enumerate(rows) if len(row) != len(rows[0])]:
        raise unpromised(call, f"$.data[{odd[0]}].X", "another number of features than in the first window")
    names, width = _names(calls, id_of(dsp)), len(rows[0]) if rows else 0
    columns = names if len(names) == width else _numbered(width)
    return pd.DataFrame(rows, columns=columns, dtype=float).rename_axis(index="window")


def _names(calls: Calls, dsp: int) -> list[str]:
    """Return the names of a DSP block's features; none where the server does not tell."""
    try:
        return calls.get(schema.FeatureLabelsResponse, "dsp", dsp, "features", "labels").labels
    except EdgekitError:
        return []  # a block without names still has features


def _numbered(width: int) -> list[str]:
    return [f"feature {i}" for i in range(width)]


def set_features(calls: Calls, source: HasMap, category: str, dsp: int | None) -> Features:
    """Return what a DSP block makes of every window of a set; see `edgekit.Studio.set_features`."""
    choice("category", category, CATEGORIES)
    number = _only_dsp(calls) if dsp is None else id_of(dsp)
    path: Path = ("dsp", number, "features", "get-graph", category)
    names = _names(calls, number)
    few = [min(axis, len(names) - 1) for axis in range(_TOGETHER)] if names else list(range(_TOGETHER))
    first = _graph(calls, path, few)
    if not first.data:
        raise NotFoundError(
            f"GET {calls.route(path)}: no window of {category} has features of DSP block {number}. Generate features "
            f"in the Studio first, or take another category: {', '.join(CATEGORIES)}."
        )
    skipped = max(first.skip_first_features, 0)
    if skipped:  # the Studio's own dimensionality reduction stands before the features
        first = _graph(calls, path, [skipped + axis for axis in few])
    windows = table_of(first.data, "GET " + calls.route(path))
    some = _columns(first)
    values = _from_file(calls, number, category, some)
    if values is None:
        values = _three_by_three(calls, path, len(names), skipped=skipped, first=some, windows=windows)
    columns = names if len(names) == values.shape[1] else _numbered(values.shape[1])
    order = windows.sort_values(["sample", "start_ms"], kind="stable").index.to_numpy()
    table = pd.DataFrame(values[order], columns=columns)
    found = windows.iloc[order].reset_index(drop=True)
    return Features(
        found, table, category=category, dsp=number, total=first.total_sample_count or len(found), source=source,
        received=calls.now(),
    )  # fmt: skip


def feature_map(calls: Calls, block: int | None) -> pd.DataFrame | None:
    """Return where the Studio's data explorer lays each window; see `edgekit.Studio.feature_map`."""
    path: Path = ("data-explorer", "features")
    path = ("raw-data", *path) if block is None else ("training", "keras", id_of(block), *path)
    try:
        answer = calls.get(schema.FeatureMapResponse, *path)
    except (NotFoundError, StudioError):
        return None
    if not answer.has_features or not answer.data:
        return None
    call = "GET " + calls.route(path)
    table = table_of(answer.data, call)
    table["category"] = [None if row.sample is None else row.sample.category for row in answer.data]
    for name, index in (("x", "0"), ("y", "1")):
        found = [row.values.get(index) for row in answer.data]
        table[name] = np.array([np.nan if value is None else value for value in found], float)
    return table


def _only_dsp(calls: Calls) -> int:
    have = impulse_calls.impulse(calls).dsp_blocks
    if len(have) == 1:
        return have[0].id
    listed = ", ".join(f"{block.id} ({block.title!r})" for block in have) or "none"
    raise UsageError(f"Which DSP block is meant? There are: {listed}. Ask by id: dsp=…")


def _graph(calls: Calls, path: Path, axes: Sequence[int]) -> schema.FeatureGraphResponse:
    asked = {f"featureAx{number}": axis for number, axis in enumerate(axes, start=1)}
    return calls.get(schema.FeatureGraphResponse, *path, **asked)


def _columns(answer: schema.FeatureGraphResponse) -> NDArray[np.float64]:
    """Return the features of an answer, (windows, as many as came), in the order of their indices."""
    indices = sorted({index for row in answer.data for index in row.values}, key=_as_number)
    found = [[row.values.get(index) for index in indices] for row in answer.data]
    return np.array(found, dtype=float)  # None becomes NaN


def _as_number(index: str) -> int:
    return int(index) if index.isascii() and index.isdigit() and len(index) < 10 else -1


def _from_file(calls: Calls, dsp: int, category: str, some: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Return all features from the file that has the whole set; None where it is not there or of other windows.

    It does not say which windows it holds. They are the graph's, in its order, where there are as many and the
    features that the graph has are the first ones here.
    """
    try:
        content = calls.file("dsp-data", dsp, "x", category)
    except (StudioError, ResponseError):
        return None
    values = read_npy(content)
    if values is None or len(values) != len(some):
        return None
    width = min(some.shape[1], values.shape[1])
    same = np.isclose(values[:, :width], some[:, :width], rtol=_NEAR, atol=1e-6, equal_nan=True)
    return values if same.all() else None


def read_npy(content: bytes) -> NDArray[np.float64] | None:
    """Read a NumPy file of numbers as (windows, features); None where it is none.

    Nothing in it is unpickled, and no memory is taken that its bytes do not fill.
    """
    file = io.BytesIO(content)
    try:
        version = np.lib.format.read_magic(file)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, fortran, kind = read(file)
    except (ValueError, EOFError, SyntaxError):
        return None
    rest = content[file.tell() :]
    size = int(np.prod([int(one) for one in shape], dtype=object)) if shape else 0
    if kind.kind not in "fiu" or len(shape) < 2 or not size or size * kind.itemsize != len(rest):
        return None
    values = np.frombuffer(rest, kind).reshape(shape, order="F" if fortran else "C")
    return values.reshape(shape[0], -1).astype(float)


def _three_by_three(
    calls: Calls, path: Path, width: int, *, skipped: int, first: NDArray[np.float64], windows: pd.DataFrame
) -> NDArray[np.float64]:
    """Ask for the features after the `first` ones, three at a time, each for the whole set."""
    parts = [first]
    for begin in progress.bar(range(_TOGETHER, width, _TOGETHER), desc="fetch features"):
        axes = [skipped + min(begin + step, width - 1) for step in range(_TOGETHER)]
        answer = _graph(calls, path, axes)
        there = table_of(answer.data, "GET " + calls.route(path))
        if not there[["sample", "start_ms"]].equals(windows[["sample", "start_ms"]]):
            raise ResponseError(
                f"GET {calls.route(path)}: features {axes} came of other windows than the first ones. The server gives "
                "a sample of the set, another one each time; it has no file with all of them.",
                "$.data",
            )
        parts.append(_columns(answer))
    return np.concatenate(parts, axis=1)

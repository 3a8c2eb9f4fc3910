"""The table of a project is narrowed down and sorted in the browser as in Python: one rule in two languages."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from edgekit.explorers.project_rows import ProjectRows

MODULES = (
    "project/narrowing.js",
    "project/bars.js",
    "project/cells.js",
    "project/strips.js",
    "project/state.js",
)
RANDOM = np.random.default_rng(5)
LABELS = np.array(["Walking", "running", "", "über"])
COUNT = 300
TABLE = pd.DataFrame(
    {
        "filename": [f"file{i:03d}" for i in RANDOM.permutation(COUNT)],
        "label": LABELS[RANDOM.integers(0, 4, COUNT)],
        "kind": "classification",
        "worst": np.where(RANDOM.random(COUNT) < 0.1, np.nan, RANDOM.random(COUNT).round(2)),
        "correct": pd.array(RANDOM.random(COUNT) < 0.8, "boolean"),
        "length_ms": RANDOM.integers(1, 9, COUNT) * 500,
    },
    index=pd.RangeIndex(1, COUNT + 1),
)
ROWS = ProjectRows(TABLE)
# The columns as `state.js` makes them.
COLUMNS = """const columns = x.columns.map((column) => ({ ...column,
  lower: () => column.texts.map((text) => text.toLowerCase()),
  values: Float64Array.from(column.values, (value) => value ?? NaN) }));"""
GIVEN = [
    {
        **column._asdict(),
        "texts": ROWS._texts.get(column.name, []),
        "values": [None if value != value else value for value in ROWS._values[column.name].tolist()],
    }
    for column in ROWS.columns
]
PLACE = {column.name: i for i, column in enumerate(ROWS.columns)}


def evaluate(call, body, **given):
    return call(f"(() => {{ {COLUMNS} {body} }})()", {"columns": GIVEN, **given})


@pytest.mark.parametrize("direction", ["ascending", "descending"])
@pytest.mark.parametrize("name", ["id", "filename", "label", "worst", "correct"])
def test_a_column_is_sorted_as_in_python(call, name, direction):
    body = "return [...sorted(columns[x.at], x.descending)]"
    found = evaluate(call, body, at=PLACE[name], descending=direction == "descending")
    assert found == ROWS.order([name, direction]).tolist()


@pytest.mark.parametrize(
    ("filters", "search"),
    [
        ({}, ""),
        ({"label": ["running", ""]}, ""),
        ({"worst": [0.2, 0.5], "correct": ["wrong"]}, ""),
        ({"worst": [None, 0.5]}, ""),
        ({"length_ms": [1.5, None]}, "WALK"),
        ({}, "ÜB"),
        ({}, "17"),
    ],
)
def test_filters_and_search_leave_the_same_rows_as_in_python(call, filters, search):
    body = """const kept = new Uint8Array(x.count).fill(1);
      for (const [at, filter] of x.filters) narrow(columns[at], filter, kept);
      if (x.search) searched(columns, x.search, kept);
      return [...listed(sorted(columns[0], false), kept)];"""
    named = [[PLACE[name], wanted] for name, wanted in filters.items()]
    found = evaluate(call, body, count=COUNT, filters=named, search=search)
    assert found == np.flatnonzero(ROWS.kept(filters, search)).tolist()


@pytest.mark.parametrize(
    ("name", "bars"), [("label", (1, 1)), ("label", (3, 3)), ("worst", (0, 0)), ("worst", (5, 12)), ("worst", (20, 23))]
)
def test_the_filter_of_bars_leaves_the_rows_that_they_count(call, name, bars):
    body = """const column = columns[x.at], bars = barsOf(column), kept = new Uint8Array(x.count).fill(1);
      const all = counted(bars, kept).all.slice(x.bars[0], x.bars[1] + 1).reduce((sum, one) => sum + one, 0);
      const filter = bars.filter(...x.bars);
      narrow(column, filter, kept);
      return [all, kept.reduce((sum, one) => sum + one, 0), [...covered(bars, filter, column)]];"""
    counted, kept, covered = evaluate(call, body, at=PLACE[name], count=COUNT, bars=bars)
    assert counted == kept > 0
    assert [i for i, flag in enumerate(covered) if flag] == [i for i in range(bars[0], bars[1] + 1) if i < len(covered)]


def test_a_column_of_many_names_or_of_one_value_has_no_histogram(call):
    assert evaluate(call, "return barsOf(columns[x.at])", at=PLACE["filename"]) is None
    assert evaluate(call, "return barsOf({ ...columns[0], values: new Float64Array(3) })") is None


def test_cells_say_what_python_says(call):
    found = evaluate(call, "return columns.map((column) => cellText(column, 17))")
    assert found[:3] == list(ROWS.texts_of(17).values())[:3]


def test_names_that_come_later_take_the_place_of_the_first_ones(call):
    found = call("""(() => {
      const columns = [{ name: "id", kind: "number" }, { name: "filename", kind: "text" }];
      const traits = { sort: [], filters: {}, search: "", selected: [], _blob: null, _meta: { layout: {}, columns } };
      const layout = traits._meta.layout, bytes = new Uint8Array(64), utf8 = new TextEncoder();
      const put = (name, type, array, offset) => {
        bytes.set(new Uint8Array(array.buffer), offset);
        layout[name] = { type, offset, length: array.length };
      };
      put("column0", "i4", Int32Array.of(7, 8, 9), 0);
      put("worst", "i4", Int32Array.of(2, 1, 0), 12);
      put("column1", "i1", Int8Array.of(-2, 0, 1), 24);
      put("texts1", "u1", utf8.encode("b\\nc"), 27);
      traits._blob = new DataView(bytes.buffer);
      const state = projectState({ get: (name) => traits[name] }), names = state.columns[1];
      const seen = () => [[0, 1, 2].map((row) => cellText(names, row)), isWhole(names), [...state.shown()]];
      traits.search = "a";
      const first = seen();
      Object.assign(state.arrays, { column1: Int8Array.of(0, 1, 2), texts1: utf8.encode("a\\nb\\nc") });
      return [...first, ...seen()];
    })()""")
    assert found == [["…", "b", "c"], False, [], ["a", "b", "c"], True, [0]]
    assert call("isWhole({ kind: 'number', values: Float32Array.of(-2) })")  # a score, not a name that is to come


def test_a_strip_is_read_as_it_was_written(call):
    found = call(
        "(({axes, columns, lows, highs}) => [axes, columns, [...lows], [...highs]])(signalOf(Uint8Array.from(x)))",
        [1, 2, 3, 0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15],
    )
    assert found == [2, 3, [0, 1, 2, 3, 4, 5], [10, 11, 12, 13, 14, 15]]

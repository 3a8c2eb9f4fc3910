"""The explorer of a whole project: its table, what the traits do to it, and the explorer of a sample beside it."""

from __future__ import annotations

import threading
import time

import numpy as np
import pandas as pd
import pytest

import edgekit as ek
from edgekit.errors import NotFoundError
from edgekit.explorers import project, project_rows
from edgekit.explorers.project_rows import ProjectRows
from edgekit.explorers.project_strips import NONE, SIGNAL, Strips, strip

TABLE = pd.DataFrame(
    {
        "filename": ["b", "a", "c\u202e", "d"],
        "label": [["cup", "cup"], [], ["car"], None],
        "kind": "anomaly",
        "verdict": ["anomaly", "normal", None, "normal"],
        "worst": [9.0, 1.5, np.nan, 2.0],
        "correct": pd.array([True, False, None, True], "boolean"),
        "length_ms": [1000, 3000, 2000, 2000],
    },
    index=pd.Index([7, 3, 5, 9], name="sample"),
)


@pytest.fixture(scope="module")
def explorer():
    with ek.Sandbox() as sandbox:  # of its own: that a test has been run, it remembers
        studio = ek.connect(url=sandbox.url, api_key=sandbox.keys["motion"])
        studio.test()
        yield ek.explore(studio)


def test_it_opens_for_a_studio_with_the_verdicts_of_model_testing(explorer):
    samples = explorer.samples
    assert len(samples) == 80
    assert samples["verdict"].notna().sum() == 50
    assert (samples["category"][samples["verdict"].notna()] == "testing").all()
    assert not explorer.selection["correct"].iloc[0]
    assert "verdicts of model testing, 50 of 80 samples" in repr(explorer)


def test_without_model_testing_it_says_how_to_get_verdicts(monkeypatch, studio):
    def none(*_, **__):
        raise NotFoundError("Project 1 has no model testing results. No test has been run.")

    monkeypatch.setattr(type(studio), "test", none)
    said = repr(ek.explore(studio))
    assert "no verdicts: Project 1 has no model testing results; studio.test() runs model testing" in said


def footed(explorer, folder):
    """What the foot of an exported page says."""
    explorer.to_html(folder / "page.html", note="Monday's meeting")
    page = (folder / "page.html").read_text()
    assert "Monday&#x27;s meeting" in page
    return page.split("<footer>")[1].split("</footer>")[0]


def test_its_page_and_that_of_features_say_where_they_came_from(explorer, studio, tmp_path):
    for one in (explorer, ek.explore(studio.set_features("testing"))):
        foot = footed(one, tmp_path)
        assert foot.startswith(f"project {studio.project_id} · impulse 1 (motion) · answered ")
        assert foot.endswith(f"edgekit {ek.__version__}")


def test_of_a_large_table_only_the_first_rows_names_come_with_the_first_picture(monkeypatch):
    whole = ProjectRows(TABLE).arrays()
    names = [said["name"] for said in map(ProjectRows(TABLE).texts_of, range(4))]
    monkeypatch.setattr(project_rows, "_LATE", 4)
    monkeypatch.setattr(project_rows, "_FIRST", 2)
    rows = ProjectRows(TABLE)
    first, later = rows.first_arrays(), rows.later
    texts = bytes(first["texts1"]).decode().split("\n")
    assert {row: texts[place] for row, place in enumerate(first["column1"].tolist()) if place != -2} == {
        row: names[row] for row in rows.worst[:2].tolist()
    }
    assert [said["name"] for said in map(rows.texts_of, range(4))] == names
    both = {**first, **later()}
    assert both.keys() == whole.keys()
    assert all(np.array_equal(both[name], array, equal_nan=True) for name, array in whole.items())
    assert rows.later is None


def test_an_interrupt_while_names_are_read_loses_none(monkeypatch):
    order = ProjectRows(TABLE).order(["filename", "ascending"]).tolist()
    monkeypatch.setattr(project_rows, "_LATE", 4)
    rows = ProjectRows(TABLE)
    with monkeypatch.context() as patched:
        patched.setattr(project_rows, "_ascending", interrupt)
        with pytest.raises(KeyboardInterrupt):
            rows.order(["filename", "ascending"])
    assert rows.order(["filename", "ascending"]).tolist() == order


def interrupt(*_):
    raise KeyboardInterrupt


@pytest.mark.parametrize("names", [["a", "b", "b", "a"], ["a", None, "b", None]])
def test_names_that_repeat_or_are_missing_come_at_once(monkeypatch, names):
    monkeypatch.setattr(project_rows, "_LATE", 4)
    monkeypatch.setattr(project_rows, "_FIRST", 4)
    rows = ProjectRows(TABLE.assign(filename=names))
    assert -2 not in rows.first_arrays()["column1"]
    assert rows.later is None


def test_names_that_come_later_are_searched_sorted_and_exported(monkeypatch, studio):
    monkeypatch.setattr(project_rows, "_LATE", 80)
    monkeypatch.setattr(project_rows, "_FIRST", 10)
    late, found = ek.explore(studio), ek.explore(studio, search="walking")
    assert late._meta["later"]
    assert not found._meta["later"]
    late.search = "walking"
    assert late.text() == found.text()
    meta, blob = late._exported()
    assert not meta["later"]
    assert len(blob) > len(late._blob)


@pytest.mark.parametrize(
    ("sort", "ids"),
    [
        ([], [3, 7, 9, 5]),  # wrong, right with the higher score first, not known
        (["worst", "descending"], [7, 9, 3, 5]),
        (["worst", "ascending"], [3, 9, 7, 5]),
        (["filename", "ascending"], [3, 7, 5, 9]),
        (["label", "descending"], [7, 5, 3, 9]),
        (["id", "ascending"], [3, 5, 7, 9]),
    ],
)
def test_rows_are_sorted_with_missing_values_last(sort, ids):
    rows = ProjectRows(TABLE)
    assert rows.ids[rows.order(rows.checked_sort(sort))].tolist() == ids


@pytest.mark.parametrize(
    ("filters", "search", "ids"),
    [
        ({"label": ["cup, cup", "-"]}, "", [7, 3]),
        ({"label": [""]}, "", [9]),
        ({"length_ms": [2, None]}, "", [3, 5, 9]),
        ({"worst": [None, 2]}, "", [3, 9]),
        ({"correct": ["right"]}, "NORM", [9]),
        ({}, "ca", [5]),
        ({}, " 3 ", [3]),
    ],
)
def test_filters_and_search_leave_rows(filters, search, ids):
    rows = ProjectRows(TABLE)
    kept = rows.kept(rows.checked_filters(filters), search)
    assert rows.ids[kept].tolist() == ids


def test_names_are_shown_without_marks_that_turn_the_writing_round():
    rows = ProjectRows(TABLE)
    assert rows.texts_of(2)["name"] == "c?"
    assert b"\xe2\x80\xae" not in rows.arrays()["texts1"].tobytes()


def test_names_with_line_ends_or_of_no_text_do_not_shift_the_others():
    table = pd.DataFrame({"filename": ["x\ny", "", "ei_" + 32 * "0", None], "label": ["é", "e", "z", "a"]})
    rows = ProjectRows(table)
    assert [rows.texts_of(i)["name"] for i in range(4)] == ["x y", "\N{EN DASH}", "ei_***", "\N{EN DASH}"]
    assert [rows.texts_of(i)["label"] for i in range(4)] == ["é", "e", "z", "a"]
    assert len(rows.arrays()["texts1"].tobytes().split(b"\n")) == 2


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("sort", ["price", "ascending"], "The columns: id, filename, label"),
        ("sort", ["id", "up"], "'ascending' or 'descending'"),
        ("filters", {"price": ["a"]}, "There is no column 'price'"),
        ("filters", {"worst": 3}, r"\[low, high\]"),
        ("filters", {"worst": [1, "a"]}, "takes numbers"),
        ("filters", ["label"], "a mapping"),
        ("selected", [10**9], "There is no sample 1000000000"),
        ("selected", "all", "takes the ids of samples"),
        ("sample", 10**9, "There is no sample"),
        ("search", 3, "takes a text"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_the_reason(explorer, name, value, said):
    before = getattr(explorer, name)
    with pytest.raises(ek.UsageError, match=said):
        setattr(explorer, name, value)
    assert getattr(explorer, name) == before


def test_the_selection_is_what_is_ticked_else_what_is_on_show_and_stands_for_its_results(explorer):
    explorer.filters = {"label": ["badminton"], "category": ["testing"]}
    try:
        assert set(explorer.selection["label"]) == {"badminton"}
        explorer.selected = explorer.selection.iloc[:3]
        assert explorer.selection.index.tolist() == explorer.selected
        assert sorted(explorer.results) == sorted(explorer.selected)
        summary = ek.anomaly.summary(explorer, "anomaly-gmm")
        assert sorted(summary.per_sample.index) == sorted(explorer.selected)
        assert isinstance(ek.explore(explorer), ek.explorers.AnomalyExplorer)
        for take in (ek.explore, ek.anomaly.summary):  # the table itself holds no results
            with pytest.raises(ek.UsageError, match=r"studio\.classify\(table\)"):
                take(explorer.selection)
        explorer.selected, explorer.search = [], "no such sample"
        with pytest.raises(ek.UsageError, match="got nothing"):
            ek.explore(explorer)
    finally:
        explorer.selected, explorer.filters, explorer.search = [], {}, ""


def test_a_chosen_sample_opens_its_explorer_and_what_goes_wrong_is_told(explorer):
    explorer.sample = 41
    try:
        assert isinstance(explorer.opened, ek.explorers.ResultExplorer)
        assert explorer.opened.result.sample.id == 41
        assert explorer._opened == explorer.opened.model_id
        explorer._source.result = explorer._source.sample = _fails
        explorer.sample = 42
        assert explorer.opened is None
        assert explorer._problem == "The server did not answer."
    finally:
        del explorer._source.result, explorer._source.sample
        explorer.sample = None


def _fails(_):
    raise ek.EdgekitError("The server did not answer.")


def test_explorers_that_were_left_are_closed(explorer, monkeypatch):
    monkeypatch.setattr(project, "_KEPT", 2)
    opened = []
    for explorer.sample in (31, 32, 33):
        opened.append(explorer.opened)
    explorer.sample = None
    assert [one.comm is None for one in opened] == [True, False, False]


def test_a_store_is_explored_without_a_studio(studio, tmp_path):
    ek.batch.classify(studio, tmp_path, [31, 32, 41])
    explorer = ek.explore(ek.Store(tmp_path))
    assert footed(explorer, tmp_path).startswith(f"project {studio.project_id} · impulse")
    assert "answered" in footed(explorer, tmp_path)
    assert explorer.selection.index.tolist() == [41, 31, 32]
    assert repr(explorer).splitlines()[0].endswith("3 samples")
    assert list(explorer.results) == [41, 31, 32]
    explorer.sample = 41
    assert explorer.opened.result.sample.id == 41
    assert explorer._strips.of(0)[:1] == SIGNAL
    judged = ek.classification.label_issues(ek.windows(explorer.results, "keras")).set_index("sample")
    ek.batch.classify(studio, tmp_path, [1])  # not a row of the table that is open
    assert explorer.samples.index.tolist() == [31, 32, 41]
    np.testing.assert_allclose(explorer.samples["label_quality"], judged["quality"].loc[[31, 32, 41]], rtol=1e-5)
    assert "lowest probability" in repr(ek.explore(ek.Store(tmp_path), block="keras")._meta["columns"])


def test_a_strip_holds_the_least_and_the_greatest_reading_of_each_column(studio):
    sample = studio.sample(31)
    found = strip(lambda: sample)
    assert found[:1] == SIGNAL
    axes, columns = found[1], found[2]
    values = np.frombuffer(found[3:], "u1").reshape(2, axes, columns)
    assert (axes, columns) == (3, 53)
    assert (values[0].min(axis=1) == 0).all()
    assert (values[1].max(axis=1) == 255).all()
    assert strip(lambda: _fails(0)) == NONE


def test_strips_that_are_no_longer_wanted_are_not_made():
    made, came, go_on = [], [], threading.Event()

    def make(row):
        go_on.wait(60)
        made.append(row)
        return b"%d" % row

    strips = Strips(make)
    strips.want(list(range(100)), lambda row, _: came.append(row))
    strips.want([200, 201], lambda row, _: came.append(row))
    go_on.set()
    deadline = time.monotonic() + 60
    while not {200, 201} <= set(came) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert {200, 201} <= set(came)
    assert len(made) < 20
    assert strips.all([200, 0]) == {200: b"200", 0: b"0"}


def test_a_page_of_more_samples_than_it_holds_is_refused(explorer, monkeypatch, tmp_path):
    monkeypatch.setattr(project, "EXPORTED", 10)
    with pytest.raises(ek.UsageError, match="A page holds up to 10 samples, and these are 80"):
        explorer.to_html(tmp_path / "page.html")


def test_the_picture_beside_the_widget_is_drawn(explorer):
    data, _ = explorer._repr_mimebundle_()
    assert data["text/plain"] == repr(explorer)
    assert len(data["image/png"]) > 1000
    assert len(explorer._figure().texts) > len(explorer._rows.columns)


@pytest.mark.parametrize(
    "pattern", ["recording-{:05d}.cbor", "{}", "{:05d}-and-the-rest", "same-front-of-all-{:b}", "é{}"]
)
def test_many_names_are_in_the_order_of_their_letters(pattern):
    names = [pattern.format(number) for number in np.random.default_rng(0).permutation(1500)]
    assert [names[place] for place in project_rows._ascending(np.array(names, object))] == sorted(names)


def test_numbers_are_sent_in_four_bytes_where_these_hold_each_of_them():
    for values, kind in (([10.0, np.nan, -0.5], "f4"), ([0.1, 2], "f8"), ([2.0**24 + 1], "f8"), ([1e300], "f8")):
        found = project_rows._narrow(np.array(values))
        assert found.dtype == kind
        np.testing.assert_array_equal(found.astype(float), values)

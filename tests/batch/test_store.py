"""What `classify` puts into a folder comes out of it as the Studio's own answers would."""

from __future__ import annotations

import errno
import gzip
import json
import pickle
import shutil
import sys
from types import SimpleNamespace
from unittest.mock import Mock

import pandas as pd
import pyarrow.parquet as pq
import pytest

import edgekit as ek
from edgekit.batch import csv_files, reading
from edgekit.cli import main
from edgekit.detection import store_summary
from edgekit.explorers.project_strips import NONE, PICTURE
from edgekit.visual import store_summary as visual_store
from tests.batch.conftest import SAMPLES
from tests.batch.studio_server import KEY, StudioServer


@pytest.fixture(scope="module")
def results(studio):
    return studio.classify(SAMPLES)


def alike(found, expected):
    """Tables are the same but for how whole numbers and texts are held."""
    pd.testing.assert_frame_equal(found, expected, check_dtype=False, check_column_type=False)


@pytest.mark.parametrize("block", ["keras", "anomaly", "anomaly-gmm"])
def test_windows_are_those_of_the_results(motion_store, results, block):
    alike(motion_store.windows(block), ek.windows(results, block))


def test_windows_of_all_blocks_stand_block_by_block(motion_store):
    table = motion_store.windows()
    assert list(table["block"].unique()) == list(motion_store.blocks()["id"])
    alone = motion_store.windows("anomaly-gmm")
    gmm = table[table["block"] == motion_store.blocks().set_index("type")["id"]["anomaly-gmm"]]
    assert gmm["anomaly"].tolist() == alone["anomaly"].tolist()


def test_predictions_are_those_of_the_results(motion_store, results):
    expected = pd.concat([r.block("keras").predictions().reset_index().assign(sample=r.sample.id) for r in results])
    found = motion_store.predictions("keras")
    names = ["sample", "window", "expected", "predicted", "probability", "correct"]
    alike(found[names], expected[names].reset_index(drop=True))


def test_a_label_called_anomaly_is_a_label_in_every_table(answers, tmp_path):
    found = json.loads(answers.read_text())
    for row in next(b for b in found["answer"]["classifications"] if b["learnBlock"]["type"] == "keras")["result"]:
        row["anomaly"] = row.pop("running")
    (tmp_path / "answers.json").write_text(json.dumps(found))
    with StudioServer(tmp_path / "answers.json") as server:
        studio = ek.connect(url=server.url, api_key=KEY)
        store = ek.batch.classify(studio, tmp_path / "store", [31, 32])
        results = studio.classify([31, 32])
    said = results[0].block("keras").predictions()["predicted"]
    assert store.predictions("keras").query("sample == 31")["predicted"].tolist() == said.tolist()
    assert "anomaly" in set(said)
    assert "anomaly_score" in store.windows("keras")
    summary = ek.classification.summary(store, "keras")
    alike(summary.per_sample, ek.classification.summary(results, "keras").per_sample)
    assert store.samples()["verdict"].notna().any()


def test_a_result_is_the_answer_as_it_came(motion_store, results):
    found = motion_store.result(31)
    expected = results[SAMPLES.index(31)]
    pd.testing.assert_frame_equal(found.sample.signal(), expected.sample.signal())
    for block in expected.blocks:
        again = found.block(block.id)
        pd.testing.assert_frame_equal(again.windows(), block.windows())
        pd.testing.assert_series_equal(again.anomalous(), block.anomalous())
        assert again.threshold == block.threshold


def test_samples_say_of_each_what_the_telling_block_makes_of_it(motion_store, studio):
    table = motion_store.samples()
    listed = studio.samples().loc[SAMPLES]
    alike(table[list(listed)], listed)
    assert table["verdict"].to_dict() == {1: "normal", 12: "normal", 31: "anomaly", 32: "anomaly", 71: "anomaly"}
    highest = motion_store.windows("anomaly-gmm").groupby("sample")["anomaly"].max()
    assert table["worst"].tolist() == highest.tolist()
    assert (table["known"] == table["windows"]).all()


def test_a_sample_that_the_store_does_not_have_is_not_found(motion_store):
    with pytest.raises(ek.NotFoundError, match="no answer of sample 4"):
        motion_store.result(4)
    for wrong in ("badminton01", [31]):
        with pytest.raises(ek.UsageError, match=r"sample \(its id\) takes whole numbers"):
            motion_store.result(wrong)
    assert 31 in motion_store
    assert len(motion_store) == len(SAMPLES) == len(motion_store.results)


def test_any_parquet_tool_reads_the_tables_and_any_unzip_the_answers(motion_store):
    (part,) = (motion_store.folder / "parts").iterdir()
    assert pq.read_table(part / "windows-4.parquet").num_rows == len(motion_store.windows(4))
    lines = gzip.decompress((part / "answers.jsonl.gz").read_bytes()).splitlines()
    assert sorted(json.loads(line)["sample"] for line in lines) == SAMPLES


def test_no_file_holds_the_key_or_a_signature_key(motion_store, sandbox):
    for file in motion_store.folder.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            content = gzip.decompress(content) if file.suffix == ".gz" else content
            assert sandbox.keys["motion"].encode() not in content
            compact = content.replace(b" ", b"")
            assert compact.count(b'"signatureKey"') == compact.count(b'"signatureKey":null')


def test_what_was_answered_is_not_asked_again(studio, tmp_path, monkeypatch):
    ek.batch.classify(studio, tmp_path, [1, 31])
    before = pd.read_parquet(tmp_path / "parts" / "000001" / "samples.parquet")
    store = ek.batch.classify(studio, tmp_path, [1, 31, 71])
    assert store.ids() == [1, 31, 71]
    again = pd.read_parquet(tmp_path / "parts" / "000002" / "samples.parquet")
    assert (before["sample"].tolist(), again["sample"].tolist()) == ([1, 31], [71])
    assert store.runs()["samples"].tolist() == [2, 1]
    assert store.samples()["run"].tolist() == [1, 1, 2]


def test_a_sample_that_fails_is_a_row_and_asked_for_again(studio, tmp_path):
    store = ek.batch.classify(studio, tmp_path, [31, 9999])
    assert store.failures()["error"].to_dict() == {9999: "StudioError"}
    assert "9999" in store.failures()["text"][9999]
    assert store.ids() == [31]
    again = ek.batch.classify(studio, tmp_path, [31, 9999])
    assert again.failures()["run"].to_dict() == {9999: 2}
    with pytest.raises(ek.NotFoundError, match=r"no answer of sample 9999: it failed \(.*9999"):
        again.result(9999)


@pytest.mark.parametrize(
    ("name", "table"),
    [("objects", "detections"), ("surface", "cells"), ("meat", "predictions"), ("routine", "predictions")],
)
def test_every_kind_of_block_has_its_tables(project, tmp_path, monkeypatch, name, table):
    studio = project(name)
    ids = list(studio.samples("testing").index[-3:])
    store = ek.batch.classify(studio, tmp_path / "store", ids)
    results = studio.classify(ids)
    found = getattr(store, table)()
    assert set(found["sample"]) == set(ids)
    for block in results[0].blocks:
        if block.scores().shape[1]:
            alike(store.windows(block.id), ek.windows(results, block.id))
    if name == "objects":
        for block in (b for b in results[0].blocks if b.detects):
            expected = pd.concat([r.block(block.id).detections() for r in results], ignore_index=True)
            alike(store.detections(block.id).drop(columns="sample"), expected)
            summed_alike("detection", store, results, block.id)
    if name == "surface":
        for block in results[0].blocks:
            alike(store.cells(block.id), ek.visual.cells_of(results, block.id))
            summed_alike("visual", store, results, block.id)
            summed_alike("visual", store, results, block.id, threshold=1.5)
            exact = ek.visual.summary(store, block.id).figures.loc["cell_auroc"]
            monkeypatch.setattr(visual_store, "_EXACT", 0)  # as of many more cells
            ranked = ek.visual.summary(store, block.id).figures.loc["cell_auroc"]
            assert ranked["value"] != exact["value"]
            assert ranked["value"] == pytest.approx(exact["value"], abs=1e-3)
            monkeypatch.undo()
    if name in ("meat", "routine"):
        for block in (b for b in results[0].blocks if b.kind in ("regression", "classification")):
            expected = pd.concat([r.block(block.id).predictions() for r in results], ignore_index=True)
            again = store.predictions(block.id)
            alike(again[list(expected)], expected)
            summed_alike(block.kind, store, results, block.id)
    assert store.samples()["verdict"].notna().any() or name == "routine"
    assert repr(store).startswith("<Store of 3 samples of project ")
    if name in ("objects", "surface"):
        explorer = ek.explore(store)
        assert explorer._strips.of(0)[:1] == PICTURE
        picture = store.result(ids[0]).sample.image(after_input_block=True)
        assert picture.tobytes() == studio.image(ids[0], after_input_block=True).tobytes()
        store.result(ids[0]).save(tmp_path / "result.json")
        saved = ek.parse(tmp_path / "result.json").sample
        assert saved.image(after_input_block=True).tobytes() == picture.tobytes()
        with pytest.raises(ek.UsageError, match="When it was saved: This result is of a store"):
            saved.image()
        without = ek.batch.classify(studio, tmp_path / "without", ids[:1], pictures=False)
        assert ek.explore(without)._strips.of(0) == NONE
        with pytest.raises(ek.UsageError, match="does not hold the picture of sample"):
            without.result(ids[0]).sample.image(after_input_block=True)


def test_the_shell_does_it_as_well_and_writes_csv(sandbox, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("EI_API_KEY", sandbox.keys["motion"])
    monkeypatch.setenv("EI_API_ENDPOINT", sandbox.url)
    assert main(["classify", "31", "badminton02", "--to", str(tmp_path / "store"), "--csv"]) == 0
    said = capsys.readouterr().out
    assert "<Store of 2 samples of project 1 'motion' · keras, anomaly, anomaly-gmm>" in said
    assert sandbox.keys["motion"] not in said
    store = ek.Store(tmp_path / "store")
    csv = tmp_path / "store" / "csv"
    assert pd.read_csv(csv / "samples.csv")["id"].tolist() == [31, 32]
    alike(pd.read_csv(csv / "windows-5.csv"), store.windows(5).drop(columns="category"))
    assert "windows-5.csv" in said
    assert "Nothing was left" not in said
    assert main(["classify", "31", "--to", str(tmp_path / "store")]) == 0
    assert "Nothing was left to do: what was asked for had been answered before." in capsys.readouterr().out
    assert main(["classify", "31", "9999", "--to", str(tmp_path / "store")]) == 3
    said = capsys.readouterr()
    assert "edgekit: sample 9999 failed: " in said.err
    assert "Nothing was left" not in said.out
    assert main(["classify", "31", "--category", "testing", "--to", str(tmp_path)]) == 1
    capsys.readouterr()
    assert main(["classify", "--category", "validation", "--to", str(tmp_path / "none")]) == 1
    said = "edgekit: No sample of the project is in 'validation'. It has samples in: testing (50), training (30). Check"
    assert capsys.readouterr().err.startswith(said)
    assert not (tmp_path / "none").exists()


def test_the_shell_says_what_became_of_a_run_that_did_not_end(sandbox, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("EI_API_KEY", sandbox.keys["motion"])
    monkeypatch.setenv("EI_API_ENDPOINT", sandbox.url)
    problem = ek.EdgekitError("The disk is full.")
    problem.add_note("What came before is in the store.")
    for raised, status in ((problem, 1), (KeyboardInterrupt(), 130)):
        monkeypatch.setattr("edgekit.batch.classify", Mock(side_effect=raised))
        assert main(["classify", "--to", str(tmp_path)]) == status
    said = capsys.readouterr().err.splitlines()
    assert said[:2] == ["edgekit: The disk is full.", "What came before is in the store."]
    assert said[2:] == ["edgekit: stopped. The same command goes on from here."]


def test_a_csv_file_that_found_no_room_leaves_nothing_behind(motion_store, tmp_path, monkeypatch):
    store = ek.Store(shutil.copytree(motion_store.folder, tmp_path / "store"))
    monkeypatch.setattr(pd.DataFrame, "to_csv", Mock(side_effect=OSError(errno.ENOSPC, "No space left on device")))
    with pytest.raises(ek.EdgekitError, match="Make room"):
        csv_files.write(store)
    assert not list((store.folder / "csv").iterdir())


def test_a_tilde_is_the_home_of_the_user_in_every_file(studio, tmp_path, monkeypatch):
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    assert ek.batch.classify(studio, "~/store", [31]).folder == tmp_path / "store"
    assert ek.Store("~/store").ids() == [31]
    assert (tmp_path / "store" / "parts" / "000001" / "samples.parquet").exists()


def refused(studio, folder, **options):
    with pytest.raises(ek.UsageError) as told:
        ek.batch.classify(studio, folder, [31], **options)
    return str(told.value)


def test_a_folder_of_something_else_is_refused(motion_store, studio, project, tmp_path):
    assert "is the store of project 1 ('motion'), and this is project 2" in refused(
        project("objects"), motion_store.folder
    )
    assert "is the store of impulse 1 ('motion'), and this is impulse 2" in refused(
        studio.under(2), motion_store.folder
    )
    assert "block=None, and this is block=5. Give the same block" in refused(studio, motion_store.folder, block=5)
    assert "no learn block 99; it has: 3 (keras), 4 (anomaly), 5 (anomaly-gmm)" in refused(studio, tmp_path, block=99)
    assert "studio takes what ek.connect() returns" in refused(tmp_path, studio)
    assert "variant takes a text, got 5" in refused(studio, tmp_path, variant=5)
    assert "begun with variant=None" in refused(studio, motion_store.folder, variant="float32")
    (tmp_path / "thesis.txt").write_text("mine")
    assert "holds other files and no store" in refused(studio, tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["run.lock", "thesis.txt"]
    assert len(motion_store) == len(SAMPLES)


def test_a_store_of_a_newer_edgekit_says_what_to_do(motion_store, studio, tmp_path):
    newer = shutil.copytree(motion_store.folder, tmp_path / "newer")
    about = json.loads((newer / "store.json").read_text())
    (newer / "store.json").write_text(json.dumps(about | {"format": 2, "impulse": "of another form"}))
    with pytest.raises(ek.UsageError, match="made by a newer edgekit"):
        ek.Store(newer)
    assert "made by a newer edgekit" in refused(studio, newer)


def test_a_table_without_a_row_in_any_part_has_its_columns(project, tmp_path):
    store = ek.batch.classify(project("objects"), tmp_path, [185])  # a picture in which nothing is found
    columns = ["sample", *store.result(185).block(3).detections()]
    assert "score" in columns
    assert store.detections(3).empty
    assert [*store.detections(3)] == columns
    assert [*store.detections()] == ["block", *columns]


def test_no_store_and_a_damaged_one_are_told(motion_store, tmp_path):
    with pytest.raises(ek.UsageError, match="There is no store"):
        ek.Store(tmp_path)
    broken = ek.Store(shutil.copytree(motion_store.folder, tmp_path / "broken"))
    part = broken.folder / "parts" / "000001"
    (part / "windows-5.parquet").write_bytes(b"no Parquet")
    (part / "answers.jsonl.gz").write_bytes(b"no gzip")
    with pytest.raises(ek.ResponseError, match=r"windows-5\.parquet. is damaged"):
        broken.windows(5)
    with pytest.raises(ek.ResponseError, match=r"answers\.jsonl\.gz. is damaged"):
        broken.result(31)
    (part / "windows-5.parquet").unlink()
    (part / "verdicts.parquet").unlink()
    for ask, name in ((broken.windows, "windows-5"), (broken.samples, "verdicts")):
        with pytest.raises(ek.ResponseError, match=rf"{name}\.parquet. is damaged \(it is missing\)"):
            ask()
    assert broken.cells().empty  # the part was written without
    (broken.folder / "store.json").write_text("{")
    with pytest.raises(ek.ResponseError, match=r"store\.json. is damaged"):
        ek.Store(broken.folder)


def test_a_store_can_be_moved_and_needs_no_network(motion_store, tmp_path, monkeypatch):
    moved = ek.Store(shutil.copytree(motion_store.folder, tmp_path / "elsewhere"))
    monkeypatch.setattr("requests.Session.request", None)
    pd.testing.assert_frame_equal(moved.samples(), motion_store.samples())
    summary = ek.anomaly.summary(moved, "anomaly-gmm")
    assert summary.per_sample.index[0] in (31, 32, 71)
    with pytest.raises(ek.UsageError, match="does not hold what DSP block 2 made"):
        moved.result(31).block("anomaly-gmm").explain()


def test_every_table_goes_into_parquet_and_excel_and_comes_back(motion_store, project, tmp_path):
    studio = project("motion")
    result = studio.classify(31)
    objects = project("objects")
    found = objects.classify(objects.samples("testing").index[0])
    surface = project("surface")
    picture = surface.classify(102)
    routine = project("routine")
    keyed = routine.classify(routine.samples("testing").index[0])
    tables = {
        "signal": result.sample.signal(),
        "windows": result.block("anomaly-gmm").windows(),
        "predictions": result.block("keras").predictions(),
        "thresholds": result.block("keras").thresholds,
        "keyed": keyed.blocks[0].windows(),
        "keyed predictions": keyed.blocks[0].predictions(),
        "detections": next(block for block in found.blocks if block.detects).detections(),
        "truths": next(block for block in found.blocks if block.detects).truth_boxes(),
        "cells": picture.block(4).visual_anomaly().cells(),
        "together": ek.windows([result], "keras"),
        "confusion": ek.classification.confusion(result.block("keras").predictions()),
        "summary": ek.anomaly.summary([result], "anomaly-gmm").per_sample,
        "samples": studio.samples(),
        "store": motion_store.samples(),
        "stored windows": motion_store.windows(),
    }
    for name, table in tables.items():
        json.dumps(table.attrs)
        table.to_parquet(tmp_path / "table.parquet")
        back = pd.read_parquet(tmp_path / "table.parquet")
        pd.testing.assert_frame_equal(back, table, check_dtype=False, check_column_type=False, obj=name)
        assert back.attrs == table.attrs
        table.to_excel(tmp_path / "table.xlsx")
        assert len(pd.read_excel(tmp_path / "table.xlsx")) == len(table)


@pytest.mark.parametrize(
    ("name", "packages"), [("to_parquet", ("pyarrow", "fastparquet")), ("to_excel", ("openpyxl", "xlsxwriter"))]
)
def test_without_the_extra_a_table_says_how_to_get_it(monkeypatch, tmp_path, name, packages):
    loaded = [module for module in sys.modules if module.partition(".")[0] in packages]
    for package in (*packages, *loaded):
        monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ek.MissingPackage, match=rf"(?s){name} needs .*edgekit\[batch\].*{packages[0]}") as told:
        getattr(pd.DataFrame({"a": [1]}), name)(tmp_path / "table.xlsx")
    assert isinstance(told.value, ImportError)  # as pandas' own


def summed_alike(kind, store, results, block, **options):
    """The summary out of the tables is that of the results."""
    summary = getattr(ek, kind).summary
    # Without the results, which could be read one by one.
    tables = SimpleNamespace(parts_of=store.parts_of, counts_of=store.counts_of)
    stored, expected = summary(tables, block, **options), summary(results, block, **options)
    alike(stored.per_sample, expected.per_sample)
    pd.testing.assert_frame_equal(stored.figures, expected.figures)
    assert stored.note == expected.note
    if kind == "detection":
        for name in ("per_class", "confusion", "per_object"):
            alike(getattr(stored, name), getattr(expected, name))
        assert stored.names == expected.names
        assert stored._repr_html_() == expected._repr_html_()
        alike(pickle.loads(pickle.dumps(stored)).per_object, expected.per_object)


def test_a_picture_beside_one_of_several_windows_is_called_by_its_sample():
    images = pd.DataFrame({"sample": [7, 8], "name": pd.Series([None, "8, window 1"])})
    assert store_summary._names(images) == [7, "8, window 1"]


@pytest.mark.parametrize("threshold", [None, 0.9])
def test_the_summary_of_a_stored_classifier_is_that_of_its_results(motion_store, results, threshold):
    expected = ek.classification.summary(results, "keras", threshold=threshold)
    assert expected.per_sample["uncertain"].sum() > 0
    assert "trained on" in expected.note
    summed_alike("classification", motion_store, results, "keras", threshold=threshold)
    with pytest.raises(ek.UsageError, match="is of the kind classification"):
        ek.regression.summary(motion_store, "keras")


@pytest.mark.parametrize("block", ["anomaly", "anomaly-gmm"])
def test_the_summary_of_a_store_is_that_of_its_results(motion_store, results, block):
    stored, expected = ek.anomaly.summary(motion_store, block), ek.anomaly.summary(results, block)
    alike(stored.per_sample, expected.per_sample)
    assert stored.note == expected.note
    exact = expected.figures.drop(index="auroc")
    pd.testing.assert_frame_equal(stored.figures.drop(index="auroc"), exact)
    assert stored.figures.loc["auroc", "value"] == pytest.approx(expected.figures.loc["auroc", "value"], abs=1e-3)
    other = ek.anomaly.summary(motion_store, block, threshold=20)
    alike(other.per_sample, ek.anomaly.summary(results, block, threshold=20).per_sample)
    with pytest.raises(ek.UsageError, match="There are 2 blocks of the kind anomaly"):
        ek.anomaly.summary(motion_store)


def test_the_overview_has_the_rows_and_columns_that_samples_has(motion_store):
    for block in (None, "keras"):
        found, expected = motion_store.overview(block), motion_store.samples(block)
        assert found.index.equals(expected.index)
        own = [name for name in found if name in expected]
        assert {"filename", "label", "verdict", "worst", "right", "known", "correct", "thresholds"} <= set(own)
        alike(found[own].astype(object), expected[own].astype(object))
    doubted = motion_store.doubtful_labels("keras")["suggested"]
    assert motion_store.overview()["suggested"].astype(object).equals(doubted.astype(object))


def test_the_files_of_failures_are_not_read_where_their_part_says_that_there_are_none(motion_store, monkeypatch):
    read = Mock(side_effect=reading._read)
    monkeypatch.setattr(reading, "_read", read)
    assert motion_store.failures().empty
    assert "failed" not in motion_store.in_words()
    read.assert_not_called()


def test_blocks_of_one_type_are_named_by_their_titles(motion_store, monkeypatch):
    blocks = [one | {"type": "keras"} if one["id"] == 4 else one for one in motion_store._parts.blocks()]
    monkeypatch.setattr(reading.Parts, "blocks", lambda _: blocks)
    named = "Classification (logistic regression), Anomaly detection (K-means), anomaly-gmm"
    assert motion_store.in_words() == f"project 1 'motion' · {named}"
    assert ek.explore(motion_store)._meta["title"].endswith(f"{named} · 5 samples")

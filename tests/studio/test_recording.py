"""A project recorded into a folder answers out of it: without a network, a key, or what may not be in a file."""

from __future__ import annotations

import gzip
import json
import shutil

import pandas as pd
import pytest

import edgekit as ek
from edgekit.wire.recording import ABOUT, _call, _file_name


@pytest.fixture(scope="module")
def folder(sandbox, tmp_path_factory):
    """A recording of a listing, a few results with what explains them, and model testing, in a folder of its own."""
    place = tmp_path_factory.mktemp("recordings") / "motion"
    studio = ek.connect(url=sandbox.url, api_key=sandbox.keys["motion"], record=place)
    studio.samples()
    studio.classify([31, 71])
    studio.classify(31).block("anomaly-gmm").explain()
    return place


@pytest.fixture
def offline(folder, monkeypatch):
    """The recording, where any connection would fail."""

    def refuse(*args, **options):
        raise AssertionError("the network was asked")

    monkeypatch.setattr("requests.Session.request", refuse)
    return ek.connect(replay=folder)


def test_a_recording_answers_as_the_project_did(studio, folder, monkeypatch):
    expected = studio.classify(31).block("anomaly-gmm")
    table, explained, samples = expected.windows(), expected.explain(), studio.samples()
    monkeypatch.setattr("requests.Session.request", None)
    replayed = ek.connect(replay=folder)
    pd.testing.assert_frame_equal(replayed.samples(), samples)
    block = replayed.classify([31, 71])[0].block("anomaly-gmm")
    pd.testing.assert_frame_equal(block.windows(), table)
    pd.testing.assert_frame_equal(block.explain(), explained)
    assert replayed.project_id == studio.project_id


def test_a_job_replays_as_finished(tmp_path, monkeypatch):
    monkeypatch.setattr("edgekit.sandbox.service.FEW_WINDOWS", 1)  # so that any sample needs a job
    with ek.Sandbox() as fresh:
        recorded = ek.connect(url=fresh.url, api_key=fresh.keys["motion"], record=tmp_path / "motion")
        expected = recorded.classify(31).blocks[0].windows()
        assert recorded.job(1).finished_successful
    monkeypatch.setattr("edgekit.studio.calls.follow", None)
    replayed = ek.connect(replay=tmp_path / "motion")
    pd.testing.assert_frame_equal(replayed.classify(31).blocks[0].windows(), expected)
    assert replayed.job(1).finished_successful


def test_no_file_holds_the_key_or_a_signature_key(sandbox, folder):
    contents = [gzip.decompress(file.read_bytes()) for file in folder.glob("*.gz")]
    assert any(b'"signatureKey"' in content for content in contents)
    for content in [*contents, (folder / ABOUT).read_bytes()]:
        assert sandbox.keys["motion"].encode() not in content
        assert sandbox.url.encode() not in content
        compact = content.replace(b" ", b"")
        assert compact.count(b'"signatureKey"') == compact.count(b'"signatureKey":null')


def test_a_call_that_was_not_recorded_is_named_with_how_to_record_it(offline):
    with pytest.raises(ek.NotFoundError) as missing:
        offline.classify(72)
    assert "POST /api/1/classify/v2/72" in str(missing.value)
    assert "ek.connect(record=FOLDER)" in str(missing.value)


def test_a_call_has_its_file_on_every_machine_and_in_every_version():
    call = _call("GET", ("api", 1, "raw-data"), {"category": "testing", "limit": 10, "labels": ["é"], "no": None}, None)
    assert _file_name(call) == "495985639b7f939775ba7d028c975b9f.gz"


def test_a_recording_can_be_moved(folder, tmp_path):
    moved = shutil.copytree(folder, tmp_path / "elsewhere")
    assert len(ek.connect(replay=str(moved)).samples()) == 80


def test_the_folder_can_be_named_by_the_environment_and_then_needs_no_key(folder, monkeypatch):
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(folder.parent))
    monkeypatch.setenv("EDGEKIT_REPLAY", f"~/{folder.name}")
    assert repr(ek.connect()) == "<Studio recording of motion>"
    assert repr(ek.connect(sandbox="routine")) == "<Studio sandbox project 'routine'>"


@pytest.mark.parametrize(
    "damage", [lambda whole: whole[: len(whole) // 2], lambda whole: b"", lambda whole: b"no gzip"]
)
def test_a_damaged_file_is_named(folder, tmp_path, damage):
    broken = shutil.copytree(folder, tmp_path / "broken")
    for file in broken.glob("*.gz"):
        file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(ek.ResponseError, match=r"[0-9a-f]{32}\.gz .*GET /api/1/raw-data\?.* is damaged: it is cut"):
        ek.connect(replay=broken).samples()


def test_a_file_with_the_answer_to_another_call_is_damaged_as_well(folder, tmp_path):
    broken = shutil.copytree(folder, tmp_path / "broken")
    one, *others = sorted(broken.glob("*.gz"))
    for file in others:
        shutil.copy(one, file)
    replayed, refused = ek.connect(replay=broken), []
    for ask in (replayed.samples, replayed.projects):
        try:
            ask()
        except ek.ResponseError as problem:
            refused.append(str(problem))
    assert refused
    assert all("another call" in text for text in refused)


def test_a_folder_that_is_no_recording_is_refused(tmp_path, sandbox):
    with pytest.raises(ek.UsageError, match="There is no recording"):
        ek.connect(replay=tmp_path)
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(ek.UsageError, match="holds other files"):
        ek.connect(url=sandbox.url, api_key=sandbox.keys["motion"], record=tmp_path)
    (tmp_path / ABOUT).write_text("{}")
    motion = {"url": sandbox.url, "api_key": sandbox.keys["motion"]}
    for arguments in ({"replay": tmp_path}, motion | {"record": tmp_path}):
        with pytest.raises(ek.ResponseError, match=r"damaged.* or record into a new one"):
            ek.connect(**arguments)


def test_another_project_does_not_get_into_a_recording(folder, sandbox):
    with pytest.raises(ek.UsageError, match="folder of its own"):
        ek.connect(url=sandbox.url, api_key=sandbox.keys["objects"], record=folder)
    assert len(ek.connect(replay=folder).samples()) == 80


def test_a_recording_of_a_newer_edgekit_is_told(folder, tmp_path):
    newer = shutil.copytree(folder, tmp_path / "newer")
    about = json.loads((newer / ABOUT).read_bytes())
    (newer / ABOUT).write_text(json.dumps(about | {"format": 99}))
    with pytest.raises(ek.UsageError, match="newer edgekit"):
        ek.connect(replay=newer)


@pytest.mark.parametrize("more", [{"sandbox": "motion"}, {"api_key": "ei_x"}, {"record": "there"}])
def test_replay_leaves_no_room_for_another_source(folder, more):
    with pytest.raises(ek.UsageError, match=r"replay=…"):
        ek.connect(replay=folder, **more)

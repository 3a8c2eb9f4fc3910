"""What the Studio says when it says no, and what edgekit makes of it; roles of keys; jobs as the Studio has them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import requests

import edgekit as ek
from edgekit.wire.refusals import meant
from tests.faults import Server, reply
from tests.wire.test_answers import answering

IDS, RUN, TRAIN = "Check the ids", "studio.test() runs it", "Train the block"
IMPULSES = "studio.impulses() lists"
LIMIT, KEY, ROLE, PLAIN = "plan limits", "Check the API key", "use one of role", "Check the call's arguments"


@pytest.mark.parametrize(
    ("said", "kind", "hint"),
    [
        ("No model testing results found, run 'startClassifyJob' first", ek.NotFoundError, RUN),
        ("No sample with id 999: this project has 1 to 80", ek.StudioError, IDS),
        ("Sample not found", ek.StudioError, IDS),
        ("Could not find learn block", ek.StudioError, IDS),
        ("Invalid project ID", ek.StudioError, IDS),
        ("No impulse with id 9: this project has 1, 2", ek.StudioError, IMPULSES),
        ("Block 9 does not exist", ek.StudioError, IDS),
        ("This block has not been trained yet", ek.StudioError, TRAIN),
        ("Learn block 5 is not trained yet", ek.StudioError, TRAIN),
        ("You need to train this block first", ek.StudioError, TRAIN),
        ("Job failed: compute time limit exceeded", ek.StudioError, LIMIT),
        ("Invalid API key", ek.AuthenticationError, KEY),
        ("This API key has expired", ek.AuthenticationError, KEY),
        ("You don't have permission to do this", ek.AuthenticationError, ROLE),
        ("No 'int4' model in this project: it has float32, int8", ek.StudioError, PLAIN),
        ("No threshold 'nope' in learn block 5", ek.StudioError, PLAIN),
        ("Something went wrong", ek.StudioError, PLAIN),
    ],
)
@pytest.mark.parametrize("status", [200, 400])
def test_the_hint_fits_the_servers_words(said, kind, hint, status):
    body = json.dumps({"success": False, "error": said}).encode()
    with Server(reply(body, status)) as server, pytest.raises(ek.StudioError) as caught:
        ek.Studio(url=server.url, api_key="ei_0123456789", project_id=1, retries=0).sample(2)
    assert type(caught.value) is kind
    assert caught.value.status == status
    assert f"the Studio says: {said}" in str(caught.value)
    assert [h for h in (IDS, IMPULSES, RUN, TRAIN, LIMIT, KEY, ROLE, PLAIN) if h in str(caught.value)] == [hint]


@pytest.mark.parametrize(
    ("said", "listed"),
    [
        ("Sample not found", "studio.samples()"),
        ("Could not find learn block", "studio.blocks()"),
        ("Invalid project ID", "studio.projects()"),
        ("No job with id 7", "the error that named it"),
        ("Unknown id", "studio.samples()"),
    ],
)
def test_an_unknown_id_is_told_where_those_of_its_kind_are_listed(said, listed):
    assert listed in meant(said, "GET /api/1/jobs/7/status").hint


@pytest.mark.parametrize("said", [None, 7, ["x"], {"a": 1}, ""])
def test_a_no_without_words_is_told_all_the_same(said):
    with answering({"success": False, "error": said}) as (studio, _), pytest.raises(ek.StudioError, match=PLAIN):
        studio.sample(2)


# --- keys and their roles ---


def refused(server, key: str, call) -> ek.AuthenticationError:
    with pytest.raises(ek.AuthenticationError) as caught:
        call(ek.Studio(url=server.url, api_key=key, project_id=1))
    assert key not in str(caught.value)
    return caught.value


def test_a_wrong_key_and_a_role_that_is_too_small_are_told_apart(sandbox):
    wrong = refused(sandbox, "ei_wrong_key", lambda studio: studio.samples())
    small = refused(sandbox, sandbox.role_keys["motion"]["ingestiononly"], lambda studio: studio.samples())
    assert (wrong.status, small.status) == (401, 403)
    assert "it is missing or wrong" in str(wrong)
    assert "its role, ingestiononly, does not allow this call: use one of role admin or readonly" in str(small)
    assert "Check the API key" not in str(small)


def test_a_readonly_key_reads_and_classifies_and_changes_nothing(sandbox):
    key = sandbox.role_keys["motion"]["readonly"]
    studio = ek.connect(url=sandbox.url, api_key=key)
    assert len(studio.samples("testing", limit=2)) == 2
    assert len(studio.classify(31, 5).blocks[0].windows()) == 17
    for call in (
        lambda s: s.test(),
        lambda s: s.set_threshold(5, 3, key="min_anomaly_score"),
        lambda s: s.cancel_job(1),
    ):
        assert "its role, readonly, does not allow this call: use one of role admin (" in str(
            refused(sandbox, key, call)
        )


@pytest.mark.parametrize("role", ["ingestiononly", "ingestion_deployment"])
def test_keys_of_ingestion_open_no_call_but_the_name_of_their_project(sandbox, role):
    key = sandbox.role_keys["objects"][role]
    assert ek.Studio(url=sandbox.url, api_key=key).projects() == {2: "objects"}
    assert requests.get(f"{sandbox.url}/api/2/impulse", headers={"x-api-key": key}, timeout=60).status_code == 403


def test_another_projects_key_is_told_by_the_project_not_by_a_role(sandbox):
    error = refused(sandbox, sandbox.keys["objects"], lambda studio: studio.samples())
    assert "one of another project: check EI_PROJECT_ID" in str(error)
    assert "role" not in str(error)


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ("", "most likely its role does not allow this call: use one of role admin or readonly ("),
        ("Forbidden", "but its role does not allow this call"),
        ("Requires role admin", "its role does not allow this call: use one of role admin ("),
        ("Role ingestiononly, needs readonly", ", ingestiononly, does not allow this call: use one of role readonly"),
    ],
)  # fmt: skip
def test_a_server_that_says_less_or_more_of_roles_is_understood(said, hint):
    with Server(reply(json.dumps({"success": False, "error": said}).encode(), 403)) as server:
        assert hint in str(refused(server, "ei_0123456789", lambda studio: studio.samples()))


def test_a_path_that_the_server_does_not_know_is_no_matter_of_ids():
    with (
        Server(reply(b'{"success": false, "error": "Cannot GET /x"}', 404)) as server,
        pytest.raises(ek.NotFoundError, match="does not know the call") as caught,
    ):
        ek.Studio(url=server.url, api_key="ei_0123456789", project_id=1).samples()
    assert "ids" not in str(caught.value)


# --- jobs: what the live service sends ---

FINISHED = json.loads((Path(__file__).parents[1] / "data" / "live" / "job-finished.json").read_text())


@pytest.mark.parametrize("finished", ["2026-02-05T18:00:00Z", True])
def test_the_end_of_a_job_is_a_date_or_true(finished):
    document = FINISHED | {"job": FINISHED["job"] | {"finished": finished}}
    with answering(document) as (studio, _):
        job = studio.job(99988)
    assert (job.finished, job.finished_successful) == (finished, True)


@pytest.mark.parametrize("finished", [{}, {"finished": None}, {"finished": False}])
def test_a_job_is_waited_for_until_it_has_ended(finished):
    running = {key: value for key, value in FINISHED["job"].items() if not key.startswith("finished")}
    answers = [{"success": True, "id": 99988}, {"success": True, "job": running | finished, "error": None}, FINISHED]
    result = json.loads((Path(__file__).parents[1] / "data" / "seed-classify-response.json").read_text())
    with answering(*answers, result) as (studio, server):
        assert studio.classify(2).sample.id == 2
    assert len(server.requests) == 4


def test_a_log_of_a_thousand_lines_says_that_it_may_not_be_all():
    lines = [{"data": f"line {number}\n"} for number in range(2000, 1000, -1)]
    with answering({"success": True, "stdout": lines}) as (studio, _):
        log = studio.job_log(1)
    assert len(log) == 1001
    assert log[0] == "(These are the last 1000 lines: the Studio sends no more.)"
    assert (log[1], log[-1]) == ("line 1001", "line 2000")


def test_a_shorter_log_is_all_of_it_unless_the_server_counts_more():
    lines = [{"data": "two\n"}, {"data": "one\n"}]
    with answering(
        {"success": True, "stdout": lines, "totalCount": 2}, {"success": True, "stdout": lines, "totalCount": 3}
    ) as (studio, _):
        assert studio.job_log(1) == ["one", "two"]
        assert studio.job_log(1) == ["(These are the last 2 lines: the Studio sends no more.)", "one", "two"]

"""Several impulses in a project: listing them, and asking of one by its id or name."""

from __future__ import annotations

import pytest

import edgekit as ek
from tests.wire.test_answers import RESULT as ANSWER
from tests.wire.test_answers import TESTED, answering

SHORT, SHORT_DSP, SHORT_CLASSIFIER, SHORT_MIXTURE = 2, 7, 8, 9
IMPULSE = {"success": True, "impulse": {"id": 2, "inputBlocks": [], "dspBlocks": [], "learnBlocks": []}}


@pytest.fixture(scope="module")
def short(sandbox):
    studio = ek.connect(url=sandbox.url, api_key=sandbox.keys["motion"], impulse=SHORT)
    assert studio.impulse().id == SHORT
    return studio


def test_they_are_listed_with_windows_and_blocks(studio):
    table = studio.impulses()
    assert table.index.tolist() == [1, 2]
    assert table["window_ms"].tolist() == [2000, 1000]
    assert table.loc[SHORT, "learn"] == "keras, anomaly-gmm"
    assert table["complete"].all()


def test_a_server_that_has_only_the_short_list_is_enough():
    listed = {"success": True, "impulses": [IMPULSE["impulse"] | {"name": "one"}]}
    with answering({"success": False, "error": "Unknown call"}, listed) as (studio, server):
        assert studio.impulses()["name"].to_dict() == {2: "one"}
    assert server.requests[-1].path.endswith("/impulses")


def test_the_accuracy_of_the_testing_set_stands_there_once_it_was_tested():
    with ek.Sandbox() as running:
        own = ek.connect(url=running.url, api_key=running.keys["motion"])
        testing = own.test(impulse=SHORT)
        table = own.impulses()
        assert table.loc[SHORT, "Testing accuracy"] == testing.figures.loc["accuracy", "value"]
    assert len(testing) == 50 * 19
    assert testing.results[31].window_size_ms == 1000
    assert [block.id for block in testing.results[31].blocks] == [SHORT_CLASSIFIER, SHORT_MIXTURE]


@pytest.mark.parametrize("name", [SHORT, "motion, short windows"])
def test_a_sample_is_classified_under_the_impulse_that_is_named(studio, name):
    result = studio.classify(31, impulse=name)
    assert (result.window_size_ms, len(result.block("keras").windows())) == (1000, 19)
    assert studio.classify(31, "anomaly-gmm", impulse=name).blocks[0].id == SHORT_MIXTURE
    assert [r.window_size_ms for r in studio.classify([31, 32], impulse=name)] == [1000, 1000]
    assert studio.classify(31).window_size_ms == 2000


def test_everything_of_a_studio_under_an_impulse_is_about_that_one(short):
    assert short.blocks()["id"].tolist() == [6, SHORT_DSP, SHORT_CLASSIFIER, SHORT_MIXTURE]
    result = short.classify(31)
    assert [block.id for block in result.blocks] == [SHORT_CLASSIFIER, SHORT_MIXTURE]
    explained = result.block("anomaly-gmm").explain()
    assert explained["score"].tolist() == pytest.approx(explained["recomputed"].tolist())
    assert short.features(31, SHORT_DSP).shape == (19, 48)
    assert short.compare_variants(31, ["float32", "int8"])["block"].unique().tolist() == [8, 9]
    assert repr(short).endswith(", impulse 2>")


def test_the_parameter_goes_where_the_api_takes_it_and_nowhere_else():
    with answering(IMPULSE, ANSWER, ANSWER["sample"], {"success": True, "id": 3}, TESTED) as (studio, server):
        under = studio.under(2)
        under.blocks()
        under.classify(2)
        under.sample(2)
    assert all("impulseId=2" in request.path for request in server.requests)
    with answering(ANSWER) as (studio, server):
        studio.under(2).classify(2, 2)
    assert "impulseId" not in server.requests[0].path


def test_a_server_that_answers_about_another_impulse_is_told():
    with answering(IMPULSE) as (studio, _), pytest.raises(ek.ResponseError, match="asked for impulse 7"):
        studio.under(7).impulse()


@pytest.mark.parametrize(("name", "said"), [("nope", "There are: 1 .'motion'., 2"), (1.5, "a text"), (True, "id")])
def test_a_name_that_no_impulse_has_is_a_usage_error(studio, name, said):
    with pytest.raises(ek.UsageError, match=said):
        studio.classify(31, impulse=name)


def test_an_id_that_no_impulse_has_is_the_servers_no(studio):
    with pytest.raises(ek.StudioError, match="No impulse with id 7: this project has 1, 2"):
        studio.classify(31, impulse=7)


def test_the_deprecated_call_for_all_blocks_knows_no_impulse(studio):
    with pytest.raises(ek.UsageError, match="knows no impulse"):
        studio.classify(31, deprecated=True, impulse=2)


def test_a_threshold_of_the_second_impulse_leaves_the_first_ones_results():
    with ek.Sandbox() as running:
        own = ek.connect(url=running.url, api_key=running.keys["motion"])
        own.test()
        own.under(SHORT).set_threshold("keras", 0.7)
        assert own.classify(31, impulse=SHORT).block("keras").threshold == 0.7
        assert own.classify(31).block("keras").threshold == 0.6
        assert len(own.test(start=False)) == 50 * 17

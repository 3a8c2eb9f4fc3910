"""The client, against the sandbox over real HTTP."""

from __future__ import annotations

import json
import re
import warnings
from functools import partial

import numpy as np
import pandas as pd
import pytest
from tqdm import tqdm

import edgekit as ek
from edgekit import connect
from edgekit.studio import sample_calls
from tests.faults import Server, reply


def test_connect_without_a_key_is_the_sandbox_and_says_so(monkeypatch):
    monkeypatch.delenv("EI_API_KEY", raising=False)
    studio = connect()
    assert "sandbox" in repr(studio)
    assert "sandbox" in studio._repr_html_()
    assert studio.project_id == 1


def test_connect_reads_key_and_address_from_the_environment(monkeypatch, sandbox):
    monkeypatch.setenv("EI_API_KEY", sandbox.keys["motion"])
    monkeypatch.setenv("EI_API_ENDPOINT", sandbox.url + "/")
    studio = connect()
    assert (studio.url, studio.project_id) == (sandbox.url, 1)
    assert "sandbox" not in repr(studio)


def test_the_project_comes_from_the_argument_else_the_environment(monkeypatch, sandbox):
    at = {"url": sandbox.url, "api_key": sandbox.keys["motion"]}
    monkeypatch.setenv("EI_PROJECT_ID", "41")
    assert connect(**at, project_id=1).project_id == 1
    with pytest.raises(ek.NotFoundError, match=r"sees project 1 \('motion'\), not 41"):
        connect(**at)
    monkeypatch.setenv("EI_PROJECT_ID", "my project")
    with pytest.raises(ek.UsageError, match="EI_PROJECT_ID"):
        connect(**at)


def test_of_a_key_that_sees_several_projects_the_first_is_taken_and_said(monkeypatch):
    monkeypatch.delenv("EI_PROJECT_ID", raising=False)
    seen = {"success": True, "projects": [{"id": 12, "name": "pump"}, {"id": 13, "name": "fan"}]}
    with Server(reply(json.dumps(seen).encode())) as server:
        at = {"url": server.url, "api_key": "ei_x"}
        with pytest.warns(
            UserWarning, match=r"sees 2 projects \(12: pump, 13: fan\).*first, 12.*EI_PROJECT_ID"
        ) as said:
            assert connect(**at).project_id == 12
        assert [warning.filename for warning in said] == [__file__]
        with warnings.catch_warnings(action="error"):
            assert connect(**at, project_id=13).project_id == 13


def test_quotation_marks_that_an_env_file_left_around_a_value_do_no_harm(monkeypatch, sandbox):
    monkeypatch.setenv("EI_API_KEY", f'"{sandbox.keys["motion"]}"')
    monkeypatch.setenv("EI_API_ENDPOINT", f"'{sandbox.url}'")
    monkeypatch.setenv("EI_PROJECT_ID", '" 1 "')
    assert connect().project_id == 1


def test_the_sandbox_can_be_asked_for_even_where_a_key_is_set(monkeypatch):
    monkeypatch.setenv("EI_API_KEY", "ei_somebody")
    assert "sandbox" in repr(connect(sandbox="motion"))


@pytest.mark.parametrize(
    "arguments",
    [
        {"sandbox": "nope"},
        {"sandbox": "motion", "api_key": "x"},
        {"url": "https://studio.edgeimpulse.com/v1"},
        {"project_id": 3},
        {"api_key": "  "},
        {"api_key": 5},
        {"api_key": "x", "url": 5},
        {"api_key": "x", "url": "studio.edgeimpulse.com"},
        {"api_key": "x", "url": "http://studio.edgeimpulse.com/v1"},
        {"api_key": "x", "url": "https://user:pass@studio.edgeimpulse.com/v1"},
    ],
)
def test_arguments_that_cannot_work_are_usage_errors(arguments):
    with pytest.raises(ek.UsageError):
        connect(**arguments)


def test_a_wrong_key_says_where_to_look(sandbox):
    with pytest.raises(ek.AuthenticationError, match="Check the API key") as caught:
        connect(url=sandbox.url, api_key="ei_wrong")
    assert "ei_wrong" not in str(caught.value)


def test_a_wrong_key_is_met_at_once_also_where_the_project_is_named(sandbox):
    with pytest.raises(ek.AuthenticationError):
        connect(url=sandbox.url, api_key="ei_wrong", project_id=1)
    with pytest.raises(ek.ConnectionFailed):
        connect(url="http://127.0.0.1:9/v1", api_key="ei_x", project_id=1)


def test_no_network_says_what_works_without():
    with pytest.raises(ek.ConnectionFailed, match="sandbox"):
        ek.Studio(url="http://127.0.0.1:9/v1", api_key="x", retries=0).samples()


def test_a_wrong_address_says_so(sandbox):
    with pytest.raises(ek.NotFoundError, match="/v1"):
        ek.Studio(url=sandbox.url + "/x", api_key=sandbox.keys["motion"]).samples()


# --- samples ---


def test_samples_is_a_table_indexed_by_id(studio):
    table = studio.samples()
    assert table.index.name == "id"
    assert list(table.index) == list(range(1, 81))
    assert list(table.columns) == [
        "filename", "label", "category", "length_ms", "frequency_hz", "readings", "axes", "created",
    ]  # fmt: skip
    assert table.loc[12, "label"] == "running"


def test_samples_filters_and_limits(studio):
    assert set(studio.samples("testing")["category"]) == {"testing"}
    assert set(studio.samples(labels=["walking", "running"])["label"]) == {"walking", "running"}
    assert len(studio.samples(limit=35)) == 35
    none = studio.samples(labels=["nothing"])
    assert none.empty
    assert studio.classify(none) == []


def test_a_long_list_of_samples_comes_page_by_page_with_a_progress_bar(studio, monkeypatch, capsys):
    whole, ids = studio.samples(), sample_calls.listed_ids(studio._calls)
    monkeypatch.setattr(sample_calls, "PAGE", 30)
    monkeypatch.setattr("edgekit.progress.SHOW_AFTER", 0)
    monkeypatch.setattr("tqdm.auto.tqdm", partial(tqdm, mininterval=0))
    pd.testing.assert_frame_equal(studio.samples(), whole)
    assert sample_calls.listed_ids(studio._calls) == ids == whole.index.to_list()
    testing = whole.index[whole["category"] == "testing"].to_list()
    assert studio.samples("testing", limit=40).index.to_list() == testing[:40]
    assert re.search(r"list testing:  60%.* 30/50 .*sample/s", capsys.readouterr().err)


def test_one_label_needs_no_list(studio):
    assert len(studio.samples(labels="badminton")) == 20


def test_samples_reads_every_page(studio, monkeypatch):
    monkeypatch.setattr("edgekit.studio.sample_calls.PAGE", 7)
    assert len(studio.samples()) == 80
    assert len(studio.samples("testing", limit=15)) == 15


def test_an_unknown_category_is_the_servers_no(studio):
    with pytest.raises(ek.StudioError, match="expected one of"):
        studio.samples("nope")


def test_a_sample_has_its_signal_with_units(studio):
    sample = studio.sample(12)
    signal = sample.signal()
    assert (sample.id, sample.label, sample.category, sample.filename) == (12, "running", "training", "running02")
    assert signal.index.name == "time_ms"
    assert list(signal.index[:3]) == [0, 100, 200]
    assert list(signal.columns) == ["accX", "accY", "accZ", "gyrX", "gyrY", "gyrZ"]
    assert signal.shape == (100, 6)
    assert signal.attrs["units"]["accX"] == "N/A"


def test_an_id_that_does_not_exist_is_the_servers_no(studio):
    with pytest.raises(ek.StudioError, match="No sample with id 999"):
        studio.sample(999)


@pytest.mark.parametrize("wrong", ["12", 1.5, True, -1, None])
def test_what_is_no_id_is_a_usage_error(studio, wrong):
    with pytest.raises(ek.UsageError, match="Expected an id"):
        studio.classify(wrong)


def test_ids_from_a_table_are_fine(studio):
    assert studio.sample(studio.samples().index[11]).id == 12


# --- the impulse ---


def test_blocks_lists_the_impulse_from_input_to_learn(studio):
    blocks = studio.blocks()
    assert list(blocks.columns) == ["id", "kind", "type", "title"]
    assert list(blocks["kind"]) == ["input", "dsp", "learn", "learn", "learn"]
    assert list(blocks["type"])[2:] == ["keras", "anomaly", "anomaly-gmm"]
    assert studio.impulse().input_blocks[0].window_size_ms == 2000


# --- classification ---


def test_classify_answers_for_every_block(studio):
    result = studio.classify(12)
    assert [block.type for block in result.blocks] == ["keras", "anomaly", "anomaly-gmm"]
    assert result.sample.id == 12
    assert (result.window_size_ms, result.window_increase_ms) == (2000, 500)


def test_one_block_by_id_type_or_title_and_by_the_deprecated_get(studio):
    table = studio.classify(12, 5).blocks[0].windows()
    for other in (
        studio.classify(studio.sample(12), "anomaly-gmm"),
        studio.classify(12, block="Anomaly detection (GMM)"),
        studio.classify(12, block=5, deprecated=True),
    ):
        assert len(other.blocks) == 1
        pd.testing.assert_frame_equal(other.blocks[0].windows(), table)
    assert len(studio.classify(12, deprecated=True).blocks) == 3


def test_a_name_that_fits_no_block_or_two_lists_them(studio):
    with pytest.raises(ek.UsageError, match=r"5 \(anomaly-gmm"):
        studio.classify(12, block="nope")
    with pytest.raises(ek.UsageError, match="2 learn blocks answer"):
        studio.classify(12, block="Anomaly detection")


def test_windows_of_the_sandbox_have_time_expectation_and_scores(studio):
    table = studio.classify(31).block("keras").windows()
    assert list(table.columns) == ["start_ms", "end_ms", "expected", "running", "standing", "walking"]
    assert len(table) == 17
    assert list(table["start_ms"][:3]) == [0, 500, 1000]
    assert set(table["expected"]) == {"badminton"}
    np.testing.assert_allclose(table[["running", "standing", "walking"]].sum(axis=1), 1)


def test_a_variant_the_project_does_not_have_is_the_servers_no(studio):
    with pytest.raises(ek.StudioError, match="No 'akida' model"):
        studio.classify(12, variant="akida")
    with pytest.raises(ek.UsageError, match="deprecated"):
        studio.classify(12, variant="int8", deprecated=True)


# --- behind the score ---


def test_the_mixture_scores_every_window_as_the_server_does(studio):
    gmm = studio.gmm("anomaly-gmm")
    for sample in (12, 31, 80):
        features = studio.features(sample, 2)
        scores = studio.classify(sample, 5).blocks[0].windows()["anomaly"]
        np.testing.assert_allclose(gmm.score(features), scores, rtol=0, atol=1e-6)
        np.testing.assert_allclose(np.abs(gmm.signed_score(features.to_numpy())), scores, rtol=0, atol=1e-6)


def test_explanations_name_the_features(studio):
    explained = studio.gmm(5).explain(studio.features(31, 2))
    assert list(explained.columns) == ["component", "distance", *(f"{axis} RMS" for axis in studio.sample(31).signal())]
    np.testing.assert_allclose(explained.iloc[:, 2:].sum(axis=1), explained["distance"])


def test_features_are_named_one_row_a_window(studio):
    features = studio.features(12, 2)
    assert features.shape == (17, 78)
    assert features.index.name == "window"
    assert list(features.columns[:3]) == ["accX RMS", "accX Skewness", "accX Kurtosis"]


def test_a_mixture_is_only_for_gmm_blocks(studio):
    with pytest.raises(ek.StudioError, match="no GMM"):
        studio.gmm(4)


# --- what is shown ---


def test_reprs_are_short_and_html_is_escaped(studio):
    sample = studio.sample(12)
    result = studio.classify(31)
    for shown in (studio, sample, result, *result.blocks):
        assert len(repr(shown)) < 160
        assert shown._repr_html_().startswith("<div>")
        assert len(shown._repr_html_()) < 2500
    sample.raw.sample.filename = "<img src=x onerror=alert(1)>"
    assert "<img" not in sample._repr_html_()


def test_a_server_that_stopped_still_leaves_a_repr(sandbox):
    studio = ek.Studio(url="http://127.0.0.1:9/v1", api_key="ei_secret", project_id=1, retries=0)
    assert "ei_secret" not in repr(studio) + studio._repr_html_()
    assert "no connection" in studio._repr_html_()


# --- several samples, variants, model testing ---


def test_a_list_of_samples_gives_a_result_each_in_their_order(studio):
    wanted = [40, 3, 12, 12, 31]
    results = studio.classify(wanted, block=5)
    assert [result.sample.id for result in results] == wanted
    assert studio.classify(studio.samples("training").index[:3])[2].sample.id == 3
    assert studio.classify([]) == []


def test_an_error_among_several_names_the_sample(studio):
    with pytest.raises(ek.StudioError, match="No sample with id 999") as caught:
        studio.classify([12, 999, 13])
    assert "sample 999" in caught.value.__notes__[0]


def test_variants_stand_side_by_side_with_their_difference(studio):
    table = studio.compare_variants(12, ["float32", "int8"])
    assert list(table.columns) == ["block", "window", "key", "float32", "int8", "difference"]
    np.testing.assert_allclose(table["difference"], table["int8"] - table["float32"])
    classifier = table[table["block"] == 3]
    assert len(classifier) == 17 * 3
    assert 0 < classifier["difference"].abs().max() < 0.05
    assert (classifier["int8"] * 256 == (classifier["int8"] * 256).round()).all()
    assert (table.loc[table["block"] != 3, "difference"] == 0).all()


@pytest.mark.parametrize("filters", [{"limit": "3"}, {"limit": -1}, {"limit": 2.5}, {"labels": 5}])
def test_a_filter_that_cannot_work_is_a_usage_error(studio, filters):
    with pytest.raises(ek.UsageError):
        studio.samples(**filters)


@pytest.mark.parametrize("variants", [[], "int8", 8])
def test_variants_are_a_list(studio, variants):
    with pytest.raises(ek.UsageError, match="as a list"):
        studio.compare_variants(12, variants)


def test_a_studio_needs_a_key():
    for missing in ({}, {"api_key": None}):
        with pytest.raises(ek.UsageError, match="No API key"):
            ek.Studio(**missing)


def test_one_variant_is_the_same_alone(studio):
    table = studio.compare_variants(12, ["int8"])
    alone = studio.classify(12, variant="int8").block(3).windows()
    np.testing.assert_array_equal(table.query("block == 3 and key == 'running'")["int8"], alone["running"])


@pytest.fixture
def own_studio():
    """A client of a sandbox of its own: model testing and thresholds change it."""
    with ek.Sandbox() as running:
        yield ek.connect(url=running.url, api_key=running.keys["motion"])


def test_model_testing_is_one_table_with_a_result_behind_each_sample(own_studio, monkeypatch):
    monkeypatch.setattr("edgekit.studio.testing_calls.TEST_PAGE", 7)
    testing = own_studio.test()
    table = testing.predictions
    assert list(table.columns) == [
        "sample", "start_ms", "end_ms", "label", "prediction", "correct", "expected_anomaly", "f1",
    ]  # fmt: skip
    assert len(table) == 50 * 17
    results = testing.results
    assert set(results) == set(table["sample"]) == set(own_studio.samples("testing").index)
    pd.testing.assert_frame_equal(results[31].block(5).windows(), own_studio.classify(31, 5).blocks[0].windows())
    assert results[31].sample.signal().shape == (100, 6)  # fetched when asked for
    scores = results[31].block(5).windows()["anomaly"]
    assert list(table[table["sample"] == 31]["prediction"] == "anomaly") == list(
        scores > results[31].block(5).threshold
    )


def test_the_last_model_testing_can_be_fetched_again(own_studio):
    with pytest.raises(ek.NotFoundError, match="No test has been run"):
        own_studio.test(start=False)
    pd.testing.assert_frame_equal(own_studio.test().predictions, own_studio.test(start=False).predictions)


def test_a_threshold_can_be_set_and_empties_model_testing_which_says_why(own_studio):
    own_studio.test()
    own_studio.set_threshold("anomaly-gmm", 5)
    assert own_studio.classify(31, 5).blocks[0].threshold == 5
    assert own_studio.anomaly_metadata(5).thresholds[0].value == 5
    with pytest.raises(ek.NotFoundError, match="thresholds were changed"):
        own_studio.test(start=False)
    assert own_studio.test().results[31].block(5).threshold == 5


@pytest.mark.parametrize(("block", "value", "key"), [(5, "x", None), (5, 1, "nope")])
def test_a_threshold_that_cannot_be_set_is_the_servers_no(own_studio, block, value, key):
    with pytest.raises(ek.StudioError):
        own_studio.set_threshold(block, value, key=key)
    assert own_studio.classify(31, 5).blocks[0].threshold < 5


def test_the_threshold_of_a_block_that_is_not_there_is_asked_of_no_server(studio):
    with pytest.raises(ek.UsageError, match="There is no learn block 77"):
        studio.set_threshold(77, 1, key="min_anomaly_score")


def test_a_threshold_is_a_finite_number(studio):
    with pytest.raises(ek.UsageError, match="finite"):
        studio.set_threshold(5, float("nan"))


# --- parts and originals of a sample ---


def test_a_slice_or_a_limit_fetches_part_of_a_sample(studio):
    whole = studio.sample(12).signal()
    np.testing.assert_array_equal(studio.slice(12, 5, 9).signal(), whole.iloc[5:9])
    np.testing.assert_array_equal(studio.sample(12, limit=4).signal(), whole.iloc[::25])
    with pytest.raises(ek.StudioError, match="sliceStart"):
        studio.slice(12, 9, 5)


def test_the_original_bytes_carry_a_signature_that_only_the_right_key_verifies(studio):
    sample = studio.sample(12)
    assert sample.verify("edgekit-sandbox-motion-hmac-key") is True
    assert sample.verify("another key") is False
    original = sample.original()
    assert sample.verify("edgekit-sandbox-motion-hmac-key", original=original) is True
    assert sample.verify("edgekit-sandbox-motion-hmac-key", original=original.replace(b"1.9", b"1.8", 1)) is False
    assert sample.verify("edgekit-sandbox-motion-hmac-key", original=original + b" ") is False


def test_a_sample_without_a_picture_is_the_servers_no(studio):
    with pytest.raises(ek.StudioError, match="is no image"):
        studio.sample(12).image()


def test_a_studio_closes_its_connections_and_opens_them_again_when_asked(sandbox):
    with ek.Studio(url=sandbox.url, api_key=sandbox.keys["motion"]) as own:
        assert len(own.samples("training", limit=3)) == 3
    pools = own._calls.transport._session.adapters.values()
    assert all(not pool.poolmanager.pools for pool in pools)
    assert own.sample(1).id == 1
    own.close()


def test_it_says_who_owns_the_project_and_which_blocks_are_trained(studio):
    assert isinstance(studio.owner(), str)
    assert studio.trained("anomaly-gmm") is True


def test_the_frame_of_a_picture_is_asked_of_the_studio_that_was_asked(sandbox):
    """Two Studios of one process, and one of them changed: what one remembers is nothing to the other."""
    one, other = (ek.Studio(url=sandbox.url, api_key=sandbox.keys["objects"]) for _ in range(2))
    picture = int(one.samples("testing", limit=1).index[0])
    assert one.classify(picture).block("fomo").truth_boxes().attrs["frame"] == "model input"
    assert one._known_impulse is not None
    assert other._known_impulse is None

"""Which samples are meant: an id, a table's index, a file's name; and what is kept where one of many fails."""

from __future__ import annotations

import time

import pytest

import edgekit as ek


def ids(results):
    return [result.sample.id for result in results]


def test_a_table_of_samples_is_classified_by_its_index(studio):
    frame = studio.samples("testing", limit=3)
    assert ids(studio.classify(frame, block="keras")) == frame.index.to_list()
    assert ids(studio.classify(frame.index, block="keras")) == frame.index.to_list()


def test_a_files_name_stands_for_the_only_sample_that_has_it(studio):
    assert studio.classify("badminton01").sample.id == 31
    assert ids(studio.classify(["badminton01", "badminton02", 33])) == [31, 32, 33]
    assert studio.sample("badminton01").id == 31
    assert len(studio.slice("badminton01", 0, 5).signal()) == 5


def test_a_sample_that_is_named_twice_is_classified_twice(studio):
    assert ids(studio.classify([31, 31])) == [31, 31]


@pytest.mark.parametrize(
    ("given", "kind", "said"),
    [
        ("31", ek.UsageError, "leave out the quotes"),
        (["31"], ek.UsageError, "leave out the quotes"),
        ("testing", ek.UsageError, r"studio\.samples\('testing'\)"),
        ("nothing.json", ek.NotFoundError, "No sample's file is called 'nothing.json'"),
        (3.5, ek.UsageError, "Expected an id"),
        (None, ek.UsageError, "Expected an id"),
    ],
)
def test_what_an_id_is_is_said(studio, given, kind, said):
    with pytest.raises(kind, match=said):
        studio.classify(given)
    if not isinstance(given, list):
        with pytest.raises(kind, match=said):
            studio.sample(given)


def test_a_table_without_ids_in_its_index_is_refused(studio):
    windows = studio.classify(31).blocks[0].windows()
    with pytest.raises(ek.UsageError, match="index"):
        studio.classify(windows)


def test_a_name_that_several_samples_have_is_refused_with_their_ids(studio, monkeypatch):
    table = studio.samples().assign(filename="one")
    monkeypatch.setattr("edgekit.studio.wanted.listed", lambda calls: table)
    with pytest.raises(ek.UsageError, match=r"80 samples have files called 'one'.*1, 2, 3"):
        studio.classify("one")


def test_the_answers_that_came_before_one_failed_are_kept(studio):
    with pytest.raises(ek.EdgekitError) as failed:
        studio.classify([31, 32, 33, 9999, 34])
    assert set(ids(failed.value.results)) >= {31, 32, 33}
    assert "This was sample 9999, one of 5." in failed.value.__notes__


def test_those_that_fail_can_be_left_out_and_are_listed_with_their_reasons(studio):
    results = studio.classify([31, 9999, 32], keep_going=True)
    assert ids(results) == [31, 32]
    assert results.failures.index.to_list() == [9999]
    assert "9999" in results.failures["text"].iloc[0]
    assert studio.classify([31]).failures.empty


def test_a_fault_that_would_meet_every_sample_ends_it_all(studio, monkeypatch):
    calls = []

    def refuse(self, *path, **options):
        calls.append(path)
        time.sleep(0.05)  # as a server would take: without it the threads may be through before the first error is met
        raise ek.AuthenticationError("The key was withdrawn.")

    _ = studio.project_id
    monkeypatch.setattr("edgekit.wire.session.Transport.post", refuse)
    with pytest.raises(ek.AuthenticationError):
        studio.classify(range(1, 60), keep_going=True)
    assert len(calls) < 59

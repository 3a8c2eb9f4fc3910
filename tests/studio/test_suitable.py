"""A project that has what a notebook is about: one's own, else one of the sandbox's."""

from __future__ import annotations

import json

import matplotlib.pyplot as plt
import pytest

import edgekit as ek
from edgekit.results.kinds import KINDS, kind_of
from tests.conftest import SEED

GOES_ON = "the notebook goes on with a project of the sandbox."


@pytest.fixture
def account(sandbox, monkeypatch):
    """Set the key of one of the sandbox's projects, as of an account."""

    def use(project: str) -> int:
        monkeypatch.setenv("EI_API_KEY", sandbox.keys[project])
        monkeypatch.setenv("EI_API_ENDPOINT", sandbox.url)
        return ek.connect().project_id

    return use


@pytest.mark.parametrize(
    ("project", "block"),
    [("motion", "anomaly-gmm"), ("motion", "classification"), ("routine", "anomaly"), ("objects", "detection"),
     ("objects", "keras-object-detection"), ("objects", "yolox"), ("surface", "visual")],
)  # fmt: skip
def test_a_project_that_has_it_is_taken_without_a_word(account, capsys, project, block):
    own = account(project)
    assert ek.connect_for(block).project_id == own
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("project", "block", "instead"),
    [
        ("objects", "anomaly-gmm", "motion"),
        ("routine", "fomo", "objects"),
        ("surface", "anomaly", "motion"),
        ("motion", "visual", "surface"),
    ],
)
def test_for_a_project_without_it_a_line_says_so_and_the_sandbox_takes_over(account, capsys, project, block, instead):
    account(project)
    assert repr(instead) in repr(ek.connect_for(block))
    assert capsys.readouterr().out == f"This project has no {block} block: {GOES_ON}\n"


def test_without_a_key_it_is_the_sandbox_at_once(capsys):
    assert "'objects'" in repr(ek.connect_for("fomo"))
    assert "'motion'" in repr(ek.connect_for("classification"))
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("lack", ["sample in testing", "impulse yet"])
def test_a_project_without_samples_or_without_an_impulse_does_not_have_it(account, capsys, monkeypatch, lack):
    account("motion")
    own, samples, impulse = ek.connect().url, ek.Studio.samples, ek.Studio.impulse

    def no_samples(studio, *args, **options):
        return samples(studio, *args, **options).head(0 if studio.url == own else 1)

    def no_impulse(studio):
        if studio.url == own:
            raise ek.NotFoundError("There is no impulse yet.")
        return impulse(studio)

    monkeypatch.setattr(ek.Studio, *(("impulse", no_impulse) if lack == "impulse yet" else ("samples", no_samples)))
    assert "'motion'" in repr(ek.connect_for("anomaly"))
    assert capsys.readouterr().out == f"This project has no {lack}: {GOES_ON}\n"


@pytest.mark.parametrize(("project", "block"), [("motion", "anomaly"), ("objects", "fomo")])
def test_a_project_whose_block_is_not_trained_does_not_have_it(account, capsys, monkeypatch, project, block):
    account(project)
    own, trained = ek.connect().url, ek.Studio.trained
    monkeypatch.setattr(ek.Studio, "trained", lambda studio, learn: studio.url != own and trained(studio, learn))
    assert ek.connect_for(block).url != own
    assert capsys.readouterr().out == f"This project has no trained {block} block: {GOES_ON}\n"


@pytest.mark.parametrize("told", [True, None])
def test_one_trained_block_of_several_is_enough_and_so_is_a_server_that_does_not_tell(account, monkeypatch, told):
    own = account("motion")  # its blocks 4 and 5 are of the kind anomaly
    monkeypatch.setattr(ek.Studio, "trained", lambda studio, learn: told if learn == 5 else False)
    assert ek.connect_for("anomaly").project_id == own


def test_what_no_project_has_is_told_with_what_can_be_asked_for():
    with pytest.raises(ek.UsageError, match=r"'no-such'.*classification.*anomaly-gmm"):
        ek.connect_for("no-such")
    with pytest.raises(ek.UsageError, match="a sample in validation"):
        ek.connect_for("classification", category="validation")


def test_a_wrong_key_is_told_and_not_passed_over(account, monkeypatch):
    account("motion")
    monkeypatch.setenv("EI_API_KEY", "ei_wrong")
    with pytest.raises(ek.AuthenticationError):
        ek.connect_for("classification")


def test_the_kind_of_a_block_follows_from_its_type():
    assert {kind: [kind_of(name) for name in types] for kind, types in KINDS.items()} == {
        kind: [kind] * len(types) for kind, types in KINDS.items()
    }
    assert kind_of("keras-some-object-detection") == "detection"
    assert kind_of("keras-freeform") is None


@pytest.mark.parametrize(
    ("rows", "kind"),
    [([{"a": 0.9, "b": 0.1}], "classification"), ([{"anomaly": 3.0}], "anomaly"), ([], None)],
)
def test_the_kind_of_a_type_that_is_not_known_follows_from_the_answer(rows, kind):
    document = json.loads(SEED.read_text())
    block = document["classifications"][0]
    block["learnBlock"]["type"] = "keras-freeform"
    del block["structuredResult"], block["details"]
    block["result"] = rows
    assert ek.parse(document).blocks[0].kind == kind
    block["structuredResult"] = [{"boxes": [[0.1, 0.1, 0.2, 0.2]], "scores": [0.9], "mAP": 0.5, "f1": 0.5}]
    assert ek.parse(document).blocks[0].kind == "detection"


def test_a_sample_is_drawn_as_what_it_is(sandbox):
    pictures, recordings = (ek.connect(url=sandbox.url, api_key=sandbox.keys[name]) for name in ("objects", "motion"))
    picture, recording = pictures.sample(1), recordings.sample(1)
    assert (picture.kind, recording.kind) == ("image", "signal")
    ax = picture.plot()
    assert ax.images[0].get_array().shape[:2] == picture.image().size[::-1]
    assert ax.get_title("left").startswith(picture.filename)
    assert len(recording.plot().lines) == len(recording.sensors)
    plt.close("all")

"""Whatever a server writes: what is shown of it is short, drives no terminal, and turns no text round."""

from __future__ import annotations

import copy
import io
import json
import re
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tqdm.auto import tqdm

import edgekit as ek
from edgekit import display, progress
from edgekit.studio import jobs
from edgekit.wire.schema import Job, SampleInfo
from tests.conftest import SEED
from tests.faults import Server, reply

KEY = "ei_0123456789abcdef0123456789abcdef"
# What drives a terminal or turns text round; line ends and tabs may stand in a text of several lines.
FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
NASTY = (
    "\x1b[2J\x1b[1;31mred\x1b[0m \x1b]0;title\x07 \x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\ \x9b2J \x9d0;t\x9c \x07"
    "\b\r\u202eevil\u202c \u2066x\u2069 \u200fy \u2028 \ud83d"
)
LONG = "name " * 400_000  # two million characters


def document(name: str) -> dict[str, object]:
    """Return a response with this text in the place of every name in it."""
    found = json.loads(SEED.read_text())
    info, block = found["sample"]["sample"], found["classifications"][0]
    info |= dict.fromkeys(("filename", "label", "category", "deviceName", "deviceType", "chartType"), name)
    info["metadata"] = {name: name}
    for sensor in (*info["sensors"], *found["sample"]["payload"]["sensors"]):
        sensor |= {"name": name, "units": name}
    block["learnBlock"] |= {"name": name, "title": name}
    block["result"] = [{name: 0.25, f"{name}2": 0.5} for _ in block["result"]]
    block["thresholds"] = [{"key": name, "value": 0.5, "description": name, "helpText": name}]
    return found | {"warning": name}


@pytest.fixture(scope="module", params=["nasty", "long"])
def shown(request) -> dict[str, str]:
    """Everything that is shown of such a response, by what shows it."""
    name = {"nasty": NASTY, "long": LONG}[request.param]
    result = ek.parse(json.dumps(document(name)))
    [block] = result.blocks
    explorers = {f"explorer of {type(of).__name__}": ek.explore(of) for of in (block, result.sample)}
    found = {"sample": result.sample, "result": result, "block": block, "info": result.sample.info, "raw": result.raw}
    found |= {"learn block": block.learn_block, "threshold": block.raw.thresholds[0]} | explorers
    texts = {name: repr(of) for name, of in found.items()}
    texts |= {f"{name} as HTML": of._repr_html_() for name, of in found.items() if hasattr(of, "_repr_html_")}
    texts |= {f"{name} as text/plain": of._repr_mimebundle_()[0]["text/plain"] for name, of in explorers.items()}
    errors = {
        "no such block": lambda: result.block("nothing"),
        "no such axis": lambda: setattr(explorers["explorer of Sample"], "axes", ["nothing"]),
        "no picture": result.sample.image,
        "not a number": lambda: ek.Sample(ek.parse(json.dumps(document(name) | {})).sample.raw).verify(
            "k", original=b"{}"
        ),
    }
    for what, ask in errors.items():
        with pytest.raises(ek.EdgekitError) as caught:
            ask()
        texts[what] = str(caught.value)
    return texts


def test_whatever_is_shown_of_a_response_drives_no_terminal(shown):
    assert {what: FORBIDDEN.findall(text) for what, text in shown.items() if FORBIDDEN.search(text)} == {}


def test_whatever_is_shown_of_a_response_is_short(shown):
    assert {what: len(text) for what, text in shown.items() if len(text) > 30_000} == {}


@pytest.mark.parametrize("name", [NASTY, LONG, KEY])
@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 429, 500])
def test_a_refusal_is_shown_short_and_clean_with_its_next_step(name, status):
    with Server(reply({"success": False, "error": f"no: {name}"}, status)) as server:
        studio = ek.Studio(url=server.url, api_key="ei_x", project_id=1, retries=0)
        with pytest.raises(ek.StudioError) as caught:
            studio.samples()
    said = str(caught.value)
    assert "no: " in said
    assert not FORBIDDEN.search(said)
    assert len(said) < 1500
    assert said.endswith(".")
    assert KEY not in said


@pytest.mark.parametrize("name", [NASTY, LONG])
def test_odd_documents_are_named_short_and_clean(name):
    sample = json.loads(SEED.read_text())["sample"]["sample"]
    answers = [
        {"success": True, "samples": [sample | {"id": name}], "totalCount": 1},
        {"success": True, "samples": [sample | {name: 1, "sensors": [{name: 1}]}], "totalCount": 1},
        {name: name},
        [name],
    ]
    for answer in answers:
        with Server(reply(json.dumps(answer).encode())) as server:
            studio = ek.Studio(url=server.url, api_key="ei_x", project_id=1, retries=0)
            with pytest.raises(ek.EdgekitError) as caught:
                studio.samples()
        assert not FORBIDDEN.search(str(caught.value))
        assert len(str(caught.value)) < 5000


class Logged:
    """A job that fails after a while with such a log."""

    def __init__(self, line: str, polls: int) -> None:
        self.line, self.polls = line, polls

    def job(self, job: int) -> Job:
        self.polls -= 1
        done = self.polls < 0
        return Job(
            id=job, category=self.line, finished="now" if done else None, finished_successful=False if done else None
        )

    def job_log(self, job: int) -> list[str]:
        return [self.line]

    def cancel_job(self, job: int) -> None:
        raise ek.StudioError(self.line)


@pytest.mark.parametrize("line", [NASTY, LONG, KEY])
def test_a_jobs_log_is_shown_short_and_clean_while_it_runs_and_when_it_fails(line, monkeypatch):
    bar = io.StringIO()
    monkeypatch.setattr(progress, "SHOW_AFTER", 0)
    monkeypatch.setattr(
        "tqdm.auto.tqdm", lambda *args, **kwargs: tqdm(*args, **kwargs | {"file": bar, "mininterval": 0})
    )
    with pytest.raises(ek.JobFailed) as caught:
        jobs.follow(Logged(line, 3), 7, 60)
    for text in (str(caught.value), bar.getvalue().replace("\r", "").replace("\x1b[A", "")):
        assert text
        assert not FORBIDDEN.search(text)
        assert len(text) < 3000
        assert KEY not in text


def test_a_name_that_a_project_has_is_cleaned_where_it_is_shown():
    projects = {"success": True, "projects": [{"id": 1, "name": NASTY}]}
    with Server(reply(projects)) as server, pytest.raises(ek.NotFoundError) as caught:
        ek.connect(url=server.url, api_key="ei_x", project_id=2)
    assert not FORBIDDEN.search(str(caught.value))


@given(st.text(st.characters(codec=None)), st.integers(2, 50))
def test_shown_is_one_line_of_printable_text_within_its_limit(text, limit):
    line = display.shown(text, limit)
    assert len(line) <= limit
    assert "\n" not in line
    assert not FORBIDDEN.search(line)
    line.encode()


@given(st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"]), max_size=50))
def test_a_text_that_can_be_shown_is_shown_as_it_is(text):
    assert display.shown(text, 50) == text


@given(st.text(st.characters(codec=None)))
def test_every_errors_text_is_printable(text):
    for kind in (ek.EdgekitError, ek.UsageError, ek.ResponseError, ek.StudioError, ek.JobFailed):
        assert not FORBIDDEN.search(str(kind(text)))


def test_a_long_errors_text_keeps_its_beginning_and_its_next_step():
    said = str(ek.StudioError(f"GET /x: {LONG}. Do this next."))
    assert said.startswith("GET /x: name")
    assert said.endswith("Do this next.")
    assert len(said) < 5000


@pytest.mark.parametrize(
    "text", [f"a {KEY} b", KEY, f"{'x' * 300}{KEY}", f"{KEY}" * 100, f"{'y' * 1990}{KEY}{'z' * 9000}"]
)
def test_what_looks_like_a_key_is_in_no_text(text):
    for said in (display.shown(text), display.quoted(text), display.message(text), str(ek.UsageError(text))):
        assert KEY[:24] not in said
        assert KEY[-16:] not in said


def test_a_struct_with_a_million_values_has_a_short_repr():
    raw = ek.parse(json.dumps(document("x"))).raw
    raw.sample.payload.values = [[0.1, 0.2]] * 1_000_000
    assert len(repr(raw)) < 100_000
    assert repr(SampleInfo)  # the class's own is untouched


def test_a_struct_shows_what_it_holds_in_a_few_words(studio):
    said = repr(studio.sample(31).info)
    assert said.startswith("SampleInfo(id=31, filename=")
    assert "Sensor(" in said
    assert "None" not in said
    assert max(map(len, (said, repr(studio.classify(31).raw)))) <= 2_000
    assert "<th" in studio.sample(31).info._repr_html_()


def test_the_impulse_and_what_an_anomaly_block_learned_are_told_in_a_few_short_lines(studio):
    impulse = studio.impulse()
    assert repr(impulse).split("\n") == [
        "<Impulse 1 'motion'>",
        "  input 1  time-series: windows of 2000 ms every 500 ms, 10 Hz",
        "  dsp 2    spectral-analysis: 13 features of each of accX, accY, accZ, gyrX, gyrY, gyrZ",
        "  learn 3  keras: Classification (logistic regression)",
        "  learn 4  anomaly: Anomaly detection (K-means)",
        "  learn 5  anomaly-gmm: Anomaly detection (GMM)",
    ]
    clusters, mixture = (repr(studio.anomaly_metadata(block)).split("\n") for block in ("anomaly", "anomaly-gmm"))
    assert clusters[4] == "  clusters           8, largest distance 0.5837 to 1.573"
    assert mixture[1:] == [
        "  axes               features 0, 13, 26, 39, 52, 65",
        "  mean               -0.6108",
        "  scale              5.511",
        "  min_anomaly_score  2.52 (suggested: 2.52)",
    ]
    assert "<th" in impulse._repr_html_()
    other = copy.deepcopy(impulse)
    other.name, other.learn_blocks = f"<b>\x1b[31m {KEY}", other.learn_blocks * 5_000
    assert KEY[:24] not in repr(other) + other._repr_html_()
    assert not FORBIDDEN.search(repr(other).replace("\n", ""))
    assert "&lt;b&gt;" in other._repr_html_()
    assert len(repr(other)) <= 2_000


def test_in_a_structs_repr_nothing_is_obeyed_and_no_key_stands(studio):
    info = copy.deepcopy(studio.sample(31).info)
    info.filename, info.label, info.metadata = f"<b>\x1b[31m {KEY}", "\u202eabc", {"<i>": [KEY]}
    assert KEY[:24] not in repr(info) + info._repr_html_()
    assert repr(info).isprintable()
    assert "<b>" not in info._repr_html_().removeprefix("<div><b>SampleInfo</b>")
    assert "&lt;b&gt;" in info._repr_html_()
    assert "<i>" not in info._repr_html_()


def test_a_warning_is_short_and_clean():
    found = document("x")
    found["classifications"][0]["expectedLabels"] = [{"startIndex": 0, "endIndex": 2, "label": NASTY}] * 2
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        ek.parse(json.dumps(found)).blocks[0].windows()
    for warning in caught:
        assert not FORBIDDEN.search(str(warning.message))

"""The report of one's own project: counts of what held, nothing else of it, and nothing in it changed."""

from __future__ import annotations

import dataclasses
import json
import re
import warnings
from pathlib import Path

import pytest
import requests

import edgekit as ek
from edgekit.cli import main
from edgekit.doctor import assumptions, field_report
from edgekit.sandbox import motion, server

LIVE = Path(__file__).parents[1] / "data" / "live"
NASTY = "zq<script>alert('x')</script>|`secret-pump`\n# zq"
HELD = re.compile(r"^\| (.+) \| (\d+) \| (\d+) \| (\d+) \|$", re.M)


def counts(page: str) -> dict[str, tuple[int, int, int]]:
    """Return of each assumption how often it held, did not, was not seen."""
    return {text: (int(held), int(failed), int(unseen)) for text, held, failed, unseen in HELD.findall(page)}


@pytest.fixture(scope="module")
def pages(sandbox, tmp_path_factory):
    """The pages of two projects of the sandbox."""
    folder = tmp_path_factory.mktemp("reports")
    connected = {name: ek.connect(url=sandbox.url, api_key=sandbox.keys[name]) for name in ("motion", "objects")}
    return {name: field_report.write(studio, folder / f"{name}.md") for name, studio in connected.items()}


def test_what_edgekit_and_the_sandbox_both_believe_holds(pages):
    for page in pages.values():
        found = counts(page)
        assert len(found) == len(assumptions.OF_SAMPLES) + len(assumptions.OF_BLOCKS)
        assert [text for text, (_, failed, _) in found.items() if failed] == []
        assert "| nothing | 0 |" in page


def test_each_project_shows_what_it_can_show(pages):
    motion, objects = counts(pages["motion"]), counts(pages["objects"])
    assert motion["A GMM score is the absolute z that edgekit computes from the block's parameters"] == (8, 0, 16)
    assert motion["Window i starts at i · increase"] == (8, 0, 0)
    assert objects["In FOMO's debug info x is the row"][0] > 0
    assert objects["In object detection a sample's label lists its boxes; - is none"] == (8, 0, 0)
    assert objects["A GMM score is never negative"] == (0, 0, 16)


@pytest.fixture
def hostile(monkeypatch):
    """A sandbox whose project, samples, labels, blocks and devices have names that must go nowhere."""

    def build():
        project = motion.build()
        samples = {
            number: dataclasses.replace(
                sample, filename=f"{NASTY}{number}", label=f"{NASTY}label", metadata={NASTY: NASTY}, device=NASTY
            )
            for number, sample in project.samples.items()
        }
        blocks = {
            number: dataclasses.replace(
                block, about=block.about | {"title": NASTY, "name": NASTY, "type": block.about["type"]}
            )
            for number, block in project.blocks.items()
        }
        blocks[3] = dataclasses.replace(blocks[3], about=blocks[3].about | {"type": f"{NASTY}type"})
        impulse = project.impulse | {"name": NASTY, "learnBlocks": [block.about for block in blocks.values()]}
        return dataclasses.replace(project, name=NASTY, samples=samples, blocks=blocks, impulse=impulse)

    monkeypatch.setitem(server.PROJECTS, "motion", build)
    with ek.Sandbox() as running:
        yield running


def test_no_name_value_or_key_of_the_project_is_on_the_page(hostile, tmp_path, monkeypatch, capsys):
    key, path = hostile.keys["motion"], tmp_path / "report.md"
    monkeypatch.setenv("EI_API_KEY", key)
    monkeypatch.setenv("EI_API_ENDPOINT", hostile.url)
    assert main(["doctor", "--report", str(path)]) == 0
    page = path.read_text("utf-8")
    said = capsys.readouterr().out
    for kept in ("zq", "script", "secret-pump", key, "127.0.0.1", hostile.url):
        assert kept not in page
        assert kept not in said
    assert "| blocks of another type | 8 |" in page
    without = page.replace(ek.__version__, "").replace(__import__("platform").python_version(), "")
    assert not re.search(r"\d\.\d", without)  # scores, times and thresholds have decimal places; counts have none
    assert max(int(number) for number in re.findall(r"\d+", without)) <= 24


def test_only_what_reads_or_computes_is_sent(sandbox, tmp_path, monkeypatch):
    sent = []
    real = requests.adapters.HTTPAdapter.send
    monkeypatch.setattr(
        requests.adapters.HTTPAdapter,
        "send",
        lambda self, request, **kw: sent.append((request.method, request.url)) or real(self, request, **kw),
    )
    field_report.write(ek.connect(url=sandbox.url, api_key=sandbox.keys["motion"]), tmp_path / "page.md", samples=1)
    assert len(sent) > 10
    posts = {re.sub(r"\d+", "N", url.partition("/v1/")[2].partition("?")[0]) for method, url in sent if method != "GET"}
    assert posts == {"api/N/classify/vN/N"}
    assert {method for method, _ in sent} == {"GET", "POST"}


def test_a_readonly_key_is_enough(sandbox, tmp_path):
    studio = ek.connect(url=sandbox.url, api_key=sandbox.role_keys["motion"]["readonly"])
    assert "| nothing | 0 |" in field_report.write(studio, tmp_path / "page.md", samples=1)


def test_a_call_that_would_change_the_project_is_refused_before_it_is_sent(studio):
    only = field_report.ReadOnly(studio._calls.transport)
    for path in (("jobs", "classify"), ("impulse", 1, "set-thresholds"), ("jobs", 1, "cancel")):
        with pytest.raises(ek.UsageError, match="only reads"):
            only.post("api", 1, *path)


def test_the_studio_that_was_given_can_still_change_its_project(sandbox, tmp_path):
    studio = ek.connect(url=sandbox.url, api_key=sandbox.keys["motion"])
    field_report.write(studio, tmp_path / "page.md", samples=1)
    assert not isinstance(studio._calls.transport, field_report.ReadOnly)


def test_what_cannot_be_read_is_counted_by_its_kind_alone(sandbox, tmp_path, monkeypatch):
    def broken(self, block):
        raise ek.ResponseError(f"not what the API promises: {NASTY}")

    def bug(*args):
        raise ZeroDivisionError(NASTY)

    monkeypatch.setattr(ek.Studio, "gmm", broken)
    monkeypatch.setattr(ek.BlockResult, "threshold", property(bug))
    monkeypatch.setattr(assumptions, "OF_BLOCKS", (*assumptions.OF_BLOCKS[:9], ("It can be divided", bug)))
    monkeypatch.setattr(field_report, "OF_BLOCKS", assumptions.OF_BLOCKS)
    page = field_report.write(ek.connect(url=sandbox.url, api_key=sandbox.keys["motion"]), tmp_path / "p.md", samples=1)
    assert "| ResponseError | 2 |" in page
    assert "| ZeroDivisionError (unforeseen) | 6 |" in page
    assert "zq" not in page


def test_warnings_with_names_in_them_do_not_get_out(hostile, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        field_report.write(ek.connect(url=hostile.url, api_key=hostile.keys["motion"]), tmp_path / "page.md", samples=1)


def test_without_a_key_there_is_no_project_to_report_of(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["doctor", "--report"]) == 1
    assert "set EI_API_KEY" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_wrong_key_writes_nothing(sandbox, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("EI_API_KEY", "ei_wrong_key")
    monkeypatch.setenv("EI_API_ENDPOINT", sandbox.url)
    assert main(["doctor", "--report", str(tmp_path / "page.md")]) == 1
    assert "Check the API key" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


# --- single checks, where the sandbox agrees with everything ---


def block(document: dict) -> ek.BlockResult:
    return ek.parse(document).blocks[0]


def case(name: str) -> dict:
    return json.loads((LIVE / f"{name}.json").read_text())


CHECKS = dict(assumptions.OF_BLOCKS)
HIGHEST, MEAN = (f"The score of a picture is {what}" for what in ("its highest cell", "the mean of its cells"))


def test_the_score_of_a_picture_is_told_apart():
    visual = block(case("visual-two-thresholds"))
    assert (CHECKS[HIGHEST](visual), CHECKS[MEAN](visual)) == (False, True)
    assert CHECKS["A visual block says how the cells become one score"](visual) is True


@pytest.mark.parametrize(
    ("name", "readings"), [("interval-is-the-increase", False), ("interval-is-the-readings", True)]
)
def test_what_expected_labels_count_is_told_apart(name, readings):
    found = block(case(name))
    assert CHECKS["expectedLabels count readings, by the block's intervalMs"](found) is readings


def test_pixels_are_no_ratios():
    document = case("paddleocr")
    assert CHECKS["structuredResult.boxes are ratios of the picture"](block(document)) is True
    document["classifications"][0]["structuredResult"][0]["boxes"] = [[64, 96, 192, 24]]
    assert CHECKS["structuredResult.boxes are ratios of the picture"](block(document)) is False


def test_a_debug_info_that_is_not_swapped_is_noticed(objects_answers):
    swapped = "In FOMO's debug info x is the row"
    answer = objects_answers["wide"][0]
    assert CHECKS[swapped](ek.parse(answer).blocks[0]) is True
    answer = json.loads(json.dumps(answer))
    found = answer["classifications"][0]["structuredResult"][0]
    info = json.loads(found["debugInfoJson"])
    info["y_preds"] = [point | {"x": point["y"], "y": point["x"]} for point in info["y_preds"]]
    found["debugInfoJson"] = json.dumps(info)
    assert CHECKS[swapped](ek.parse(answer).blocks[0]) is False


OF_SAMPLES = dict(assumptions.OF_SAMPLES)


def seen(document: dict, studio=None, inputs=()) -> assumptions.Seen:
    impulse = assumptions.Impulse(input_blocks=list(inputs), dsp_blocks=[], learn_blocks=[])
    return assumptions.Seen(studio, impulse, ek.parse(document))


def test_an_impulse_that_resamples_is_noticed():
    text = "The payload has the stored sample's interval (the impulse does not resample)"
    assert OF_SAMPLES[text](seen(case("resampled-2026"))) is False
    assert OF_SAMPLES[text](seen(case("interval-is-the-readings"))) is None  # only one of the two is told


def test_an_answer_that_holds_a_tenth_of_the_readings_is_noticed():
    text = "A classify answer holds every reading"
    assert OF_SAMPLES[text](seen(case("payload-downsampled"))) is False
    assert OF_SAMPLES[text](seen(case("resampled-2026"))) is True

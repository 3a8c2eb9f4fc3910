"""The detection explorer's front end, in a plain page without Jupyter."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

import edgekit as ek
from edgekit.colours import DETECTED
from edgekit.explorers import DetectionExplorer
from tests.objects_result import detected_result

from .page import ExplorerPage

EVIL = "<img src=x onerror=window.hacked=1></script><script>window.hacked=1</script>"


@pytest.fixture(scope="module")
def results(sandbox) -> list[ek.ClassifyResult]:
    studio = ek.connect(url=sandbox.url, api_key=sandbox.keys["objects"])
    return studio.classify(studio.samples("testing").index[::3])


@pytest.fixture
def explorer(results) -> DetectionExplorer:
    return ek.explore(results)


@pytest.fixture
def page(context: BrowserContext, explorer, tmp_path: Path) -> Iterator[ExplorerPage]:
    page = ExplorerPage(context, explorer, tmp_path)
    yield page
    page.close()


def table(page: ExplorerPage) -> dict[str, list[str]]:
    rows = page.root.locator(".ek-wide tbody tr").evaluate_all(
        "all => all.map(r => [...r.cells].map(c => c.textContent))"
    )
    return {name: cells for name, *cells in rows}


def set_slider(page: ExplorerPage, name: str, value: float) -> None:
    slider, frames = page.root.get_by_label(name), page.drawn()
    if float(slider.input_value()) == value:
        return  # nothing to draw
    slider.evaluate("(input, value) => { input.value = value; input.dispatchEvent(new Event('input')); }", value)
    page.drawn(frames)


def test_arrows_step_through_the_pictures_worst_first(page, explorer):
    stage = page.root.get_by_role("slider", name="picture")
    stage.focus()
    expect(page.root.locator(".ek-card").first).to_contain_text(explorer.pictures["filename"][0])
    page.press("ArrowRight", "ArrowRight")
    expect(page.root.locator(".ek-card").first).to_contain_text(explorer.pictures["filename"][2])
    expect(page.field("picture")).to_have_value("3")  # as one counts; the trait begins at 0, as rows do
    expect(page.root.locator(".ek-head")).to_contain_text(f"of {len(explorer.pictures)}")
    page.press("End")
    expect(page.field("picture")).to_have_value(str(len(explorer.pictures)))


@pytest.mark.parametrize(("threshold", "distance"), [(0, 0.2), (0, 0.02), (0.8, 0.1), (1, 0.5)])
def test_both_sliders_are_followed_and_the_counts_are_those_of_python(page, explorer, threshold, distance):
    set_slider(page, "score at least", threshold)
    set_slider(page, "distance up to", distance)
    explorer.threshold, explorer.min_distance = threshold, distance
    counts, shown = explorer.counts, table(page)
    for name, title in (("tp", "TP"), ("fp", "FP"), ("fn", "FN")):
        assert [int(cell) for cell in shown[title]] == counts[name].tolist()
    assert shown["F1"] == [f"{f1:.3f}" for f1 in counts["f1"]]
    gained = page.root.locator(".ek-gains tbody tr").evaluate_all(
        "all => all.map(r => [...r.cells].map(c => c.textContent))"
    )
    assert dict(gained) == {
        f"{kind} ({row['count']:.0f})": f"+{row['gain']:.3f}"
        for kind, row in explorer.gains.query("count > 0").iterrows()
    }
    for scope, of_scope in counts.groupby("scope", sort=False):  # one column where both countings agree
        agree = (of_scope[["tp", "fp", "fn"]].nunique() == 1).all()
        heading = page.root.locator(".ek-wide thead th", has_text=scope)
        expect(heading).to_have_attribute("colspan", "1" if agree else "2")


def test_the_pictures_change_with_the_slider_and_the_cells(page):
    before = page.pictures()
    set_slider(page, "distance up to", 0.01)
    after = page.pictures()
    assert after != before
    frames = page.drawn()
    page.root.get_by_label("cells").check()
    page.drawn(frames)
    assert page.pictures()[0] != after[0]


def test_a_click_on_an_object_shows_its_distances(page, explorer):
    explorer.picture = 5
    page.field("picture").fill("6")
    page.page.keyboard.press("Enter")
    expect(page.root).to_contain_text("No object chosen")
    stage = page.root.locator(".ek-stage").bounding_box()
    side = min(stage["width"], stage["height"]) - 16
    left, top = stage["x"] + (stage["width"] - side) / 2, stage["y"] + (stage["height"] - side) / 2
    truth = explorer.matched().truths.iloc[0]
    page.page.mouse.click(left + truth["x"] * side, top + truth["y"] * side)
    card = page.root.get_by_role("group", name="the object")
    expect(card).not_to_contain_text("No object")
    expect(card.locator("tbody tr").first).to_be_visible()
    page.root.get_by_role("slider", name="picture").focus()
    page.press("Escape")
    expect(card).to_contain_text("No object chosen")


def test_n_and_p_go_through_all_objects(page, explorer):
    page.root.get_by_role("slider", name="picture").focus()
    card = page.root.get_by_role("group", name="the object")
    count = len(explorer.selection)
    seen = set()
    for _ in range(count):
        page.press("n")
        seen.add(card.locator("h3").inner_text())
    assert len(seen) == count
    page.press("p")
    assert card.locator("h3").inner_text() in seen


def test_every_kind_has_its_marker_and_count_as_text(page, explorer):
    kinds = explorer.selection.query("object == 'prediction' or kind == 'missed'")["kind"].value_counts()
    listed = page.root.locator(".ek-kinds li").all_inner_texts()
    assert {text for text in listed if "not in training" not in text} == {f"{n} {kind}" for kind, n in kinds.items()}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(context, explorer, tmp_path, scheme):
    page = ExplorerPage(context, explorer, tmp_path, color_scheme=scheme)
    assert page.serious_findings() == []
    page.close()


def test_it_is_one_screen_and_fits_a_narrow_one(page):
    page.resize(1280, 720)
    assert page.root.bounding_box()["height"] < 680
    page.resize(520, 900)
    assert page.page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")


def test_boxes_are_explored_by_their_overlap(context, results, tmp_path):
    blocks = [next(b for b in r.blocks if b.raw.object_detection_last_layer != "fomo") for r in results]
    explorer = ek.explore(blocks)
    page = ExplorerPage(context, explorer, tmp_path)
    set_slider(page, "IoU at least", 0.8)
    explorer.min_iou = 0.8
    assert [int(cell) for cell in table(page)["TP"]] == explorer.counts["tp"].tolist()
    page.close()


def test_names_of_a_server_are_text_and_pictures_may_be_missing(context, tmp_path):
    page = ExplorerPage(context, ek.explore(detected_result(3, 4, name=EVIL)), tmp_path)
    page.page.wait_for_timeout(200)
    assert page.page.evaluate("window.hacked") is None
    expect(page.root).to_contain_text("1 of 1 picture could not be fetched")
    page.close()


def test_the_picture_on_show_does_not_wait_for_the_others(context, tmp_path):
    many = [detected_result(60, 60, seed=i) for i in range(60)]
    explorer = ek.explore(many)
    page = ExplorerPage(context, explorer, tmp_path)
    slider = page.root.get_by_label("distance up to")
    pending = slider.evaluate("""async (input) => {
      const root = input.closest('.ek'), before = root.dataset.frames;
      input.value = 0.05;
      input.dispatchEvent(new Event('input'));
      while (root.dataset.frames === before) await new Promise(requestAnimationFrame);
      return root.querySelector('.ek-wide').getAttribute('aria-busy');
    }""")
    assert pending == "true"
    page.drawn()
    explorer.min_distance = 0.05
    assert [int(cell) for cell in table(page)["TP"]] == explorer.counts["tp"].tolist()
    page.close()


def test_a_hundred_objects_are_matched_as_python_does(context, tmp_path):
    explorer = ek.explore(detected_result(100, 100))
    page = ExplorerPage(context, explorer, tmp_path)
    set_slider(page, "distance up to", 0.05)
    explorer.min_distance = 0.05
    assert [int(cell) for cell in table(page)["TP"]] == explorer.counts["tp"].tolist()
    page.close()


def test_a_cell_has_the_colour_of_its_predictions_kind(page, explorer):
    """One colour, one meaning: in the colour of its class a cell of a wrong class would look like a hit."""
    wanted = DETECTED["wrong class"].light
    picture = next(
        i for i in range(len(explorer.pictures)) if (explorer.matched(i).errors()["kind"] == "wrong class").any()
    )
    page.page.evaluate(
        """() => {
          window.fills = [];
          const { set, get } = Object.getOwnPropertyDescriptor(CanvasRenderingContext2D.prototype, 'fillStyle');
          Object.defineProperty(CanvasRenderingContext2D.prototype, 'fillStyle',
            { get, set(style) { window.fills.push(style); set.call(this, style); } });
        }"""
    )
    page.field("picture").fill(str(picture + 1))
    page.page.keyboard.press("Enter")
    page.root.get_by_label("cells").check()
    page.page.wait_for_function("style => window.fills.includes(style)", arg=f"{wanted}66")


def test_a_truth_that_was_hit_is_not_named_twice(context, tmp_path):
    explorer = ek.explore(detected_result(4, 3))
    page = ExplorerPage(context, explorer, tmp_path)
    page.page.evaluate(
        """() => {
          window.names = {}; // by the picture that they are in
          const plain = CanvasRenderingContext2D.prototype.fillText;
          CanvasRenderingContext2D.prototype.fillText = function (text, ...where) {
            const { drawn } = document.querySelector('.ek').dataset;
            if (text.startsWith('class ')) (window.names[drawn] ??= []).push(text);
            return plain.call(this, text, ...where);
          };
        }"""
    )
    set_slider(page, "distance up to", 0.3)
    explorer.min_distance = 0.3
    told = explorer.selection
    hit = ((told["object"] == "truth") & (told["kind"] == "hit")).sum()
    assert hit
    names = page.page.evaluate("window.names")
    assert len(names[max(names, key=int)]) == len(told) - hit
    page.close()


@pytest.mark.parametrize("which", ["fomo", "yolox"])
def test_what_is_hollow_and_what_filled_is_said_in_words(context, results, tmp_path, which):
    page = ExplorerPage(context, ek.explore([r.block(which) for r in results]), tmp_path)
    expect(page.root).to_contain_text("filled: predictions")
    expect(page.root.get_by_role("group", name="the object")).to_have_attribute("aria-live", "polite")
    page.close()


def test_one_picture_needs_no_strip_of_pictures(context, results, tmp_path):
    page = ExplorerPage(context, ek.explore(results[0]), tmp_path)
    assert page.root.get_by_role("img", name="F1 of every picture").count() == 0
    page.close()


def test_no_heading_of_the_counts_takes_two_lines(context, results, tmp_path):
    page = ExplorerPage(context, ek.explore([r.block("yolox") for r in results]), tmp_path)
    heights = page.root.locator(".ek-wide thead tr").evaluate_all("all => all.map(row => row.offsetHeight)")
    assert heights[0] == pytest.approx(heights[1], abs=3)
    beyond = "side => side.scrollWidth - side.clientWidth"
    assert page.root.locator(".ek-side").evaluate(beyond) == 0
    page.resize(390, 800)  # a telephone: the side lies below
    page.page.locator(".ek.ek-narrow").wait_for()
    assert page.root.locator(".ek-side").evaluate(beyond) == 0
    page.close()


def test_long_names_leave_it_one_screen(context, tmp_path):
    explorer = ek.explore(detected_result(8, 8, name="a label that a user wrote as a whole sentence"))
    page = ExplorerPage(context, explorer, tmp_path)
    page.root.get_by_role("slider", name="picture").focus()
    page.press("n")
    heights = page.root.locator(".ek-near tr").evaluate_all("all => all.map(row => row.offsetHeight)")
    assert len(heights) == 5
    assert max(heights) < 30
    page.resize(1280, 720)
    assert page.root.bounding_box()["height"] < 680
    page.close()


def test_a_prediction_that_scores_just_the_threshold_is_shown(context, tmp_path):
    result = detected_result(5, 5)
    score = float(result.blocks[0].detections()["score"].min())
    explorer = ek.explore(result, threshold=score)
    assert (explorer.selection["object"] == "prediction").sum() == 5
    page = ExplorerPage(context, explorer, tmp_path)
    expect(page.root).to_contain_text("5 of 5 predictions")
    page.close()


def test_kinds_are_those_of_python_where_something_is_too_far(context, tmp_path):
    explorer = ek.explore(detected_result(20, 25), min_distance=0.03)
    page = ExplorerPage(context, explorer, tmp_path)
    kinds = explorer.selection.query("object == 'prediction' or kind == 'missed'")["kind"].value_counts()
    assert kinds["too far"]
    listed = page.root.locator(".ek-kinds li").all_inner_texts()
    assert set(listed) == {f"{n} {kind}" for kind, n in kinds.items()}
    page.close()


def test_shift_steps_ten_pictures_and_the_card_of_a_box_shows_its_overlap(context, results, tmp_path):
    explorer = ek.explore([r.block("yolox") for r in results])
    picture = next(i for i in range(10, 19) if len(explorer.matched(i).assignments))
    page = ExplorerPage(context, explorer, tmp_path)
    page.root.get_by_role("slider", name="picture").focus()
    page.press("Shift+ArrowRight", *["ArrowRight"] * (picture - 10), "n")
    expect(page.field("picture")).to_have_value(str(picture + 1))
    best = ek.detection.iou(explorer.matched(picture).truths, explorer.matched(picture).predictions)[0].max()
    expect(page.root.locator(".ek-near td").first).to_have_text(f"{best:.3f}")
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_two_variants_are_drawn_and_counted_side_by_side(context, sandbox, tmp_path, scheme):
    studio = ek.connect(url=sandbox.url, api_key=sandbox.keys["objects"])
    blocks = [[r.block("fomo") for r in studio.classify([139, 159], variant=one)] for one in ("float32", "int8")]
    explorer = DetectionExplorer(blocks[0], beside=blocks[1], models=("float32", "int8"))
    page = ExplorerPage(context, explorer, tmp_path, color_scheme=scheme)
    assert page.root.locator(".ek-models h3").all_inner_texts() == ["float32", "int8"]
    one, other = (stage.bounding_box() for stage in page.root.locator(".ek-stage").all())
    assert one["width"] == other["width"]
    assert one["y"] == other["y"]
    for name in ("f1", "precision", "recall"):
        figures = explorer.comparison.loc["this picture", name]
        shown = table(page)["F1" if name == "f1" else name]
        assert shown[:2] == [f"{figure:.3f}" for figure in figures]
    assert page.root.locator(".ek-kinds").inner_text().split() == ["4", "/", "4", "hit", "0", "/", "1", "background"]
    before = page.pictures()
    page.root.get_by_role("slider", name="picture, worst first").focus()
    page.press("ArrowRight")
    assert page.pictures() != before
    assert page.serious_findings() == []
    page.resize(390, 800)
    assert page.page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    page.close()

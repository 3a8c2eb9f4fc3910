"""The anomaly explorer's front end, in a plain page without Jupyter: a second each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

import edgekit as ek
from tests.scores import scored_result

from .page import ExplorerPage

EVIL = "<img src=x onerror=window.hacked=1>"


@pytest.fixture(scope="module")
def results(studio) -> list[ek.ClassifyResult]:
    """A few samples of every label, the unseen one as well."""
    testing = studio.samples("testing")
    chosen = testing.groupby("label", sort=False).head(2).index
    return studio.classify([int(sample) for sample in chosen])


@pytest.fixture
def explorer(results) -> ek.explorers.AnomalyExplorer:
    return ek.explore(results)


@pytest.fixture
def page(context: BrowserContext, explorer, tmp_path: Path) -> Iterator[ExplorerPage]:
    page = ExplorerPage(context, explorer, tmp_path)
    yield page
    page.close()


def shown(page: ExplorerPage) -> dict[str, str]:
    """The figures of the two small tables by name."""
    rows = page.root.locator("tbody tr").evaluate_all("rows => rows.map(r => [...r.cells].map(c => c.textContent))")
    return {name: cells for name, *cells in rows}


def test_arrows_step_windows_and_shift_steps_ten(page, explorer):
    page.root.get_by_role("slider", name="window").focus()
    page.press("ArrowRight", "ArrowRight")
    expect(page.field("window")).to_have_value("2")
    page.press("Shift+ArrowRight", "ArrowLeft")
    expect(page.field("window")).to_have_value("11")
    row = explorer.windows.loc[11]
    expect(page.root.locator(".ek-card")).to_contain_text("Window 11")
    expect(page.root.locator(".ek-card")).to_contain_text(f"{row['anomaly']:.2f}")
    page.press("End")
    expect(page.field("window")).to_have_value(str(len(explorer.windows) - 1))
    page.press("Home")
    expect(page.field("window")).to_have_value("0")
    for _ in range(7):  # faster than words follow
        page.page.keyboard.press("ArrowRight")
    page.drawn()
    assert page.field("window").input_value() == "7"


def test_counts_follow_the_threshold_and_are_those_of_python(page, explorer):
    for threshold in (0.5, 2.0, 7.5):
        before = page.drawn()
        page.field("threshold").fill(str(threshold))
        page.page.keyboard.press("Enter")
        page.drawn(before)
        explorer.threshold = threshold
        counts, figures = explorer.counts, shown(page)
        assert [int(cell) for cell in figures["anomalous"]] == [counts["tp"], counts["fn"]]
        assert [int(cell) for cell in figures["normal"]] == [counts["fp"], counts["tn"]]
        assert figures["precision"][:1] == [f"{counts['precision']:.1%}".replace("%", " %")]
        assert figures["recall"][:1] == [f"{counts['recall']:.1%}".replace("%", " %")]
        expect(page.root).to_contain_text(f"{counts['above']:.0f} of {len(explorer.windows)} windows above")
        expect(page.root).to_contain_text(f"in {counts['events']:.0f} event")


def test_the_blocks_own_threshold_is_one_key_away_and_two_are_compared(page, explorer):
    own, knob = explorer.threshold, page.root.get_by_role("slider", name="threshold")
    knob.focus()
    page.press("ArrowUp", "ArrowUp")
    explorer.threshold = float(page.field("threshold").input_value())
    assert explorer.threshold != own
    rows = {name: cells for name, *cells in page.root.locator(".ek-side tr:visible").evaluate_all(
        "rows => rows.map(r => [...r.cells].map(c => c.textContent))"
    )}  # fmt: skip
    both = explorer.comparison
    assert rows["events"] == [f"{count:.0f}" for count in both.loc["events"]]
    assert rows["false alarms"] == [f"{count:.0f}" for count in both.loc["fp"]]
    assert rows["recall"] == [f"{share:.1%}".replace("%", " %") for share in both.loc["recall"]]
    page.press("m")  # kept to compare with
    page.press("t")
    expect(page.field("threshold")).to_have_value(str(own))
    expect(page.root.locator(".ek-side")).to_contain_text("compared")
    page.field("threshold").fill("100000")
    page.page.keyboard.press("Enter")
    expect(page.root.get_by_role("status")).to_have_text("threshold: above every score")
    page.root.get_by_role("button", name="own").click()
    page.field("window").fill("99999")
    page.page.keyboard.press("Enter")
    expect(page.root.get_by_role("status")).to_contain_text(f"from 0 to {len(explorer.windows) - 1}")


def test_n_and_p_stop_where_one_chooses_and_buttons_do_the_same(page, explorer):
    explorer.threshold = 8
    page.field("threshold").fill("8")
    page.page.keyboard.press("Enter")
    page.root.get_by_label("go to").select_option("misses")
    frames = page.drawn()
    page.root.get_by_role("button", name="next stop").click()
    page.drawn(frames)
    row = explorer.windows.loc[int(page.field("window").input_value())]
    assert row["anomalous"]
    assert row["anomaly"] <= explorer.threshold
    misses = explorer.windows.query("anomalous and anomaly <= 8").index
    assert row.name == misses[misses > 0][0]
    for _ in range(2):
        page.root.get_by_role("button", name="previous stop").click()
    expect(page.root.get_by_role("status")).to_have_text(f"misses: none before window {misses[0]}")


def test_dragging_the_line_moves_the_threshold_and_the_picture(page):
    knob = page.root.get_by_role("slider", name="threshold")
    box, before, pictures = knob.bounding_box(), float(page.field("threshold").input_value()), page.pictures()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.page.mouse.move(x, y)
    page.page.mouse.down()
    for step in (10, 20, 30):
        frames = page.drawn()
        page.page.mouse.move(x, y - step)
        page.drawn(frames)
    page.page.mouse.up()
    assert float(page.field("threshold").input_value()) > before
    assert page.pictures() != pictures
    assert knob.bounding_box()["y"] < box["y"] - 20


def test_the_line_itself_and_the_histogram_can_be_dragged_as_well(page):
    knob = page.root.get_by_role("slider", name="threshold").bounding_box()
    track = page.root.locator(".ek-tall").bounding_box()
    value = float(page.field("threshold").input_value())
    page.page.mouse.move(track["x"] + 200, knob["y"] + knob["height"] / 2)
    page.page.mouse.down()
    page.page.mouse.move(track["x"] + 200, knob["y"] - 25)
    page.page.mouse.up()
    expect(page.field("threshold")).not_to_have_value(str(value))
    page.drawn()
    value = page.field("threshold").input_value()
    page.root.get_by_role("img", name="histogram").click(position={"x": 90, "y": 40})
    expect(page.field("threshold")).not_to_have_value(value)


def test_a_click_on_the_line_leaves_it_and_chooses_a_window(page):
    knob = page.root.get_by_role("slider", name="threshold").bounding_box()
    track = page.root.locator(".ek-tall").bounding_box()
    value = page.field("threshold").input_value()
    for x, beside in ((200, 0), (300, 5), (400, -5)):
        frames, before = page.drawn(), page.field("window").input_value()
        page.page.mouse.click(track["x"] + x, knob["y"] + knob["height"] / 2 + beside)
        page.drawn(frames)
        assert page.field("window").input_value() != before
        assert page.field("threshold").input_value() == value


def test_after_a_click_anywhere_in_it_its_keys_work(page):
    for place in (".ek-card h3", ".ek-side table"):
        page.page.evaluate("document.activeElement.blur()")
        before = int(page.field("window").input_value())
        page.root.locator(place).first.click(position={"x": 5, "y": 5})
        page.press("ArrowRight")
        expect(page.field("window")).to_have_value(str(before + 1))


def test_the_keyboard_reaches_everything(page):
    page.root.get_by_role("slider", name="threshold").focus()
    before = float(page.field("threshold").input_value())
    page.press("ArrowUp", "ArrowUp")
    raised = float(page.field("threshold").input_value())
    assert raised > before
    page.press("ArrowLeft")  # on the threshold itself, left and right move it, as of any slider
    assert before < float(page.field("threshold").input_value()) < raised
    page.press("n")
    first = int(page.field("window").input_value())
    expect(page.root.locator(".ek-card")).to_contain_text("above")
    page.press("n", "p")
    assert int(page.field("window").input_value()) == first
    page.press("+")
    page.press("0")
    reached = set()
    page.page.locator("body").evaluate("body => document.activeElement.blur()")
    for _ in range(20):
        page.page.keyboard.press("Tab")
        reached.add(page.page.evaluate("(at => at.getAttribute('aria-label') ?? at.tagName)(document.activeElement)"))
    assert {"window", "threshold", "INPUT", "BUTTON"} <= reached


def test_a_click_chooses_the_window_and_a_drag_on_the_signal_zooms(page, explorer):
    signal, scores = page.root.locator(".ek-track").nth(0), page.root.locator(".ek-track").nth(1)
    frames = page.drawn()
    scores.click(position={"x": 300, "y": 12})
    page.drawn(frames)
    assert int(page.field("window").input_value()) > 10
    pictures = page.pictures()
    box = signal.bounding_box()
    page.page.mouse.move(box["x"] + 200, box["y"] + 50)
    page.page.mouse.down()
    page.page.mouse.move(box["x"] + 300, box["y"] + 60)
    frames = page.drawn()
    page.page.mouse.up()
    page.drawn(frames)
    assert page.pictures()[0] != pictures[0]
    page.root.get_by_role("button", name="show all").click()
    page.page.wait_for_function("old => document.querySelector('.ek canvas').toDataURL() === old", arg=pictures[0])


def test_whose_time_it_is_stands_along_the_axis_under_the_pointer_and_can_be_jumped_to(page, explorer):
    page.page.evaluate(
        """() => {
          window.texts = [];
          const plain = CanvasRenderingContext2D.prototype.fillText;
          CanvasRenderingContext2D.prototype.fillText = function (text, ...where) {
            window.texts.push(text);
            return plain.call(this, text, ...where);
          };
        }"""
    )
    names = explorer._timeline.samples
    wanted, frames = names[-1], page.drawn()
    page.root.get_by_label("sample", exact=True).fill(wanted.filename)
    page.page.keyboard.press("Enter")
    page.drawn(frames)
    first = explorer.windows.index[explorer.windows["sample"] == wanted.id][0]
    expect(page.field("window")).to_have_value(str(first))
    assert {wanted.filename, wanted.label} <= set(page.page.evaluate("window.texts"))
    track = page.root.locator(".ek-tall").bounding_box()
    page.page.mouse.move(track["x"] + track["width"] / 2, track["y"] + 30)
    told = page.root.locator(".ek-readout")
    expect(told).to_contain_text(f"{wanted.filename} · ")
    expect(told).to_contain_text(f" · {wanted.label}")
    assert (
        f": {explorer.windows['anomaly'][int(told.inner_text().split('window ')[1].split(':')[0])]:.2f}"
        in told.inner_text()
    )
    page.root.get_by_label("sample", exact=True).fill("no such name")
    page.page.keyboard.press("Enter")
    expect(page.root.get_by_role("status")).to_contain_text("no samples have")


def test_an_axis_can_be_hidden_and_shown(page):
    button = page.root.get_by_role("button", name="accX")
    before, frames = page.pictures()[0], page.drawn()
    button.click()
    page.drawn(frames)
    expect(button).to_have_attribute("aria-pressed", "false")
    assert page.pictures()[0] != before
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")


def test_explanation_and_probabilities_are_those_of_python(context, explorer, results, studio, tmp_path):
    page = ExplorerPage(context, explorer, tmp_path)
    expect(page.root.get_by_title("explorer.name_parts(studio.set_features")).to_contain_text("component")
    page.close()
    named = explorer.name_parts(studio.set_features("training"))
    page = ExplorerPage(context, explorer, tmp_path)
    explained = results[0].block("anomaly-gmm").explain()
    page.root.get_by_role("slider", name="window").focus()
    page.press("ArrowRight")
    row = explained.loc[1]
    shares = row.iloc[explained.columns.get_loc("distance") + 1 :].astype(float) / row["distance"]
    for feature in shares.abs().nlargest(3).index:
        expect(page.root).to_contain_text(f"{feature}{shares[feature] * 100:.1f} %")
    part = named.loc[row["component"]]
    expect(page.root).to_contain_text(
        f"Why: distance to component {int(row['component'])}, mostly {part['label']} "
        f"({part['of_label']} of {part['windows']} training windows)"
    )
    top = results[0].block("keras").windows().loc[1].iloc[3:].astype(float)
    expect(page.root).to_contain_text(f"{top.idxmax()}{top.max() * 100:.1f} %")
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(context, explorer, tmp_path, scheme):
    page = ExplorerPage(context, explorer, tmp_path, color_scheme=scheme)
    assert page.serious_findings() == []
    page.close()


def test_it_fits_a_narrow_page_and_draws_again_when_it_grows(page):
    page.resize(520, 900)
    expect(page.root).to_have_class("ek ek-narrow")
    assert page.page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    page.resize(1280, 1000)
    expect(page.root).to_have_class("ek")


def test_line_histogram_and_counts_are_seen_together_on_every_screen(page):
    """At 1280 by 720 and at 150 % zoom of both screens, which leaves two thirds of their pixels."""
    for width, height in ((1400, 900), (1280, 720), (933, 600), (853, 480)):
        page.resize(width, height)
        for place in (".ek-tall", ".ek-flat", ".ek-side table >> nth=0"):
            box = page.root.locator(place).bounding_box()
            assert box["y"] + box["height"] <= height, (width, height, place)
    page.resize(513, 600)  # beside JupyterLab's sidebar at 150 %, with 486 px in sight
    top, counts = (page.root.locator(place).first.bounding_box() for place in (".ek-track", ".ek-verdict table"))
    assert counts["y"] + counts["height"] - top["y"] <= 486
    page.resize(1280, 720)
    assert page.root.bounding_box()["height"] < 680


def test_it_fills_the_window_by_button_and_by_key(page):
    page.resize(1280, 720)
    before, button = page.root.bounding_box(), page.root.get_by_role("button", name="full window")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    full = page.root.bounding_box()
    assert (full["x"], full["y"], full["width"], full["height"]) == (0, 0, 1280, 720)
    assert page.root.evaluate("root => root.scrollHeight <= root.clientHeight")
    assert page.root.evaluate("root => root.matches(':popover-open')")  # above all that a notebook has
    page.page.keyboard.press("Escape")
    expect(button).to_have_attribute("aria-pressed", "false")
    assert page.root.bounding_box() == before
    page.page.keyboard.press("f")
    expect(button).to_have_attribute("aria-pressed", "true")


def test_a_telephone_scrolls_past_it_and_nothing_is_cut_off(page):
    page.resize(390, 800)
    page.page.locator(".ek.ek-narrow").wait_for()
    assert page.page.evaluate("() => document.documentElement.scrollWidth") == 390
    traps = "all => all.filter(e => getComputedStyle(e).touchAction === 'none').map(e => e.className)"
    assert page.root.locator("*").evaluate_all(traps) == ["ek-knob"]  # as large as a finger, no more


def test_a_finger_that_scrolls_changes_nothing_and_one_that_drags_or_taps_does(page):
    page.resize(390, 800)
    page.page.locator(".ek.ek-narrow").wait_for()
    hand = page.page.context.new_cdp_session(page.page)
    hand.send("Emulation.setTouchEmulationEnabled", {"enabled": True})

    def touch(kind, *points):
        hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    def swipe(place, across, along):
        box = page.root.locator(place).bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        touch("touchStart", (x, y))
        for step in range(1, 11) if across or along else ():
            touch("touchMove", (x + across * step / 10, y + along * step / 10))
        touch("touchEnd")

    threshold, window = page.field("threshold"), page.field("window")
    before = threshold.input_value()
    # what is touched next has to stay where it is
    page.page.evaluate("() => document.addEventListener('scrollend', () => (window.rested = window.scrollY))")
    for place in (".ek-flat", ".ek-tall"):
        at = page.page.evaluate("() => (delete window.rested, window.scrollY)")
        swipe(place, 0, -100)
        page.page.wait_for_function("at => window.rested > at + 50", arg=at)
    expect(threshold).to_have_value(before)
    expect(window).to_have_value("0")
    swipe(".ek-tall", 0, 0)
    expect(window).not_to_have_value("0")
    swipe(".ek-flat", -40, 5)
    expect(threshold).not_to_have_value(before)


def test_it_is_one_screen_whatever_is_in_it(context, tmp_path):
    result = scored_result(30, name="W" * 300)
    for row in result.blocks[0].raw.result:
        row |= {f"label {i}": i / 1000 for i in range(40)}
    page = ExplorerPage(context, ek.explore(result), tmp_path)
    page.resize(1280, 800)
    assert page.page.evaluate("() => document.documentElement.scrollHeight") <= 800
    expect(page.root).to_contain_text("Label probabilities (6 of 41)")
    expect(page.root.locator("dt").first).to_have_text("W" * 300)
    expect(page.root.locator("dt").nth(1)).to_have_text("label 39")
    page.close()


def test_a_field_shows_what_was_taken_not_what_was_typed(page, explorer):
    field = page.field("window")
    field.fill("99999")
    page.page.keyboard.press("Enter")
    expect(field).to_have_value(str(len(explorer.windows) - 1))
    field.fill("")
    page.page.keyboard.press("Enter")
    expect(field).to_have_value(str(len(explorer.windows) - 1))
    expect(field).to_be_focused()
    field.press("5")
    field.press("Backspace")
    page.root.get_by_role("slider", name="window").focus()
    page.press("Home")
    expect(field).to_have_value("0")


def test_a_threshold_beyond_all_scores_is_within_the_sliders_range(context, results, tmp_path):
    page = ExplorerPage(context, ek.explore(results, threshold=1e6), tmp_path)
    knob = page.root.get_by_role("slider", name="threshold")
    assert float(knob.get_attribute("aria-valuemax")) >= float(knob.get_attribute("aria-valuenow")) == 1e6
    page.close()


def test_a_contrast_theme_leaves_the_bars_and_colours_text_as_it_wants(context, explorer, tmp_path):
    page = ExplorerPage(context, explorer, tmp_path, forced_colors="active", color_scheme="light")
    painted = "(at => getComputedStyle(at).backgroundColor)"
    assert page.root.locator(".ek-bar i").first.evaluate(painted) == "rgb(0, 114, 178)"
    assert page.root.evaluate("root => getComputedStyle(root).getPropertyValue('--ek-ink').trim()") == "CanvasText"
    page.close()


def test_100_000_windows_are_drawn_and_stepped_through(context, tmp_path):
    result = scored_result(100_000)
    page = ExplorerPage(context, ek.explore(result), tmp_path)
    expect(page.root).to_contain_text("of 100000 windows above")
    page.root.get_by_role("slider", name="window").focus()
    page.press("n")
    assert result.blocks[0].windows()["anomaly"][int(page.field("window").input_value())] > 3
    page.close()


def test_names_of_a_server_are_text_in_the_page(context, tmp_path):
    result = scored_result(5, name=EVIL + "</script><script>window.hacked=1</script>")
    page = ExplorerPage(context, ek.explore(result), tmp_path)
    page.page.wait_for_timeout(200)
    assert page.page.evaluate("window.hacked") is None
    assert EVIL in page.page.title()
    page.close()


def test_the_page_holds_no_key(explorer, studio, sandbox, tmp_path):
    explorer.to_html(tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text()
    assert sandbox.keys["motion"] not in text
    assert "signatureKey" not in text
    assert "hmac-key" not in text
    assert json.loads(text.split('id="state">')[1].split("</script>")[0])["window"] == 0

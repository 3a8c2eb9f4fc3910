// What is said beside the pictures: of the chosen window, and of what the threshold does.
import { besideOther } from "../shared/beside_other.js";
import { fillBars, h, write } from "../shared/elements.js";
import { counted, percent, seconds } from "../shared/numbers.js";
import { curveRows } from "./reliability.js";
/** @import { ClassificationState } from "./state.js" */

/** @param {ClassificationState} state */
export function windowCard({ meta, data, windows, model, predicted, verdict, name, probability }) {
  const title = h("h3"), where = h("p", { class: "ek-quiet" }), given = h("p", { class: "ek-figure" }), expected = h("p");
  const box = h("div", { class: "ek-card", role: "group", "aria-label": "the window" }, title, where, given, expected);
  const bars = h("dl", { class: "ek-bars" }), many = meta.known.length > meta.most.bars;
  const probabilities = h("div", {}, h("h3", {}, many ? `Probabilities (${meta.most.bars} of ${meta.known.length})` : "Probabilities"), bars);
  function show() {
    if (!windows) return "no window";
    const i = model.get("window"), place = data.sample[i], sample = meta.samples[place], from = data.start[i] - sample.start;
    const said = verdict(i), label = predicted(i);
    write(title, `Window ${i}`);
    const lasts = data.size[place], time = lasts > 0 ? ` · ${seconds(from)} to ${seconds(from + lasts)}` : ""; // a single reading has no time
    write(where, (where.title = `sample ${meta.ids[place]} · ${sample.name}${time}`));
    write(given, `${name(label)} ${percent(data.confidence[i])}`);
    write(expected, `${said && `${meta.looks.kinds[said].sign} ${said} · `}expected: ${data.expected[i] < 0 ? "not known" : name(data.expected[i])}`);
    box.classList.toggle("ek-above", said === "wrong");
    /** @type {[string, number][]} */
    const rows = meta.known.map((known, k) => [known, probability(i, k)]);
    if (many) rows.sort(([, a], [, b]) => b - a);
    fillBars(bars, rows.slice(0, meta.most.bars).map(([known, p]) => [known, p, percent(p)]));
    return `window ${i}, predicted ${name(label)}, expected ${name(data.expected[i])}`;
  }
  return { elements: [box, probabilities], show };
}

/** What the threshold does, as a small table. @param {ClassificationState} state */
export function thresholdTable({ counts, countsAt, other, shown, windows, meta }) {
  const said = h("p", { "aria-live": "polite" });
  const { table, show: showRows } = besideOther("what the threshold does", ["uncertain", "coverage (not uncertain)", "accuracy of these", "right, of all"]);
  const texts = (/** @type {ReturnType<typeof counts>} */ { uncertain, judged, coverage, accuracy, right }) =>
    [`${uncertain} of ${judged}`, percent(coverage), percent(accuracy), percent(right / judged)];
  function show() {
    const left = shown().length, compared = other();
    write(said, `${left} of ${counted(windows, "window")} on show`);
    showRows(texts(counts()), compared && { ...compared, texts: texts(countsAt(compared.value)) });
  }
  return { element: h("div", {}, h("h3", {}, "At this threshold"), said, meta.judged ? table : null), show };
}

/** The reliability curve as a table that only a screen reader reads. @param {Float64Array} curve */
export function curveTable(curve) {
  const cell = (/** @type {number} */ value) => h("td", {}, percent(value));
  return h("div", { class: "ek-hidden" }, h("table", {}, h("caption", {}, "reliability curve"), // Firefox would show the caption of a hidden table
    h("thead", {}, h("tr", {}, ...["highest probability, mean", "share that is right", "windows"].map((text) => h("th", { scope: "col" }, text)))),
    h("tbody", {}, ...curveRows(curve).map(([probability, right, windows]) => h("tr", {}, cell(probability), cell(right), h("td", {}, String(windows)))))));
}

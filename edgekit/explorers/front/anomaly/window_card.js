// One window in words and bars: when, expected what, its score, its label probabilities, what made the score.
import { fillBars, h, write } from "../shared/elements.js";
import { figure, percent, seconds } from "../shared/numbers.js";
import { isAnomaly } from "../shared/threshold_rules.js";

const UNNAMED = (/** @type {string} */ part) =>
  `Which label this ${part} stands for, explorer.name_parts(studio.set_features("training")) says: it fetches the training windows.`;

/**
 * One window in words and bars; `show` returns what a screen reader says of it.
 * @param {Model<AnomalyTraits>} model
 * @param {AnomalyMeta} meta
 * @param {AnomalyArrays} data
 */
export function windowCard(model, meta, data) {
  const name = h("h3"), where = h("p", { class: "ek-quiet" }), score = h("p", { class: "ek-figure" }), sense = h("p", { class: "ek-quiet" });
  const box = h("div", { class: "ek-card", role: "group", "aria-label": "the window" }, name, where, score, sense);
  const probabilities = probabilityBars(meta, data), shares = shareBars(model, meta, data);

  function show(/** @type {number} */ i, /** @type {number | null} */ threshold) {
    const sample = meta.samples[data.sample[i]], from = data.start[i] - sample.start;
    const row = data.listed.length ? data.listed.indexOf(i) : i; // -1 until what stands beside its score has come
    const expected = meta.expected[data.expected[row]], above = threshold !== null && isAnomaly(data.score[i], threshold);
    write(name, `Window ${i}`);
    const lasts = data.size[data.sample[i]]; // 0 of a picture or a single reading, which have no time
    const when = lasts > 0 ? [`${seconds(from)} to ${seconds(from + lasts)}`] : [];
    write(where, (where.title = [sample.name, ...when, ...(expected ? [`expected: ${expected}`] : [])].join(" · ")));
    write(score, `${figure(data.score[i], 2)} ${above ? `${meta.looks.kinds.above.sign} above` : "not above"}`);
    box.classList.toggle("ek-above", above);
    const signed = data.signed?.[row] ?? NaN;
    write(sense, Number.isNaN(signed) ? meta.sense
      : `${figure(Math.abs(signed), 2)} standard deviations ${signed < 0 ? "more" : "less"} likely than usual`);
    probabilities?.show(row);
    shares?.show(row);
    return `window ${i}, score ${figure(data.score[i], 2)}, ${above ? "above" : "not above"} the threshold`;
  }
  return { element: box, bars: [probabilities, shares].flatMap((bars) => (bars ? [bars.element] : [])), show };
}

/**
 * Row i of a table that lies in one array, as [column, value]; nothing of a row that has not come.
 * @param {Float32Array} array
 * @param {string[]} names
 * @param {number} i
 * @returns {[string, number][]}
 */
const rowOf = (array, names, i) => (i < 0 ? [] : names.map((name, k) => [name, array[i * names.length + k]]));

/**
 * @param {AnomalyMeta} meta
 * @param {AnomalyArrays} data
 */
function probabilityBars({ labels, most }, data) {
  if (!labels.length) return null;
  const bars = h("dl", { class: "ek-bars" }), many = labels.length > most.bars;
  const title = many ? `Label probabilities (${most.bars} of ${labels.length})` : "Label probabilities";
  const show = (/** @type {number} */ i) => {
    const rows = rowOf(data.probabilities, labels, i);
    if (many) rows.sort(([, a], [, b]) => b - a);
    fillBars(bars, rows.slice(0, most.bars).map(([label, p]) => [label, p, percent(p)]));
  };
  return { element: h("div", {}, h("h3", {}, title), bars), show };
}

/**
 * @param {Model<AnomalyTraits>} model
 * @param {AnomalyMeta} meta
 * @param {AnomalyArrays} data
 */
function shareBars(model, { features, part, most }, data) {
  if (!features.length) return null;
  const bars = h("dl", { class: "ek-bars" }), why = h("h3");
  const show = (/** @type {number} */ i) => {
    const rows = rowOf(data.shares, features, i), total = rows.reduce((sum, [, share]) => sum + share, 0);
    rows.sort(([, a], [, b]) => Math.abs(b) - Math.abs(a));
    const named = model.get("_meta").part_names[data.part[i]]; // they may come after the first picture
    write(why, i < 0 ? "" : `Why: distance to ${part} ${data.part[i]}${named ? `, ${named}` : ""}`);
    why.title = named ? "" : UNNAMED(part);
    fillBars(bars, rows.slice(0, most.bars).map(([feature, share]) => [feature, share / total, percent(share / total)]));
  };
  return { element: h("div", {}, why, bars), show };
}

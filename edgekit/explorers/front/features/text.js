// Text beside the points: the chosen window, and what is selected.
import { fillBars, h, write } from "../shared/elements.js";
import { counted, figure, seconds } from "../shared/numbers.js";
import { meanings } from "./colouring.js";
/** @import { FeaturesState } from "./state.js" */

const SHOWN = 40, BARS = 12; // sample ids and labels in words; all of them are in `selection`

/**
 * One window in words; `show` returns what a screen reader says of it.
 * @param {FeaturesState} state
 */
export function windowCard({ model, meta, data, selection }) {
  const name = h("h3"), where = h("p", { class: "ek-quiet" }), label = h("p"), said = h("p");
  const element = h("div", { class: "ek-card", role: "group", "aria-label": "the window" }, name, where, label, said);
  function show() {
    const i = model.get("window"), score = data.shade_score?.[i] ?? NaN, guess = data.predicted[i];
    const answer = ["", "wrong", "right"][data.correct[i] + 1];
    write(name, `Window ${i}${selection()[i] ? ", selected" : ""}`);
    write(where, `sample ${data.sample[i]}${data.end[i] > data.start[i] ? ` · ${seconds(data.start[i])} to ${seconds(data.end[i])}` : ""}`);
    write(label, (label.title = data.label[i] < 0 ? "no label" : `label ${meta.labels[data.label[i]]}`));
    write(said, [guess < 0 ? "" : `predicted ${meta.predicted[guess]}`, answer, Number.isNaN(score) ? "" : `score ${figure(score)}`].filter(Boolean).join(", "));
    return [name, where, label, said].map((part) => part.textContent).filter(Boolean).join(", ");
  }
  return { element, show };
}

/**
 * How many windows are selected, of which labels and samples.
 * @param {FeaturesState} state
 */
export function selectionCard({ meta, data, windows, selection, selectedCount }) {
  const said = h("p", { "aria-live": "polite" }), bars = h("dl", { class: "ek-bars" }), ids = h("p", { class: "ek-quiet" });
  function show() {
    const now = selection(), count = selectedCount(), of = new Float64Array(meta.groups.length), all = new Float64Array(meta.groups.length);
    /** @type {Set<number>} */
    const samples = new Set();
    for (let i = 0; i < windows; i++) {
      all[data.group[i]]++;
      if (!now[i]) continue;
      of[data.group[i]]++;
      samples.add(data.sample[i]);
    }
    write(said, `${count || "none"} of ${counted(windows, "window")} selected${count ? `, of ${counted(samples.size, "sample")}` : ""}`);
    const rows = [...of.keys()].filter((i) => of[i]).sort((a, b) => of[b] - of[a]).slice(0, BARS);
    fillBars(bars, rows.map((i) => [meta.groups[i], of[i] / all[i], `${of[i]} of ${all[i]}`]));
    const some = [...samples].slice(0, SHOWN);
    write(ids, some.length ? `samples ${some.join(", ")}${samples.size > some.length ? ", …" : ""}` : "");
  }
  return { element: h("div", {}, h("h3", {}, "Selected"), said, bars, ids), show };
}

/**
 * What the colours mean.
 * @param {FeaturesState} state
 */
export function colourLegend(state) {
  const { meta, model, data } = state, element = h("div", { class: "ek-legend ek-colours", role: "group", "aria-label": "colours" });
  /** @param {Palette} colours */
  function show(colours) {
    const range = meta.shades[model.get("by")];
    if (range) {
      const bar = h("i", { "aria-hidden": "true" }), at = (/** @type {number} */ i) => `rgb(${data.heat[3 * i]} ${data.heat[3 * i + 1]} ${data.heat[3 * i + 2]})`;
      bar.style.background = `linear-gradient(90deg, ${[0, 64, 128, 192, 255].map(at).join(", ")})`;
      return element.replaceChildren(h("span", {}, `${model.get("by")} ${figure(range[0])}`, bar, figure(range[1])));
    }
    element.replaceChildren(...meanings(state, colours).map(({ name, colour }) => {
      const dot = h("i", { class: "ek-dot", "aria-hidden": "true" });
      dot.style.background = colour;
      return h("span", { title: name }, dot, name);
    }));
  }
  return { element, show };
}

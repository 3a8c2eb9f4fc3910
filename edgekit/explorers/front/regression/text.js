// Text beside the panels: the chosen window, what the threshold allows, and the figures of all windows.
import { besideOther } from "../shared/beside_other.js";
import { h, write } from "../shared/elements.js";
import { counted, figure, percent, seconds } from "../shared/numbers.js";
import { isBeyond } from "../shared/threshold_rules.js";
/** @import { RegressionState } from "./state.js" */

/**
 * One window in words; `show` returns what a screen reader says of it.
 * @param {RegressionState} state
 */
export function windowCard({ model, meta, data, rank, errorOf }) {
  const name = h("h3"), where = h("p", { class: "ek-quiet" }), error = h("p", { class: "ek-figure" }), numbers = h("p"), place = h("p", { class: "ek-quiet" });
  const element = h("div", { class: "ek-card", role: "group", "aria-label": "the window" }, name, where, error, numbers, place);
  function show() {
    const i = model.get("window"), sample = meta.samples[data.sample[i]], size = errorOf(i), known = !Number.isNaN(size);
    const beyond = isBeyond(size, model.get("threshold")), from = data.start[i] - sample.start, to = data.stop[i] - sample.start;
    write(name, `Window ${i}`);
    write(where, (where.title = to > from ? `${sample.name} · ${seconds(from)} to ${seconds(to)}` : sample.name)); // a single reading has no time
    const said = known ? `${size > 0 ? "+" : ""}${figure(size, 2)}` : "–";
    write(error, known ? `${said} ${beyond ? `${meta.looks.kinds.beyond.sign} beyond` : "within"}` : "no error");
    element.classList.toggle("ek-above", beyond);
    write(numbers, `predicted ${figure(data.predicted[i])}, expected ${figure(data.expected[i])}`);
    write(place, known ? `error ${rank[i] + 1} of ${data.worst.length}, largest first` : "no expected or no predicted number");
    return `window ${i}, ${numbers.textContent}, ${known ? `error ${said}, ${beyond ? "beyond" : "within"} the threshold` : "no error"}`;
  }
  return { element, show };
}

/**
 * How many windows the threshold allows, in words and a small table.
 * @param {RegressionState} state
 */
export function allowedTable({ data, within, model, other }) {
  const said = h("p", { "aria-live": "polite" });
  const { table, show: showRows } = besideOther("windows within the threshold and beyond it", ["within", "beyond"]);
  const all = data.worst.length, texts = (/** @type {number} */ inside) => [inside, all - inside].map((count) => `${count} (${percent(count / all)})`);
  function show() {
    const inside = within(), compared = other();
    showRows(texts(inside), compared && { ...compared, texts: texts(within(compared.value)) });
    write(said, `Error up to ${Number(model.get("threshold").toPrecision(6))}: ${inside} of ${counted(all, "window")} within`);
  }
  return { element: h("div", {}, h("h3", {}, "At this threshold"), said, table), show };
}

/**
 * The figures over all windows, with their intervals over samples.
 * @param {RegressionMeta} meta
 */
export function figureTable({ figures }) {
  const rows = figures.map(({ name, value, low, high }) =>
    h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, figure(value, 2)),
      h("td", {}, low === null || high === null ? "" : `${figure(low, 2)} to ${figure(high, 2)}`)));
  return h("div", {}, h("h3", {}, "Errors of all windows"),
    h("table", {}, h("caption", { class: "ek-hidden" }, "figures with their intervals over samples"),
      h("thead", {}, h("tr", {}, h("td"), h("th", { scope: "col" }, "value"), h("th", { scope: "col" }, "95 % of draws"))),
      h("tbody", {}, ...rows)));
}

// Text of the signal explorer: the reading under the pointer, and figures of the time on show.
import { onShow } from "../shared/arrays.js";
import { h, write } from "../shared/elements.js";
import { counted, figure, seconds } from "../shared/numbers.js";
import { labelAt, sampleAt } from "../shared/sample_band.js";
import { stretchFigures } from "./stretch.js";
/** @import { SignalState } from "./state.js" */

/**
 * What lies at a time, in one line: whose it is, when, which label holds.
 * @param {SignalState} state
 * @param {number} ms
 */
export function readingIn({ meta, data, timed }, ms) {
  const sample = meta.samples[sampleAt(meta.samples, ms)];
  return [sample.name, timed && seconds(Math.round(ms - sample.start)), labelAt(meta, data, ms)].filter(Boolean).join(" · ");
}

/**
 * The time under the pointer; `show` returns the text for a screen reader.
 * @param {SignalState} state
 */
export function readingCard(state) {
  const { model, meta, readings, timed, values, chosen } = state;
  const name = h("h3"), where = h("p", { class: "ek-quiet" });
  const element = h("div", { class: "ek-card", role: "group", "aria-label": "the reading" }, name, where);
  function show() {
    const i = chosen(), ms = model.get("time_ms");
    write(name, readings ? `Reading ${i}` : "No readings");
    write(where, (where.title = readingIn(state, ms)));
    return `${timed ? `${seconds(ms)}, ` : ""}${meta.axes.map((axis, k) => `${axis} ${figure(values[k][i], 2)}`).join(", ")}`;
  }
  return { element, show };
}

/** @param {SignalState} state */
export function stretchTable({ meta, data, timed, values, view, chosen }) {
  const title = h("h3"), body = h("tbody");
  const heads = ["at the mark", "lowest", "highest", "RMS"].map((text) => h("th", { scope: "col" }, text));
  const element = h("div", {}, title, h("table", {},
    h("caption", { class: "ek-hidden" }, "values of each axis"),
    h("thead", {}, h("tr", {}, h("td"), ...heads)), body));
  /** @type {HTMLElement[]} */
  let marked = [];
  return {
    element,
    /** Figures of the stretch on show; those at the mark come after. */
    showStretch() {
      const now = view(), [from, to] = onShow(data.time, now);
      const part = meta.shown && ` (${meta.shown}: lowest, highest and RMS need every reading)`;
      const when = timed ? `${seconds(Math.round(now.low))} to ${seconds(Math.round(now.high))}, ` : "";
      write(title, `On show: ${when}${counted(to - from, "reading")}${part}`);
      marked = meta.axes.map(() => h("td"));
      body.replaceChildren(...meta.axes.map((axis, i) => h("tr", {}, h("th", { scope: "row" }, axis), marked[i],
        ...stretchFigures(values[i], from, part ? from : to).map((value) => h("td", {}, figure(value, 2))))));
    },
    showMarked() {
      const i = chosen();
      marked.forEach((cell, k) => write(cell, figure(values[k][i], 2)));
    },
  };
}

// What the threshold does, in words and two small tables.
import { h } from "../shared/elements.js";
import { figure, percent } from "../shared/numbers.js";
/** @import { countsOf } from "./counts.js" */

/** @typedef {ReturnType<ReturnType<typeof countsOf>["at"]>} Counted */

/** @type {Record<string, (value: number) => string>} */
const TEXTS = { precision: percent, recall: percent, perHour: (value) => figure(value, 1) };

/** @param {boolean} known whether it is known what windows should be */
export function verdictTable(known) {
  const said = h("p", { "aria-live": "polite" });
  /** @type {Record<string, HTMLElement>} */
  const cells = {};
  const cell = (/** @type {keyof Counted} */ name) => (cells[name] = h("td"));
  const row = (/** @type {string} */ name, /** @type {HTMLElement[]} */ ...tds) => h("tr", {}, h("th", { scope: "row" }, name), ...tds);
  const heads = ["above", "not above"].map((text) => h("th", { scope: "col" }, text));
  const tables = known ? [
    h("table", {}, h("caption", { class: "ek-hidden" }, "windows on each side of the threshold"),
      h("thead", {}, h("tr", {}, h("td"), ...heads)),
      h("tbody", {}, row("anomalous", cell("tp"), cell("fn")), row("normal", cell("fp"), cell("tn")))),
    h("table", {}, h("caption", { class: "ek-hidden" }, "how good the threshold is"),
      h("tbody", {}, row("precision", cell("precision")), row("recall", cell("recall")), row("false alarms an hour", cell("perHour")))),
  ] : [];
  function show(/** @type {Counted | null} */ counts, /** @type {number} */ windows, /** @type {number} */ events) {
    said.textContent = counts ? `${counts.above} of ${windows} window${windows === 1 ? "" : "s"} above, in ${events} event${events === 1 ? "" : "s"}` : "no threshold";
    for (const [name, td] of Object.entries(cells)) {
      const value = counts?.[/** @type {keyof Counted} */ (name)] ?? NaN;
      td.textContent = (TEXTS[name] ?? String)(value);
    }
  }
  return { element: h("div", {}, h("h3", {}, "At this threshold"), said, ...tables), show };
}

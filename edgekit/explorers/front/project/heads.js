// The head of the table: names that sort, and below each a histogram that filters.
import { h } from "../shared/elements.js";
import { counted } from "../shared/numbers.js";
import { isWhole } from "./cells.js";
import { filterHistogram } from "./filter_histogram.js";
/** @import { ProjectState } from "./state.js" */

/** @param {ProjectState} state */
export function projectHead(state) {
  const { model, counts, columns } = state, heads = columns.map((_, i) => columnHead(state, i));
  const blank = (/** @type {string} */ name) => h("div", { role: "columnheader" }, h("span", { class: "ek-hidden" }, name));
  const element = h("div", { role: "row", class: "ek-row ek-row-head", "aria-rowindex": 1 }, blank("ticked"), blank("signal or picture"),
    ...heads.map((head) => head.element));
  /** @type {unknown[]} */
  let last = [];
  return {
    element,
    /** Draw it anew, unless nothing in it has changed: it is on show in each frame of scrolling. @param {Palette} colours */
    show(colours) {
      const now = [counts(), model.get("sort"), model.get("filters"), colours];
      if (now.every((value, i) => value === last[i])) return;
      last = now;
      heads.forEach((head) => head.show(colours));
    },
  };
}

/** @param {ProjectState} state @param {number} i a column */
function columnHead(state, i) {
  const { columns, bars, model, sortBy } = state, column = columns[i];
  const sort = h("button", { type: "button", title: column.note || `sort by ${column.title}` });
  const said = h("div", { class: "ek-quiet ek-said" }), histogram = bars[i] && filterHistogram(state, i, said);
  sort.addEventListener("click", () => sortBy(i));
  const element = h("div", { role: "columnheader", class: column.kind === "number" ? "ek-number" : null }, sort, histogram?.element ?? null, said);
  function show(/** @type {Palette} */ colours) {
    const [now, direction = "none"] = model.get("sort"), mine = now === column.name;
    sort.textContent = `${column.title}${mine ? (direction === "descending" ? " ↓" : " ↑") : ""}`;
    element.setAttribute("aria-sort", mine ? direction : "none");
    if (histogram) histogram.show(colours);
    else said.textContent = column.kind === "number" ? "1 value" : isWhole(column) ? counted(column.texts.length, "value") : "";
  }
  return { element, show };
}

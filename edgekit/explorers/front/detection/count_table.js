// The table of counts and rates: of this picture and of all, by every counting; all pictures are counted bit by bit.
import { h } from "../shared/elements.js";
import { oncePerFrame } from "../shared/frames.js";
import { ratesOf, total } from "./counts.js";
/** @import { DetectionState } from "./state.js" */

const SLICE = 4; // ms of a frame that may go into pictures that are not on show
/** @type {[name: "tp" | "fp" | "fn" | "precision" | "recall" | "f1", title: string, whole?: string][]} */
const ROWS = [
  ["tp", "TP", "true positives"], ["fp", "FP", "false positives"], ["fn", "FN", "false negatives"],
  ["precision", "precision"], ["recall", "recall"], ["f1", "F1"],
];

/**
 * The figures of one picture and of all, each by every one of `counting`, the names of the countings.
 * @param {Counting[]} counting
 */
export function countTable(counting) {
  const cells = ROWS.map(() => [...counting, ...counting].map(() => h("td")));
  const group = (/** @type {string} */ text) => h("th", { scope: "colgroup", colspan: counting.length }, text);
  const element = h("table", { class: "ek-wide" }, h("caption", { class: "ek-hidden" }, "figures of this picture and of all"),
    h("thead", {}, h("tr", {}, h("td"), group("this picture"), group("all pictures")),
      h("tr", {}, h("td"), ...[...counting, ...counting].map((text) => h("th", { scope: "col" }, text)))),
    h("tbody", {}, ...ROWS.map(([, title, whole], i) =>
      h("tr", {}, h("th", { scope: "row" }, whole ? h("abbr", { title: whole }, title) : title), ...cells[i]))));
  const show = (/** @type {Counts[]} */ counts, /** @type {number} */ first) => counts.forEach((one, column) => {
    const all = { ...one, ...ratesOf(one) };
    ROWS.forEach(([name], i) => (cells[i][first + column].textContent = i < 3 ? String(all[name]) : all[name].toFixed(3)));
  });
  return {
    element,
    showPicture: (/** @type {Counts[]} */ counts) => show(counts, 0),
    showAll: (/** @type {Counts[]} */ counts) => show(counts, counting.length),
  };
}

/**
 * Match the other pictures too, a few milliseconds a frame, so that the one on show never waits for them.
 * @param {DetectionState} state
 * @param {ReturnType<typeof countTable>} table
 * @param {() => void} done is called once all are counted
 */
export function countingLoop({ meta, count, matched }, table, done) {
  const rest = oncePerFrame(countAll);
  function countAll() {
    const end = performance.now() + SLICE;
    for (let i = 0; i < count; i++) {
      matched(i);
      if (performance.now() < end || i === count - 1) continue;
      table.element.setAttribute("aria-busy", "true");
      return rest.ask();
    }
    table.showAll(meta.counting.map((name) => total(meta.pictures.map((_, i) => matched(i).counts[name]))));
    done();
    table.element.removeAttribute("aria-busy");
  }
  return { countAll, cancel: rest.cancel };
}

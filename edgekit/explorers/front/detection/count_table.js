// The table of counts and rates: of this picture and of all, by every counting; all pictures are counted bit by bit.
import { fillRows, h, hide, write } from "../shared/elements.js";
import { oncePerFrame } from "../shared/frames.js";
import { ratesOf, total } from "./counts.js";
import { gainsOf, kindsIn } from "./gains.js";
/** @import { DetectionState } from "./state.js" */

const SLICE = 4; // ms of a frame that may go into pictures that are not on show
/** @type {[name: "tp" | "fp" | "fn" | "precision" | "recall" | "f1", title: string, whole?: string][]} */
const ROWS = [
  ["tp", "TP", "true positives"], ["fp", "FP", "false positives"], ["fn", "FN", "false negatives"],
  ["precision", "precision"], ["recall", "recall"], ["f1", "F1"],
];

/**
 * The figures of one picture and of all, each by every one of `counting`, the names of the countings or of the models; one
 * column where they agree. Below it, what mending a kind of error would gain.
 * @param {string[]} counting
 * @param {string} [meaning]
 */
export function countTable(counting, meaning = "Studio: several predictions may take one truth; one-to-one: each truth takes one.") {
  const scopes = ["this picture", "all pictures"].map((text) => ({
    group: h("th", { scope: "colgroup", colspan: counting.length }, text),
    heads: counting.map((name) => h("th", { scope: "col" }, name)), cells: ROWS.map(() => counting.map(() => h("td"))),
  }));
  const table = h("table", { class: "ek-wide" }, h("caption", { class: "ek-hidden" }, "figures of this picture and of all"),
    h("thead", {}, h("tr", {}, h("td"), ...scopes.map(({ group }) => group)), h("tr", {}, h("td"), ...scopes.flatMap(({ heads }) => heads))),
    h("tbody", {}, ...ROWS.map(([, title, whole], i) =>
      h("tr", {}, h("th", { scope: "row" }, whole ? h("abbr", { title: whole }, title) : title), ...scopes.flatMap(({ cells }) => cells[i])))));
  const about = h("p", { class: "ek-quiet ek-small" }, meaning);
  const rows = h("tbody"), gains = h("table", { class: "ek-gains" }, h("caption", {}, "Mending all of a kind gains in F1"), rows);
  const agreed = [false, false];
  const show = (/** @type {Counts[]} */ counts, /** @type {number} */ scope) => {
    const { group, heads, cells } = scopes[scope], agree = counts.every(({ tp, fp, fn }) => tp === counts[0].tp && fp === counts[0].fp && fn === counts[0].fn);
    agreed[scope] = agree;
    hide(about, agreed.every(Boolean));
    group.colSpan = agree ? 1 : counting.length;
    heads.forEach((head, i) => {
      write(head, agree ? "both" : counting[i]);
      head.title = agree ? `${counting.join(" and ")}: the same figures` : "";
      hide(head, agree && i > 0);
    });
    counts.forEach((one, column) => {
      const all = { ...one, ...ratesOf(one) };
      ROWS.forEach(([name], i) => {
        write(cells[i][column], i < 3 ? String(all[name]) : all[name].toFixed(3));
        hide(cells[i][column], agree && column > 0);
      });
    });
  };
  return {
    element: h("div", {}, table, about, gains), table,
    showPicture: (/** @type {Counts[]} */ counts) => show(counts, 0),
    showAll: (/** @type {Counts[]} */ counts) => show(counts, 1),
    showGains(/** @type {ReturnType<typeof gainsOf>} */ found) {
      hide(gains, !found.length);
      fillRows(rows, found.map(({ kind, count, gain }) => [`${kind} (${count})`, `+${gain.toFixed(3)}`]));
    },
  };
}

/**
 * The counts by every counting; of two models those of each, one-to-one.
 * @param {DetectionState} state
 * @param {(one: number) => Record<Counting, Counts>} countsOf a model
 */
export const countsIn = ({ meta, models }, countsOf) =>
  models > 1 ? meta.models.map((_, one) => countsOf(one)["one-to-one"]) : meta.counting.map((name) => countsOf(0)[name]);

/**
 * Match the other pictures too, a few milliseconds a frame, so that the one on show never waits for them.
 * @param {DetectionState} state
 * @param {ReturnType<typeof countTable>} table
 * @param {() => void} done is called once all are counted
 */
export function countingLoop(state, table, done) {
  const { meta, count, models, matched } = state, rest = oncePerFrame(countAll), every = models * count;
  function countAll() {
    const end = performance.now() + SLICE;
    for (let i = 0; i < every; i++) {
      matched(i);
      if (performance.now() < end || i === every - 1) continue;
      table.table.setAttribute("aria-busy", "true");
      return rest.ask();
    }
    const all = meta.pictures.map((_, i) => matched(i));
    /** @param {number} one */
    const totals = (one) => {
      const counts = meta.pictures.map((_, i) => matched(i + one * count).counts);
      return { Studio: total(counts.map((both) => both.Studio)), "one-to-one": total(counts.map((both) => both["one-to-one"])) };
    };
    table.showAll(countsIn(state, totals));
    table.showGains(models > 1 ? [] : gainsOf(totals(0)["one-to-one"], kindsIn(all.map(({ found }) => found))));
    done();
    table.table.removeAttribute("aria-busy");
  }
  return { countAll, cancel: rest.cancel };
}

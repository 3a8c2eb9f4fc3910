// What the threshold does, in words and two small tables; beside it, what another one does.
import { comeAndGo, h, write } from "./elements.js";
import { figure } from "./numbers.js";

/**
 * @template {Record<string, number>} Counted
 * @param {{
 *   known: boolean, things: string, sides: string[], compared: [name: keyof Counted & string, title: string][],
 *   rates: [name: keyof Counted & string, title: string, text: (value: number) => string][],
 * }} what `known`: whether it is known what the things should be; `sides`: what the two sides of the threshold are called;
 *   `compared`: what is listed, beside the rates, where there is another threshold to compare with
 */
export function verdictTable({ known, things, sides, compared, rates }) {
  const said = h("p", { "aria-live": "polite" });
  /** @type {[name: string, cell: HTMLElement, text: (value: number) => string][]} */
  const cells = [], others = /** @type {typeof cells} */ ([]);
  const cell = (/** @type {string} */ name, /** @type {(value: number) => string} */ text = String, to = cells) => {
    const td = h("td");
    to.push([name, td, text]);
    return td;
  };
  const row = (/** @type {string} */ name, /** @type {HTMLElement[]} */ ...tds) => h("tr", {}, h("th", { scope: "row" }, name), ...tds);
  const rated = (/** @type {string} */ name, /** @type {string} */ title, /** @type {(value: number) => string} */ text) =>
    row(title, cell(name, text), cell(name, text, others));
  const here = h("th", { scope: "col" }, "here"), there = h("th", { scope: "col" });
  const heads = h("thead", {}, h("tr", {}, h("td"), here, there));
  const listed = compared.filter(([name]) => known || !["fp", "fn"].includes(name)).map(([name, title]) => rated(name, title, String));
  const judged = h("table", { class: "ek-two" }, h("caption", { class: "ek-hidden" }, "how good the threshold is"), heads,
    h("tbody", {}, ...listed, ...(known ? rates : []).map(([name, title, text]) => rated(name, title, text))));
  const counted = h("table", {}, h("caption", { class: "ek-hidden" }, `${things} on each side of the threshold`),
    h("thead", {}, h("tr", {}, h("td"), ...sides.map((text) => h("th", { scope: "col" }, text)))),
    h("tbody", {}, row("anomalous", cell("tp"), cell("fn")), row("normal", cell("fp"), cell("tn"))));
  const showOther = comeAndGo([heads, ...listed, ...others.map(([, td]) => td), ...(known ? [] : [judged])]);
  /**
   * @param {string} words
   * @param {Counted & {threshold?: number} | null} counts
   * @param {MarkedThreshold & {counts: Counted}} [other]
   */
  function show(words, counts, other) {
    write(said, words);
    for (const [name, td, text] of cells) write(td, text(counts?.[name] ?? NaN));
    showOther(Boolean(other));
    if (!other) return;
    write(there, `${other.name} ${figure(other.value, 2)}`);
    for (const [name, td, text] of others) write(td, text(other.counts[name]));
  }
  return { element: h("div", { class: "ek-verdict" }, h("h3", {}, "At this threshold"), said, ...(known ? [counted] : []), judged), show };
}

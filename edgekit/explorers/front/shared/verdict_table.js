// What the threshold does, in words and two small tables.
import { h } from "./elements.js";

/**
 * @template {Record<string, number>} Counted
 * @param {{
 *   known: boolean, things: string, sides: string[],
 *   rates: [name: keyof Counted & string, title: string, text: (value: number) => string][],
 * }} what `known`: whether it is known what the things should be; `sides`: what the two sides of the threshold are called
 */
export function verdictTable({ known, things, sides, rates }) {
  const said = h("p", { "aria-live": "polite" });
  /** @type {[name: string, cell: HTMLElement, text: (value: number) => string][]} */
  const cells = [];
  const cell = (/** @type {string} */ name, /** @type {(value: number) => string} */ text = String) => {
    const td = h("td");
    cells.push([name, td, text]);
    return td;
  };
  const row = (/** @type {string} */ name, /** @type {HTMLElement[]} */ ...tds) => h("tr", {}, h("th", { scope: "row" }, name), ...tds);
  const tables = known ? [
    h("table", {}, h("caption", { class: "ek-hidden" }, `${things} on each side of the threshold`),
      h("thead", {}, h("tr", {}, h("td"), ...sides.map((text) => h("th", { scope: "col" }, text)))),
      h("tbody", {}, row("anomalous", cell("tp"), cell("fn")), row("normal", cell("fp"), cell("tn")))),
    h("table", {}, h("caption", { class: "ek-hidden" }, "how good the threshold is"),
      h("tbody", {}, ...rates.map(([name, title, text]) => row(title, cell(name, text))))),
  ] : [];
  function show(/** @type {string} */ words, /** @type {Counted | null} */ counts) {
    said.textContent = words;
    for (const [name, td, text] of cells) td.textContent = text(counts?.[name] ?? NaN);
  }
  return { element: h("div", {}, h("h3", {}, "At this threshold"), said, ...tables), show };
}

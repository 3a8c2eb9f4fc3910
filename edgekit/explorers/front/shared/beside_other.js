// A small table of what a threshold does; beside it, where there is one to compare with, what that one does.
import { comeAndGo, h, write } from "./elements.js";
import { figure } from "./numbers.js";

/**
 * @param {string} caption read to those who cannot see the table
 * @param {string[]} names of its rows
 */
export function besideOther(caption, names) {
  const lines = names.map((name) => ({ name, here: h("td"), there: h("td") }));
  const head = h("th", { scope: "col" }), heads = h("thead", {}, h("tr", {}, h("td"), h("th", { scope: "col" }, "here"), head));
  const table = h("table", { class: "ek-two" }, h("caption", { class: "ek-hidden" }, caption), heads,
    h("tbody", {}, ...lines.map(({ name, here, there }) => h("tr", {}, h("th", { scope: "row" }, name), here, there))));
  const showOther = comeAndGo([heads, ...lines.map(({ there }) => there)]);
  /**
   * @param {string[]} texts one a row
   * @param {MarkedThreshold & {texts: string[]}} [other]
   */
  function show(texts, other) {
    showOther(Boolean(other));
    lines.forEach(({ here }, i) => write(here, texts[i]));
    if (!other) return;
    write(head, `${other.name} ${figure(other.value, 2)}`);
    lines.forEach(({ there }, i) => write(there, other.texts[i]));
  }
  return { table, show };
}

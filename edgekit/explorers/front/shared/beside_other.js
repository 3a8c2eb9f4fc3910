// A small table of what a threshold does; beside it, where there is one to compare with, what that one does.
import { h, hide, write } from "./elements.js";
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
  /**
   * @param {string[]} texts one a row
   * @param {MarkedThreshold & {texts: string[]}} [other]
   */
  function show(texts, other) {
    hide(heads, !other);
    write(head, other ? `${other.name} ${figure(other.value, 2)}` : "");
    lines.forEach(({ here, there }, i) => {
      write(here, texts[i]);
      write(there, other?.texts[i] ?? "");
      hide(there, !other);
    });
  }
  return { table, show };
}

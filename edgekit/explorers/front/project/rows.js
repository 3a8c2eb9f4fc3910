// The rows of the table: as many elements as are to be seen, given other rows as one scrolls.
import { h } from "../shared/elements.js";
import { cellText } from "./cells.js";
/** @import { ProjectState } from "./state.js" */

const MORE = 4; // rows above and below those to be seen
let tables = 0;

/** @typedef {{ element: HTMLElement, cells: HTMLElement[], at: number, row: number }} Line one element: which place of the list, which row it shows */

/** @param {ProjectState} state @param {string} id @returns {Line} an element that shows no row yet */
function newLine({ columns }, id) {
  const cells = columns.map(({ kind }) => h("div", { role: "gridcell", class: kind === "number" ? "ek-number" : null }));
  const tick = h("div", { role: "gridcell", class: "ek-tick" }), strip = h("div", { role: "gridcell" });
  const element = h("div", { role: "row", class: "ek-row", id }, tick, strip, ...cells);
  return { element, cells, at: -1, row: -1 };
}

/** Show another row in an element. @param {ProjectState} state @param {Line} line @param {number} at its place in the list @param {number} row */
function put({ columns, meta }, line, at, row) {
  line.at = at;
  line.row = row;
  line.element.style.transform = `translateY(${at * meta.row}px)`;
  line.element.setAttribute("aria-rowindex", String(at + 2));
  line.cells.forEach((cell, i) => {
    const text = cellText(columns[i], row);
    if (cell.textContent !== text) cell.textContent = text;
    if (columns[i].name === "correct") cell.className = text === "wrong" ? "ek-wrong" : "";
  });
}

/** Say whether a row is ticked, open, stood on. @param {ProjectState} state @param {Line} line @param {number} cursor */
function mark({ ids, model, isTicked }, { element, at, row }, cursor) {
  element.setAttribute("aria-selected", String(isTicked(row)));
  element.classList.toggle("ek-here", at === cursor);
  element.classList.toggle("ek-open", ids[row] === model.get("sample"));
}

/**
 * @param {ProjectState} state
 * @param {HTMLElement} scroller what scrolls, with the head of the table in it
 * @param {HTMLElement} body its height is that of all rows
 */
export function projectRows(state, scroller, body) {
  const name = `ek-project-${tables++}`, high = state.meta.row;
  /** @type {Line[]} */
  const lines = [];
  /** @type {Int32Array} */
  let list = new Int32Array();
  return {
    lines: () => lines.filter(({ at }) => at >= 0),
    /** The element of a place of the list, if it is there. @param {number} at */
    idOf: (at) => lines.find((line) => line.at === at)?.element.id,
    /** Give the elements the rows that are to be seen. @param {Int32Array} now @param {number} cursor */
    show(now, cursor) {
      const stale = now !== list, first = Math.max(Math.floor(scroller.scrollTop / high) - MORE, 0);
      list = now;
      if (stale) body.style.height = `${Math.max(list.length, 1) * high}px`;
      while (lines.length < Math.ceil(scroller.clientHeight / high) + 2 * MORE) {
        lines.push(newLine(state, `${name}-${lines.length}`));
        body.append(lines[lines.length - 1].element);
      }
      lines.forEach((line, k) => {
        // place `at` is always shown by element at % lines.length: one that stays on show is left as it is
        const at = first + ((k - (first % lines.length) + lines.length) % lines.length), there = at < list.length;
        line.element.hidden = !there;
        if (!there) line.at = -1;
        else {
          if (stale || line.at !== at) put(state, line, at, list[at]);
          mark(state, line, cursor);
        }
      });
    },
    /** Scroll as far as needed to see a place of the list. @param {number} at @param {number} head the height of the head */
    reveal(at, head) {
      const top = at * high, room = scroller.clientHeight - head;
      if (top < scroller.scrollTop) scroller.scrollTop = top;
      else if (top + high > scroller.scrollTop + room) scroller.scrollTop = top + high - room;
    },
  };
}

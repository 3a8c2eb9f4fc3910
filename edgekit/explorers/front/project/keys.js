// Keys of the explorer of a project, and the line of help that tells of them.
import { keyHelp } from "../shared/elements.js";
import { onKeys } from "../shared/keyboard.js";
import { put } from "../shared/model.js";
/** @import { ProjectState } from "./state.js" */

const PAGE = 10; // rows

/**
 * Keys of the table: those of the histograms in its head are theirs.
 * @param {ProjectState} state
 * @param {HTMLElement} grid
 * @param {{ now: () => number, go: (at: number) => void }} cursor the row one stands on, as a place of the list
 */
export function projectKeys({ shown, tick, tickBetween, open, clear, model }, grid, { now, go }) {
  const move = (/** @type {number} */ by) => (/** @type {KeyboardEvent} */ event) => {
    const from = now();
    go(from + by);
    if (event.shiftKey) tickBetween(from, now());
  };
  const here = (/** @type {(row: number) => void} */ act) => () => {
    if (shown().length) act(shown()[now()]);
  };
  onKeys(grid, {
    ArrowUp: move(-1), ArrowDown: move(1), PageUp: move(-PAGE), PageDown: move(PAGE), Home: move(-Infinity), End: move(Infinity),
    Enter: here(open), " ": here(tick),
    Escape: () => (model.get("selected").length ? put(model, "selected", []) : clear()),
  });
}

/** @param {string} note */
export const projectHelp = (note) =>
  keyHelp([["↑", "↓"], "row, ", ["enter"], "open it, ", ["space"], "tick it, ", ["shift"], "several · in a histogram ", ["←", "→"], "bar, ",
    ["enter"], "filter, ", ["esc"], "all again"], note);

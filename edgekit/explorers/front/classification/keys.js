// Keys of the explorer of a classifier, and the line of help that tells of them.
import { keyHelp } from "../shared/elements.js";
import { onKeys, stepKeys } from "../shared/keyboard.js";
/** @import { ClassificationState } from "./state.js" */
/** @import { confusionMatrix } from "./matrix.js" */

/**
 * @param {ClassificationState} state
 * @param {HTMLElement} root
 * @param {HTMLElement} matrix
 * @param {ReturnType<typeof confusionMatrix>} cells
 */
export function classificationKeys({ model, at, windows, chooseAt, setThreshold, ownThreshold, compareFromHere }, root, matrix, cells) {
  const step = (/** @type {number} */ sign) => (/** @type {KeyboardEvent} */ event) =>
    setThreshold(model.get("threshold") + sign * (event.shiftKey ? 0.1 : 0.01));
  onKeys(matrix, {
    ArrowLeft: () => cells.move(0, -1), ArrowRight: () => cells.move(0, 1), ArrowUp: () => cells.move(-1, 0), ArrowDown: () => cells.move(1, 0),
  });
  onKeys(root, { ...stepKeys(at, windows, chooseAt), ArrowUp: step(1), ArrowDown: step(-1), t: ownThreshold, m: compareFromHere, Escape: () => cells.clear() });
}

/** @param {string} note */
export const classificationHelp = (note) =>
  keyHelp([["←", "→"], "step through the windows on show, ", ["shift"], "ten · ", ["↑", "↓"], "threshold, ", ["t"], "the block's own, ", ["m"], "keep to compare · in the matrix all four choose a cell, ",
    ["Esc"], `all windows again${note ? ` · ${note}` : ""}`]);

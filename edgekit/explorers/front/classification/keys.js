// Keys of the explorer of a classifier, and the line of help that tells of them.
import { keyHelp } from "../shared/elements.js";
import { onKeys, stepHelp, stepKeys } from "../shared/keyboard.js";
import { thresholdKeys, THRESHOLD_HELP } from "../shared/threshold.js";
/** @import { ClassificationState } from "./state.js" */
/** @import { confusionMatrix } from "./matrix.js" */

/**
 * @param {ClassificationState} state
 * @param {HTMLElement} root
 * @param {HTMLElement} matrix
 * @param {ReturnType<typeof confusionMatrix>} cells
 */
export function classificationKeys(state, root, matrix, cells) {
  const { model, at, windows, chooseAt, setThreshold } = state;
  const step = (/** @type {number} */ sign) => (/** @type {KeyboardEvent} */ event) =>
    setThreshold(model.get("threshold") + sign * (event.shiftKey ? 0.1 : 0.01));
  onKeys(matrix, {
    ArrowLeft: () => cells.move(0, -1), ArrowRight: () => cells.move(0, 1), ArrowUp: () => cells.move(-1, 0), ArrowDown: () => cells.move(1, 0),
  });
  onKeys(root, { ...stepKeys(at, windows, chooseAt), ArrowUp: step(1), ArrowDown: step(-1), ...thresholdKeys(state), Escape: () => cells.clear() });
}

/** @param {string} note */
export const classificationHelp = (note) =>
  keyHelp([...stepHelp("step through the windows on show"), ["↑", "↓"], "threshold, ", ...THRESHOLD_HELP, " · in the matrix all four choose a cell, ",
    ["esc"], "all windows again"], note);

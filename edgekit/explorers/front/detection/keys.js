// Keys of the detection explorer, and the line of help that tells of them.
import { keyHelp } from "../shared/elements.js";
import { nextHelp, onKeys, stepHelp, stepKeys } from "../shared/keyboard.js";
import { put } from "../shared/model.js";
import { clamp } from "../shared/numbers.js";
import { chooseNext } from "./state.js";
/** @import { DetectionState } from "./state.js" */

/**
 * @param {DetectionState} state
 * @param {HTMLElement} root
 */
export function detectionKeys(state, root) {
  const { model, meta, count, choose } = state;
  /** @param {number} steps */
  const nudge = (steps) => put(model, "threshold", Number(clamp(model.get("threshold") + steps / 100, 0, 1).toFixed(2)));
  onKeys(root, {
    ...stepKeys(() => model.get("picture"), count, choose),
    ArrowUp: (event) => nudge(event.shiftKey ? 10 : 1), ArrowDown: (event) => nudge(event.shiftKey ? -10 : -1),
    t: () => put(model, "threshold", meta.own ?? 0),
    n: () => chooseNext(state, 1), p: () => chooseNext(state, -1), Escape: () => put(model, "chosen", []),
  });
}

/** @param {string} note */
export const detectionHelp = (note) =>
  keyHelp([...stepHelp("pictures"), ...nextHelp("object"), ["esc"], "none · ",
    ["↑", "↓"], "score, ", ["t"], "the block's own · click an object for its distances"], note);

// Keys of the explorer of features, and the line of help that tells of them.
import { keyHelp } from "../shared/elements.js";
import { onKeys, stepKeys } from "../shared/keyboard.js";
/** @import { FeaturesState } from "./state.js" */

/**
 * @param {FeaturesState} state
 * @param {HTMLElement} root
 */
export function featuresKeys({ model, windows, choose, widen, clear, chooseSelected }, root) {
  onKeys(root, {
    ...stepKeys(() => model.get("window"), windows, choose),
    ArrowUp: () => widen(1), ArrowDown: () => widen(-1),
    n: () => chooseSelected(1), p: () => chooseSelected(-1), Escape: clear,
  });
}

/** @param {string} note */
export const featuresHelp = (note) =>
  keyHelp([["←", "→"], "step through the windows, ", ["shift"], "ten · ", ["↑", "↓"], "wider, narrower selection around the window · ",
    ["n", "p"], "next, previous selected window · ", ["Esc"], "selects nothing · drag a lasso around points, click one"], note);

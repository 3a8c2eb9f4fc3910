// Keys of the explorer of features, and the line of help that tells of them.
import { keyHelp } from "../shared/elements.js";
import { nextHelp, onKeys, stepHelp, stepKeys } from "../shared/keyboard.js";
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
  keyHelp([...stepHelp("step through the windows"), ["↑", "↓"], "wider, narrower selection around the window · ",
    ...nextHelp("selected window"), ["esc"], "selects nothing · drag a lasso around points, click one"], note);

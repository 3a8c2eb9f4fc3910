// Keys of the regression explorer, and the line of help that tells of them.
import { keyHelp } from "../shared/elements.js";
import { nextHelp, onKeys, stepHelp, stepKeys } from "../shared/keyboard.js";
import { thresholdKeys, THRESHOLD_HELP } from "../shared/threshold.js";
/** @import { RegressionState } from "./state.js" */

/**
 * @param {RegressionState} state
 * @param {HTMLElement} root
 * @param {HTMLElement} knob
 */
export function regressionKeys(state, root, knob) {
  const { model, windows, choose, chooseError, raise, lower } = state;
  onKeys(knob, { ArrowLeft: lower, ArrowRight: raise }); // as of any slider; elsewhere these keys step windows
  onKeys(root, {
    ...stepKeys(() => model.get("window"), windows, choose),
    ArrowUp: raise, ArrowDown: lower,
    n: () => chooseError(1), p: () => chooseError(-1), ...thresholdKeys(state),
  });
}

/** @param {string} note */
export const regressionHelp = (note) =>
  keyHelp([...stepHelp("step"), ...nextHelp("error, largest first"),
    ["↑", "↓"], "threshold, ", ...THRESHOLD_HELP, " · click a point, drag a dashed line"], note);

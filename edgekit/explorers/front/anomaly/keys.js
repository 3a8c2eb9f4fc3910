// Keys of the anomaly explorer, and the line of help that tells of them.
import { keyHelp, tell } from "../shared/elements.js";
import { onKeys, stepKeys } from "../shared/keyboard.js";
import { zoomKeys } from "../shared/time_span.js";
/** @import { AnomalyState } from "./state.js" */

/**
 * @param {AnomalyState} state
 * @param {HTMLElement} root
 * @param {HTMLElement} knob
 */
export function anomalyKeys({ model, meta, data, windows, view, choose, chooseStop, nudgeThreshold, ownThreshold, compareFromHere }, root, knob) {
  const raise = (/** @type {KeyboardEvent} */ event) => nudgeThreshold(event.shiftKey ? 10 : 1);
  const lower = (/** @type {KeyboardEvent} */ event) => nudgeThreshold(event.shiftKey ? -10 : -1);
  const about = () => (windows ? data.middle[model.get("window")] : (view().high - view().low) / 2);
  onKeys(knob, { ArrowLeft: lower, ArrowRight: raise }); // as of any slider; elsewhere these keys step windows
  onKeys(root, {
    ...stepKeys(() => model.get("window"), windows, choose), ...zoomKeys(model, meta.end, about),
    ArrowUp: raise, ArrowDown: lower,
    n: () => tell(root, chooseStop(1)), p: () => tell(root, chooseStop(-1)),
    t: ownThreshold, m: compareFromHere,
  });
}

/** @param {string} note */
export const anomalyHelp = (note) =>
  keyHelp([["←", "→"], "step, ", ["shift"], "ten · ", ["↑", "↓"], "threshold · ", ["t"], "the block's own, ", ["m"], "keep to compare · ", ["n", "p"], "next, previous · ",
    ["+", "−", "0"], "zoom · drag the signal to zoom, the line to move the threshold", note ? ` · ${note}` : ""]);

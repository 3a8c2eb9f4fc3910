// Keys of the anomaly explorer, and the line of help that tells of them.
import { keyHelp, tell } from "../shared/elements.js";
import { nextHelp, onKeys, stepHelp, stepKeys } from "../shared/keyboard.js";
import { thresholdKeys, THRESHOLD_HELP } from "../shared/threshold.js";
import { ZOOM_HELP, zoomKeys } from "../shared/time_span.js";
/** @import { AnomalyState } from "./state.js" */

/**
 * @param {AnomalyState} state
 * @param {HTMLElement} root
 * @param {HTMLElement} knob
 */
export function anomalyKeys(state, root, knob) {
  const { model, meta, data, windows, view, choose, chooseStop, raise, lower } = state;
  const about = () => (windows ? data.middle[model.get("window")] : (view().high - view().low) / 2);
  onKeys(knob, { ArrowLeft: lower, ArrowRight: raise }); // as of any slider; elsewhere these keys step windows
  onKeys(root, {
    ...stepKeys(() => model.get("window"), windows, choose), ...zoomKeys(model, meta.end, about),
    ArrowUp: raise, ArrowDown: lower,
    n: () => tell(root, chooseStop(1)), p: () => tell(root, chooseStop(-1)),
    ...thresholdKeys(state),
  });
}

/** @param {string} note */
export const anomalyHelp = (note) =>
  keyHelp([...stepHelp("step"), ["↑", "↓"], "threshold · ", ...THRESHOLD_HELP, " · ", ...nextHelp(""), ...ZOOM_HELP,
    "drag the signal to zoom, the line to move the threshold"], note);

// Keys of the signal explorer, and the line of help that tells of them.
import { keyHelp } from "../shared/elements.js";
import { onKeys, stepHelp, stepKeys } from "../shared/keyboard.js";
import { ZOOM_HELP, zoomKeys } from "../shared/time_span.js";
/** @import { SignalState } from "./state.js" */

/**
 * @param {SignalState} state
 * @param {HTMLElement} root
 */
export function signalKeys({ model, meta, readings, chosen, choose }, root) {
  onKeys(root, { ...stepKeys(chosen, readings, choose), ...zoomKeys(model, meta.end, () => model.get("time_ms")) });
}

export const signalHelp = () => keyHelp([...stepHelp("step"), ...ZOOM_HELP, "drag to zoom"]);

// Keys of the explorer of visual anomalies, and the line of help that tells of them.
import { keyHelp } from "../shared/elements.js";
import { nextHelp, onKeys, stepKeys } from "../shared/keyboard.js";
import { put } from "../shared/model.js";
import { thresholdKeys, THRESHOLD_HELP } from "../shared/threshold.js";
import { chooseListed } from "./state.js";
/** @import { VisualState } from "./state.js" */

/**
 * Arrows move the cell, but on the other two sliders they move those.
 * @param {VisualState} state
 * @param {HTMLElement} root
 * @param {{strip: HTMLElement, histogram: HTMLElement}} sliders
 */
export function visualKeys(state, root, { strip, histogram }) {
  const { model, listed, choose, moveCell, raise, lower, setOpacity } = state;
  const steps = (/** @type {KeyboardEvent} */ event) => (event.shiftKey ? 10 : 1);
  onKeys(histogram, { ArrowLeft: lower, ArrowDown: lower, ArrowRight: raise, ArrowUp: raise });
  const place = () => Math.max(listed().indexOf(model.get("picture")), 0);
  const { PageUp: _up, PageDown: _down, ...along } = stepKeys(place, Infinity, (i) => {
    const pictures = listed();
    if (pictures.length) choose(pictures[Math.min(Math.max(i, 0), pictures.length - 1)]);
  });
  onKeys(strip, along);
  onKeys(root, {
    ArrowLeft: (event) => moveCell(0, -steps(event)), ArrowRight: (event) => moveCell(0, steps(event)),
    ArrowUp: (event) => moveCell(-steps(event), 0), ArrowDown: (event) => moveCell(steps(event), 0),
    Escape: () => put(model, "cell", []),
    n: () => chooseListed(state, 1), p: () => chooseListed(state, -1),
    PageUp: raise, PageDown: lower, ...thresholdKeys(state),
    "+": () => setOpacity(model.get("opacity") + 0.1), "-": () => setOpacity(model.get("opacity") - 0.1), 0: () => setOpacity(0),
  });
}

/** @param {string} note */
export const visualHelp = (note) =>
  keyHelp([["←", "→", "↑", "↓"], "cell, ", ["esc"], "the highest · ", ...nextHelp("picture"),
    ["page up", "page down"], "threshold, ", ...THRESHOLD_HELP, " · ", ["+", "−", "0"], "heat · drag the threshold in the histograms"], note);

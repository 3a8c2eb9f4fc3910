// Pointer on the panels: a click chooses a window, a dashed line moves the threshold.
import { onDrag } from "../shared/dragging.js";
/** @import { RegressionState } from "./state.js" */
/** @import { regressionDrawing } from "./drawing.js" */

/**
 * @param {RegressionState} state
 * @param {ReturnType<typeof regressionDrawing>} drawing
 * @param {{predicted: HTMLElement, errors: HTMLElement, knob: HTMLElement}} places
 */
export function pressPanels({ choose, setThresholdAt }, drawing, { predicted, errors, knob }) {
  const { windowUnderPredicted, windowUnderErrors, errorUnder, fromLine } = drawing;
  const take = (/** @type {number} */ window) => void (window >= 0 && choose(window));
  const onLine = (/** @type {PointerEvent} */ event) => fromLine(event) < 6;
  const drag = (/** @type {PointerEvent} */ event, /** @type {boolean} */ first) => void (first || setThresholdAt(errorUnder(event)));
  onDrag(predicted, () => true, (event) => take(windowUnderPredicted(event)));
  onDrag(errors, (event) => !onLine(event), (event) => take(windowUnderErrors(event)));
  onDrag(errors, onLine, drag);
  onDrag(knob, () => true, drag);
  errors.addEventListener("pointermove", (event) => (errors.style.cursor = onLine(event) ? "ns-resize" : ""));
}

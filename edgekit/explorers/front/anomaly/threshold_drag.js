// Dragging the threshold: its knob, its line among the scores, and the histogram.
import { onDrag } from "../shared/dragging.js";
import { AXIS, TOP } from "../shared/scales.js";
import { dragInHistogram } from "../shared/threshold.js";
import { timeUnder } from "../shared/time_gestures.js";
/** @import { AnomalyState } from "./state.js" */

/**
 * @param {AnomalyState} state
 * @param {{scores: HTMLElement, histogram: HTMLElement, knob: HTMLElement}} places
 * @returns {{nearLine: (event: PointerEvent) => boolean}} whether a press would take the line
 */
export function dragThreshold({ model, meta, chooseAt, setThresholdAt }, { scores, histogram, knob }) {
  const nearLine = (/** @type {PointerEvent} */ event) =>
    !knob.hidden && Math.abs(event.clientY - knob.getBoundingClientRect().top - knob.offsetHeight / 2) < 7;
  /** @type {number | null} */
  let pressed = null; // a click on the line leaves it where it is: it is moved once the hand has moved
  const dragLine = (/** @type {PointerEvent} */ event, /** @type {boolean} */ first) => {
    if (first) pressed = event.clientY;
    if (pressed !== null && Math.abs(event.clientY - pressed) < 4) return;
    pressed = null;
    const box = scores.getBoundingClientRect();
    setThresholdAt(1 - (event.clientY - box.top - TOP) / (box.height - AXIS - TOP - 2));
  };
  onDrag(knob, () => true, dragLine);
  onDrag(scores, nearLine, dragLine, (event) => {
    if (pressed !== null && event.type === "pointerup") chooseAt(timeUnder(model, meta.end, scores, event.clientX));
  });
  scores.addEventListener("pointermove", (event) => (scores.style.cursor = nearLine(event) ? "ns-resize" : ""));
  dragInHistogram(histogram, setThresholdAt);
  return { nearLine };
}

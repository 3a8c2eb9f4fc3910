// Where the picture lies in the stage, and what lies under the pointer.
import { onDrag } from "../shared/dragging.js";
import { put } from "../shared/model.js";
import { everything } from "./state.js";
/** @import { DetectionState } from "./state.js" */

export const PAD = 8; // px around the picture, and beside the strip of all pictures

/**
 * Where the picture lies in the stage: as large as fits, in its own shape.
 * @param {DetectionState} state
 * @param {HTMLElement} stage
 */
export function placement({ model, meta }, stage) {
  const width = stage.clientWidth - 2 * PAD, height = stage.clientHeight - 2 * PAD;
  const shape = meta.pictures[model.get("picture")].shape, wide = Math.min(width, height / shape), high = wide * shape;
  const left = PAD + (width - wide) / 2, top = PAD + (height - high) / 2;
  return {
    left, top, wide, high,
    x: (/** @type {number} */ x) => left + x * wide,
    y: (/** @type {number} */ y) => top + y * high,
  };
}

/**
 * A press on the stage chooses the object nearest to it, or none.
 * @param {DetectionState} state
 * @param {HTMLElement} stage
 */
export function pressObjects(state, stage) {
  onDrag(stage, () => true, (event, first) => {
    if (!first) return;
    const { left, top } = stage.getBoundingClientRect(), place = placement(state, stage);
    const near = everything(state).map(({ side, object }) => {
      const [x, y] = state.centre(object);
      return { side, object, gap: Math.hypot(place.x(x) - (event.clientX - left), place.y(y) - (event.clientY - top)) };
    }).sort((a, b) => a.gap - b.gap)[0];
    put(state.model, "chosen", near && near.gap < 18 ? [near.side, near.object.index] : []);
  });
}

// Which object is under the pointer.
import { onDrag } from "../shared/dragging.js";
import { put } from "../shared/model.js";
import { placement } from "../shared/placement.js";
import { everything } from "./state.js";
/** @import { DetectionState } from "./state.js" */

/**
 * A press on the stage chooses the object nearest to it, or none.
 * @param {DetectionState} state
 * @param {HTMLElement} stage
 */
export function pressObjects(state, stage) {
  onDrag(stage, () => true, (event, first) => {
    if (!first) return;
    const { left, top } = stage.getBoundingClientRect(), place = placement(state.shape(), stage);
    const near = everything(state).map(({ side, object }) => {
      const [x, y] = state.centre(object);
      return { side, object, gap: Math.hypot(place.x(x) - (event.clientX - left), place.y(y) - (event.clientY - top)) };
    }).sort((a, b) => a.gap - b.gap)[0];
    put(state.model, "chosen", near && near.gap < 18 ? [near.side, near.object.index] : []);
  });
}

// Which cell is under the pointer.
import { onDrag } from "../shared/dragging.js";
import { picturePlace } from "./drawing.js";
import { cellAt } from "./grid.js";
/** @import { VisualState } from "./state.js" */

/**
 * A press on the picture chooses the cell there, and dragging those on the way; beside the picture, the highest again.
 * @param {VisualState} state
 * @param {HTMLElement} stage
 */
export function pressCells(state, stage) {
  onDrag(stage, () => true, (event, first) => {
    const { left, top } = stage.getBoundingClientRect(), place = picturePlace(state, stage);
    const cell = cellAt(state.grid(), (event.clientX - left - place.left) / place.wide, (event.clientY - top - place.top) / place.high);
    if (cell >= 0 || first) state.chooseCell(cell);
  });
}

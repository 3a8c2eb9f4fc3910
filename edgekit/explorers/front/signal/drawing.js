// Drawing of the signal explorer: the signal below, above it the line at the time under the pointer.
import { layersIn } from "../shared/canvas.js";
import { AXIS, LEFT, RIGHT, TOP, timeScale } from "../shared/scales.js";
import { drawSignal } from "../shared/signal_track.js";
import { palette } from "../shared/theme.js";
import { drawTimeAxis } from "../shared/time_track.js";
/** @import { SignalState } from "./state.js" */

/**
 * @param {SignalState} state
 * @param {HTMLElement} root
 * @param {HTMLElement} track
 */
export function signalDrawing({ model, meta, data, timed, view }, root, track) {
  const [base, over] = layersIn(track);
  let colours = palette(root, meta.looks);
  return {
    below() {
      colours = palette(root, meta.looks);
      const surface = base.begin(), height = surface.height - AXIS, now = view();
      drawSignal({ ...surface, height }, colours, data, meta, model.get("axes"), now);
      if (timed) drawTimeAxis(surface.context, colours, now, timeScale(now, surface.width), height);
      return colours;
    },
    above() {
      const { context, width, height } = over.begin(), x = timeScale(view(), width).x(model.get("time_ms"));
      context.fillStyle = colours.ink;
      if (x >= LEFT - 1 && x <= width - RIGHT + 1) context.fillRect(x - 0.75, TOP, 1.5, height - AXIS - TOP);
    },
  };
}

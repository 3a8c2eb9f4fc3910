// Drawing of the explorer of a classifier: matrix, curve, tiles and the signal of the chosen window.
import { onShow } from "../shared/arrays.js";
import { canvasIn } from "../shared/canvas.js";
import { keptDrawing } from "../shared/frames.js";
import { drawSignal } from "../shared/signal_track.js";
import { palette } from "../shared/theme.js";
import { drawMark, drawTimeAxis } from "../shared/time_track.js";
import { AXIS, TOP, timeScale } from "../shared/scales.js";
import { reliabilityCurve } from "./reliability.js";
import { windowTiles } from "./tiles.js";
/** @import { ClassificationState } from "./state.js" */
/** @import { confusionMatrix } from "./matrix.js" */

/**
 * @param {ClassificationState} state
 * @param {HTMLElement} root
 * @param {{curve: HTMLElement, tiles: HTMLElement, signal: HTMLElement}} places
 * @param {ReturnType<typeof confusionMatrix>} matrix
 * @param {(sample: number) => ImageBitmap | null} picture
 */
export function classificationDrawing(state, root, places, matrix, picture) {
  const { model, meta, data, windows } = state, tiles = windowTiles(state, places.tiles, picture);
  const curve = meta.judged ? reliabilityCurve(data.curve, places.curve, meta.axis_names) : null;
  const signal = meta.pictures ? null : canvasIn(places.signal);
  const drawMatrix = keptDrawing(matrix.draw), drawCurve = keptDrawing((look) => curve?.(look, model.get("threshold"), state.marked()));
  const drawWindow = keptDrawing(() => void (signal && windows && drawChosen(signal.begin())));
  let colours = palette(root, meta.looks);
  function below() {
    return (colours = palette(root, meta.looks));
  }
  function above() {
    if (meta.judged) drawMatrix(colours, state.counts(), model.get("matrix_cell"));
    drawCurve(colours, model.get("threshold"), model.get("compared"));
    tiles.draw(colours);
    drawWindow(colours, model.get("window"), model.get("axes"), data.signal);
  }
  /** Least and most of each axis in what is on show. @param {Stretch} view @returns {TimelineMeta["ranges"]} */
  function rangesIn(view) {
    const [from, to] = onShow(data.time, view), readings = data.time.length;
    return meta.axes.map((_, k) => {
      const values = data.signal.subarray(k * readings + from, k * readings + to);
      let least = Infinity, most = -Infinity;
      for (const value of values) {
        if (value < least) least = value;
        if (value > most) most = value;
      }
      return most >= least ? [least, most] : [null, null];
    });
  }
  /** The chosen window within what lies around it. @param {Surface} surface */
  function drawChosen(surface) {
    const i = model.get("window"), place = data.sample[i], sample = meta.samples[place], size = data.size[place];
    const low = Math.max(data.start[i] - size / 2, sample.start), high = Math.min(data.start[i] + 1.5 * size, sample.end);
    const view = { low, high: high > low ? high : low + 1 };
    const frame = { ...surface, height: surface.height - AXIS + 2 };
    drawSignal(frame, colours, data, { ...meta, ranges: rangesIn(view), samples: [] }, model.get("axes"), view);
    drawMark(frame, colours, view, data.start[i], data.start[i] + size, frame.height - TOP);
    const own = { low: view.low - sample.start, high: view.high - sample.start };
    if (meta.timed) drawTimeAxis(surface.context, colours, own, timeScale(own, surface.width), surface.height - AXIS);
  }
  return { below, above };
}

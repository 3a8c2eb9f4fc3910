// Drawing of the anomaly explorer: signal, scores and histogram below; threshold and chosen window, which move, above.
import { layersIn } from "../shared/canvas.js";
import { hide } from "../shared/elements.js";
import { envelope } from "../shared/envelope.js";
import { drawHistogram, drawHistogramMarked, drawHistogramThreshold } from "../shared/histogram.js";
import { clamp, counted } from "../shared/numbers.js";
import { AXIS, TOP, timeScale } from "../shared/scales.js";
import { drawSignal } from "../shared/signal_track.js";
import { palette } from "../shared/theme.js";
import { drawKnob } from "../shared/threshold.js";
import { drawMark } from "../shared/time_track.js";
import { coverage } from "./coverage.js";
import { drawAlarms, drawCovered, drawMarkedThresholds, drawRing, drawScores, drawThreshold, scoreHeights } from "./score_track.js";
/** @import { AnomalyState } from "./state.js" */

const windowsOf = (/** @type {number} */ count, /** @type {string} */ kind) =>
  counted(count, kind ? `${kind} window` : "window");

/** Heights that stay on the picture. @param {(value: number) => number} y @param {number} height */
const onScores = (y, height) => (/** @type {number} */ value) => clamp(y(value), TOP, height - AXIS);

/**
 * @param {AnomalyState} state
 * @param {HTMLElement} root
 * @param {{signal: HTMLElement, scores: HTMLElement, histogram: HTMLElement, knob: HTMLElement}} places
 */
export function anomalyDrawing({ model, meta, data, windows, counts, endOf, axis, view, marked }, root, places) {
  const layers = { signal: layersIn(places.signal), scores: layersIn(places.scores), histogram: layersIn(places.histogram) };
  const layer = (/** @type {0 | 1} */ i) => ({ signal: layers.signal[i], scores: layers.scores[i], histogram: layers.histogram[i] });
  const base = layer(0), over = layer(1);
  let colours = palette(root, meta.looks), covered = new Float64Array(), columns = envelope(covered, covered, 0, 1, 0);

  function below() {
    colours = palette(root, meta.looks);
    const now = view(), room = Math.floor(timeScale(now, places.scores.clientWidth).room);
    drawSignal(base.signal.begin(), colours, data, meta, model.get("axes"), now);
    columns = envelope(data.middle, data.score, now.low, now.high, room, data.first);
    drawScores(base.scores.begin(), colours, data, meta, now, axis(), columns);
    drawHistogram(base.histogram.begin(), colours, counts, axis(), windowsOf);
    covered = coverage(data, meta.longest, now, room);
    return colours;
  }
  /** The knob's element, for the hand and the focus; what one sees of it is drawn. */
  function placeKnob() {
    const threshold = model.get("threshold"), high = places.scores.clientHeight;
    hide(places.knob, threshold === null);
    if (threshold === null) return;
    const at = places.scores.offsetTop + onScores(scoreHeights(axis(), high), high)(threshold);
    places.knob.style.top = `${at}px`;
  }
  function above() {
    const threshold = model.get("threshold"), chosen = model.get("window"), now = view(), scale = axis();
    const signal = over.signal.begin(), scores = over.scores.begin(), histogram = over.histogram.begin();
    const tracks = /** @type {const} */ ([[signal, signal.height - 2], [scores, scores.height - AXIS]]);
    const y = scoreHeights(scale, scores.height);
    const onPicture = onScores(y, scores.height);
    if (threshold !== null) {
      for (const [surface, bottom] of tracks) drawCovered(surface, colours, covered, threshold, bottom);
      drawAlarms(scores, colours, data, now, scale, threshold, columns);
      drawHistogramThreshold(histogram, colours, scale, counts, threshold);
      drawThreshold(scores, colours, onPicture(threshold));
      drawKnob(scores, colours, onPicture(threshold));
    }
    const others = marked().filter(({ value }) => value !== threshold);
    drawMarkedThresholds(scores, colours, scale, others);
    drawHistogramMarked(histogram, colours, scale, counts, others);
    if (!windows) return;
    for (const [surface, bottom] of tracks) drawMark(surface, colours, now, data.start[chosen], endOf(chosen), bottom);
    const x = timeScale(now, scores.width).x(data.middle[chosen]);
    if (!Number.isNaN(data.score[chosen])) drawRing(scores, colours, x, onPicture(data.score[chosen]));
  }
  return { below, above, placeKnob };
}

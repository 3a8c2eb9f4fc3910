// Drawing the scores over time: their line, the threshold, what lies above it.
import { onShow } from "../shared/arrays.js";
import { writeOver } from "../shared/canvas.js";
import { traceMarker } from "../shared/marker.js";
import { AXIS, LEFT, RIGHT, TOP, timeScale, valueScale } from "../shared/scales.js";
import { isAnomaly } from "../shared/threshold_rules.js";
import { drawLine, drawSamples, drawTimeAxis, drawValueAxis, within } from "../shared/time_track.js";

/**
 * Vertical places of scores in their track.
 * @param {ScoreAxis} axis
 * @param {number} height
 */
export const scoreHeights = (axis, height) => valueScale(axis.low, axis.high, height - AXIS, axis.bend);

/**
 * Shade the time that windows above the threshold cover.
 * @param {Surface} surface
 * @param {Palette} colours
 * @param {Float64Array} covered
 * @param {number} threshold
 * @param {number} height
 */
export function drawCovered({ context }, colours, covered, threshold, height) {
  context.fillStyle = colours.shade;
  for (let from = 0; from < covered.length; from++) {
    let to = from;
    while (to < covered.length && isAnomaly(covered[to], threshold)) to++;
    if (to > from) context.fillRect(LEFT + from, TOP, to - from, height - TOP);
    from = to;
  }
}

/**
 * The line of scores, each at the middle of its window, with a point a window while there is room.
 * @param {Surface} surface
 * @param {Palette} colours
 * @param {ScoreArrays} data
 * @param {AnomalyMeta} meta
 * @param {Stretch} view
 * @param {ScoreAxis} axis
 * @param {Envelope} columns of the scores
 */
export function drawScores(surface, colours, data, meta, view, axis, columns) {
  const { context, width, height } = surface, bottom = height - AXIS;
  const scale = timeScale(view, width), y = scoreHeights(axis, height), places = axis.places(4);
  drawValueAxis(surface, colours, y, { name: meta.score, short: "score", middle: bottom / 2, places, texts: axis.texts(places) });
  drawSamples(context, colours, meta.samples, view, scale, bottom);
  if (meta.timed) drawTimeAxis(context, colours, view, scale, bottom);
  within(context, scale, bottom, () => {
    context.strokeStyle = context.fillStyle = colours.series[0];
    context.lineWidth = 1.2;
    drawLine(context, data.middle, data.score, data.first, view, scale, y, columns);
    const [from, to] = onShow(data.middle, view);
    if (to - from > scale.room / 6) return;
    for (let i = from; i < to; i++) {
      context.beginPath();
      context.arc(scale.x(data.middle[i]), y(data.score[i]), 2.4, 0, 2 * Math.PI);
      context.fill();
    }
  });
}

/**
 * Windows above the threshold: a marker each while there is room, else the part of each pixel column above it.
 * @param {Surface} surface
 * @param {Palette} colours
 * @param {ScoreArrays} data
 * @param {Stretch} view
 * @param {ScoreAxis} axis
 * @param {number} threshold
 * @param {Envelope} columns of the scores
 */
export function drawAlarms({ context, width, height }, colours, data, view, axis, threshold, { largest }) {
  const scale = timeScale(view, width), y = scoreHeights(axis, height), [from, to] = onShow(data.middle, view);
  /** @param {number} score */
  const at = (score) => y(Math.min(score, axis.high));
  const corners = colours.corners("above");
  context.fillStyle = colours.kind("above");
  if (to - from > scale.room / 6) {
    const line = at(threshold), wide = Math.max(1.4, (0.8 * scale.room) / (to - from));
    largest.forEach((peak, column) => {
      if (isAnomaly(peak, threshold)) context.fillRect(LEFT + column + 0.5 - wide / 2, at(peak), wide, Math.max(line - at(peak), 1.5));
    });
    return;
  }
  for (let i = from; i < to; i++) {
    if (!isAnomaly(data.score[i], threshold)) continue;
    const x = scale.x(data.middle[i]), top = at(data.score[i]);
    context.beginPath();
    traceMarker(context, corners, x, top, 3.75);
    context.fill();
  }
}

/**
 * @param {Surface} surface
 * @param {Palette} colours
 * @param {number} y
 */
export function drawThreshold({ context, width }, colours, y) {
  context.strokeStyle = colours.ink;
  context.lineWidth = 1.2;
  context.setLineDash([6, 3]);
  context.beginPath();
  context.moveTo(LEFT, y);
  context.lineTo(width - RIGHT, y);
  context.stroke();
  context.setLineDash([]);
}

/**
 * Thresholds that stay marked: a dotted line each, named at its left end.
 * @param {Surface} surface
 * @param {Palette} colours
 * @param {ScoreAxis} axis
 * @param {MarkedThreshold[]} marked
 */
export function drawMarkedThresholds({ context, width, height }, colours, axis, marked) {
  const y = scoreHeights(axis, height);
  context.textAlign = "left";
  context.textBaseline = "bottom";
  for (const { value, name } of marked) {
    if (value > axis.high || value < axis.low) continue;
    context.fillStyle = colours.ink;
    for (let x = LEFT; x < width - RIGHT; x += 5) context.fillRect(x, y(value) - 0.5, 2, 1);
    writeOver(context, colours, name, LEFT + 4, y(value) - 1);
  }
}

/**
 * A ring around the score of the chosen window.
 * @param {Surface} surface
 * @param {Palette} colours
 * @param {number} x
 * @param {number} y
 */
export function drawRing({ context }, colours, x, y) {
  context.lineWidth = 2;
  context.strokeStyle = colours.ink;
  context.beginPath();
  context.arc(x, y, 6, 0, 2 * Math.PI);
  context.stroke();
}

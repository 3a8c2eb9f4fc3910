// Drawing the histogram of scores, and the threshold in it.
import { binned } from "./bins.js";
import { writeOver } from "./canvas.js";
import { clamp } from "./numbers.js";
import { AXIS, LEFT, RIGHT } from "./scales.js";

const BINS = 60;
const LOW = 80; // px: bars of a histogram as low need all of its height, and captions stand on them

/** The room of a caption above the bars, and below those that stand downwards, in px. @param {number} height */
const captionRoom = (height) => (height < LOW ? 0 : 16);

/**
 * Between which heights the bars stand, in px: above them, and below those that stand downwards, is a caption, and no line
 * runs through it, unless there is no room for that.
 * @param {number} height
 * @param {ByTruth} scores
 */
const bars = (height, { normal, anomalous }) => ({ top: captionRoom(height), bottom: height - AXIS - (normal.length && anomalous.length ? captionRoom(height) : 0) });

/**
 * Histogram of scores, normal ones upwards and anomalous ones downwards, each side to its own height.
 * @param {Surface} surface
 * @param {Palette} colours
 * @param {ByTruth} scores
 * @param {ScoreAxis} axis
 * @param {(count: number, kind: "" | "normal" | "anomalous") => string} caption of each side
 */
export function drawHistogram({ context, width, height }, colours, { normal, anomalous, all }, axis, caption) {
  const both = normal.length && anomalous.length, floor = height - AXIS, room = Math.max(width - LEFT - RIGHT, 1);
  const base = both ? floor / 2 : floor, tall = base - captionRoom(height);
  const known = /** @type {const} */ ([
    { kind: "normal", scores: normal, colour: colours.kind("normal"), up: true },
    { kind: "anomalous", scores: anomalous, colour: colours.kind("anomalous"), up: !both },
  ]).filter(({ scores }) => scores.length);
  const groups = known.length ? known : [{ kind: /** @type {const} */ (""), scores: all, colour: colours.series[0], up: true }];
  for (const { kind, scores, colour, up } of groups) {
    const bins = binned(scores, axis, BINS), most = Math.max(...bins, 1);
    context.fillStyle = colour;
    bins.forEach((count, i) => {
      const size = count && Math.max((count / most) * tall, 1.5);
      context.fillRect(LEFT + (i / BINS) * room + 0.5, up ? base - size : base, room / BINS - 1, size);
    });
    context.textAlign = "right";
    context.textBaseline = up ? "top" : "bottom";
    writeOver(context, colours, caption(scores.length, kind), width - RIGHT, up ? 2 : floor - 2);
  }
  context.fillStyle = colours.soft;
  context.fillRect(LEFT, base - 0.25, room, 0.5);
  context.textAlign = "center";
  context.textBaseline = "top";
  const places = axis.places(clamp(room / 60, 2, 8));
  axis.texts(places).forEach((text, i) => context.fillText(text, LEFT + axis.share(places[i]) * room, floor + 4));
  context.textAlign = "left";
  context.fillText("score", 6, floor + 4);
}

/**
 * The threshold in the histogram: what lies to its right is above.
 * @param {Surface} surface
 * @param {Palette} colours
 * @param {ScoreAxis} axis
 * @param {ByTruth} scores
 * @param {number} threshold
 */
export function drawHistogramThreshold({ context, width, height }, colours, axis, scores, threshold) {
  const room = Math.max(width - LEFT - RIGHT, 1), at = LEFT + clamp(axis.share(threshold), 0, 1) * room, { top, bottom } = bars(height, scores);
  context.fillStyle = colours.shade;
  context.fillRect(at, top, LEFT + room - at, bottom - top);
  context.fillStyle = colours.ink;
  context.fillRect(at - 0.75, top, 1.5, bottom - top);
}

/**
 * Thresholds that stay marked: a dotted line each, named above the caption at its foot.
 * @param {Surface} surface
 * @param {Palette} colours
 * @param {ScoreAxis} axis
 * @param {ByTruth} scores
 * @param {MarkedThreshold[]} marked
 */
export function drawHistogramMarked({ context, width, height }, colours, axis, scores, marked) {
  const room = Math.max(width - LEFT - RIGHT, 1), { top, bottom } = bars(height, scores);
  context.textBaseline = "bottom";
  for (const [i, { value, name }] of marked.entries()) {
    const share = axis.share(value);
    if (share < 0 || share > 1) continue;
    const at = LEFT + share * room, text = context.measureText(name).width;
    context.fillStyle = colours.ink;
    for (let y = top; y < bottom; y += 5) context.fillRect(at - 0.5, y, 1, 2);
    context.textAlign = at + text + 8 > LEFT + room ? "right" : "left";
    writeOver(context, colours, name, at + (context.textAlign === "left" ? 4 : -4), bottom - 2 - 13 * i);
  }
}

/**
 * Where one score stands in the histogram: a triangle below the caption, and a line down.
 * @param {Surface} surface
 * @param {Palette} colours
 * @param {ScoreAxis} axis
 * @param {ByTruth} scores
 * @param {number} score
 */
export function drawHistogramMark({ context, width, height }, colours, axis, scores, score) {
  if (Number.isNaN(score)) return;
  const room = Math.max(width - LEFT - RIGHT, 1), at = LEFT + clamp(axis.share(score), 0, 1) * room, { top, bottom } = bars(height, scores);
  context.fillStyle = colours.ink;
  context.fillRect(at - 0.5, top, 1, bottom - top);
  context.beginPath();
  context.moveTo(at - 5, top);
  context.lineTo(at + 5, top);
  context.lineTo(at, top + 8);
  context.fill();
}

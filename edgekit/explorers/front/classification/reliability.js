// The reliability curve: how often windows are right against how sure the model was, and the threshold in it.
import { canvasIn, writeOver } from "../shared/canvas.js";
import { withOpacity } from "../shared/theme.js";

const LEFT = 34, BELOW = 30, TOP = 6, RIGHT = 8; // px

/**
 * @param {Float64Array} curve rows of low, high, probability, right, windows
 * @param {HTMLElement} element
 * @param {AxisNames} names
 */
export function reliabilityCurve(curve, element, names) {
  const canvas = canvasIn(element), bins = curve.length / 5;
  const rows = Array.from({ length: bins }, (_, i) => curve.subarray(5 * i, 5 * i + 5));
  const total = rows.reduce((sum, row) => sum + row[4], 0);
  /** @param {Palette} colours @param {number} threshold @param {MarkedThreshold[]} marked */
  return (colours, threshold, marked) => {
    const { context, width, height } = canvas.begin(), wide = width - LEFT - RIGHT, high = height - TOP - BELOW;
    const x = (/** @type {number} */ share) => LEFT + share * wide, y = (/** @type {number} */ share) => TOP + (1 - share) * high;
    context.fillStyle = withOpacity(colours.kind("uncertain"), 0.28);
    for (const [low, top, , , windows] of rows) context.fillRect(x(low), y(windows / total), (top - low) * wide - 1, (windows / total) * high);
    frameOf(context, colours, names, x, y);
    const known = rows.filter((row) => row[4] > 0);
    context.strokeStyle = context.fillStyle = colours.series[0];
    context.lineWidth = 1.6;
    context.beginPath();
    for (const [, , probability, right] of known) context.lineTo(x(probability), y(right));
    context.stroke();
    for (const [, , probability, right, windows] of known) {
      context.beginPath();
      context.arc(x(probability), y(right), 2 + 4 * Math.sqrt(windows / total), 0, 2 * Math.PI);
      context.fill();
    }
    context.fillStyle = colours.ink;
    context.fillRect(x(threshold) - 0.75, TOP, 1.5, high);
    for (const [i, { value, name }] of marked.filter((one) => one.value !== threshold).entries()) {
      for (let down = 0; down < high; down += 5) context.fillRect(x(value) - 0.5, TOP + down, 1, 2);
      context.textAlign = value > 0.5 ? "right" : "left";
      context.textBaseline = "top";
      writeOver(context, colours, name, x(value) + (value > 0.5 ? -4 : 4), TOP + 2 + 13 * i);
    }
  };
}

/**
 * The axes and the diagonal on which probabilities can be believed.
 * @param {CanvasRenderingContext2D} context
 * @param {Palette} colours
 * @param {AxisNames} names
 * @param {(share: number) => number} x
 * @param {(share: number) => number} y
 */
function frameOf(context, colours, names, x, y) {
  context.strokeStyle = colours.soft;
  context.lineWidth = 1;
  context.setLineDash([4, 3]);
  context.beginPath();
  context.moveTo(x(0), y(0));
  context.lineTo(x(1), y(1));
  context.stroke();
  context.setLineDash([]);
  context.strokeStyle = colours.line;
  context.strokeRect(x(0), y(1), x(1) - x(0), y(0) - y(1));
  context.fillStyle = colours.soft;
  context.textBaseline = "middle";
  context.textAlign = "right";
  for (const share of [0, 0.5, 1]) context.fillText(share.toFixed(1), x(0) - 5, y(share));
  context.textBaseline = "top";
  context.textAlign = "center";
  for (const share of [0, 0.5, 1]) context.fillText(share.toFixed(1), x(share) - (share === 1 ? 6 : 0), y(0) + 4);
  context.fillText(names.probability, x(0.5), y(0) + 16);
  context.save();
  context.translate(7, y(0.5));
  context.rotate(-Math.PI / 2);
  context.textBaseline = "middle";
  context.fillText(names.right, 0, 0);
  context.restore();
}

/**
 * The curve as a table, for readers who cannot see it.
 * @param {Float64Array} curve
 */
export function curveRows(curve) {
  const rows = [];
  for (let i = 0; i < curve.length; i += 5) {
    if (curve[i + 4] > 0) rows.push(Array.from(curve.subarray(i + 2, i + 5)));
  }
  return rows;
}

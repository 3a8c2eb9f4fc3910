// The two panels of points: predicted against expected, and the error over what was expected. Scales, axes, threshold.
import { drawValueAxis } from "../shared/time_track.js";
import { AXIS, LEFT, RIGHT, TOP, valueScale } from "../shared/scales.js";
import { tickTexts, ticks } from "../shared/ticks.js";

/**
 * From numbers to places in both panels: expected numbers across, predicted numbers or errors upwards.
 * @param {{lowest: number, highest: number, widest: number}} range
 * @param {number} width
 * @param {number} height
 * @param {boolean} errors
 * @returns {PanelScale}
 */
export function panelScale({ lowest, highest, widest }, width, height, errors) {
  const rim = 0.04 * (highest - lowest) || 1, low = lowest - rim, high = highest + rim, room = Math.max(width - LEFT - RIGHT, 1);
  const [bottom, top] = errors ? [-1.06 * widest, 1.06 * widest] : [low, high], floor = height - AXIS;
  return {
    low, high, bottom, top, floor, room,
    x: (value) => LEFT + ((value - low) / (high - low)) * room,
    y: valueScale(bottom, top, floor),
    value: (y) => top - ((y - TOP) / (floor - TOP - 2)) * (top - bottom),
  };
}

/**
 * Where the points stand, in the order of these numbers.
 * @param {PanelScale} scale
 * @param {{expected: Float64Array, predicted: Float64Array}} numbers
 * @param {boolean} errors
 * @returns {Points}
 */
export function placed(scale, { expected, predicted }, errors) {
  const { low, high, bottom, top } = scale, x = new Float32Array(expected.length), y = new Float32Array(expected.length);
  const left = scale.x(low), across = (scale.x(high) - left) / (high - low), floor = scale.y(bottom), up = (scale.y(top) - floor) / (top - bottom);
  for (let place = 0; place < x.length; place++) { // a call of the scales for each would take several times as long
    const truth = expected[place], value = errors ? predicted[place] - truth : predicted[place];
    x[place] = left + (truth - low) * across;
    y[place] = floor + (value - bottom) * up;
  }
  return { x, y };
}

/**
 * @param {Surface} surface
 * @param {Palette} colours
 * @param {PanelScale} scale
 * @param {boolean} errors
 * @param {AxisNames} names
 */
export function drawPanel(surface, colours, scale, errors, names) {
  const { context, width } = surface, { floor, room } = scale, up = ticks(scale.bottom, scale.top, 5).filter((place) => scale.y(place) > TOP + 5);
  drawValueAxis(surface, colours, scale.y, { name: errors ? names.error : names.predicted, short: errors ? "error" : undefined, middle: floor / 2, places: up });
  context.fillStyle = colours.soft;
  context.textAlign = "center";
  context.textBaseline = "top";
  const across = ticks(scale.low, scale.high, Math.max(room / 50, 3)).filter((place) => scale.x(place) < width - RIGHT - 64);
  tickTexts(across).forEach((text, i) => context.fillText(text, scale.x(across[i]), floor + 5));
  context.textAlign = "right";
  context.fillText(names.expected, width - RIGHT, floor + 5);
  line(surface, colours.soft, scale, errors ? 0 : null, 0, []);
}

/**
 * The errors that are allowed: dashed lines beside where the prediction is right.
 * @param {Surface} surface
 * @param {Palette} colours
 * @param {PanelScale} scale
 * @param {number} threshold
 * @param {boolean} errors
 * @param {number[]} [dash]
 */
export function drawAllowed(surface, colours, scale, threshold, errors, dash = [6, 3]) {
  for (const shift of [threshold, -threshold]) line(surface, colours.ink, scale, errors ? shift : null, shift, dash);
}

/**
 * A level line at `level`, or, where that is null, one along which predicted - expected is `shift`.
 * @param {Surface} surface
 * @param {string} colour
 * @param {PanelScale} scale
 * @param {number | null} level
 * @param {number} shift
 * @param {number[]} dash
 */
function line({ context }, colour, scale, level, shift, dash) {
  const { low, high, floor, room } = scale;
  context.save();
  context.beginPath();
  context.rect(LEFT, TOP, room, floor - TOP);
  context.clip();
  context.strokeStyle = colour;
  context.lineWidth = 1.2;
  context.setLineDash(dash);
  context.beginPath();
  context.moveTo(scale.x(low), scale.y(level ?? low + shift));
  context.lineTo(scale.x(high), scale.y(level ?? high + shift));
  context.stroke();
  context.restore();
}

/**
 * A ring around the chosen window.
 * @param {Surface} surface
 * @param {Palette} colours
 * @param {number} x
 * @param {number} y
 */
export function drawRing({ context }, colours, x, y) {
  for (const [width, colour] of /** @type {const} */ ([[4, colours.paper], [2, colours.ink]])) {
    context.lineWidth = width;
    context.strokeStyle = colour;
    context.beginPath();
    context.arc(x, y, 7, 0, 2 * Math.PI);
    context.stroke();
  }
}

// Drawing of the explorer of features: axes below, points above them, and on top what follows the hand.
import { layersIn } from "../shared/canvas.js";
import { coveredPixels, pointAt } from "../shared/points.js";
import { AXIS, LEFT, RIGHT, TOP } from "../shared/scales.js";
import { palette } from "../shared/theme.js";
import { drawValueAxis } from "../shared/time_track.js";
import { tickTexts, ticks } from "../shared/ticks.js";
import { pointColours } from "./colouring.js";
/** @import { FeaturesState } from "./state.js" */

const FAINT = 0x40; // how opaque a point is while others are selected, of 255

/**
 * From a view's coordinates to pixels and back.
 * @param {ReturnType<FeaturesState["view"]>} view
 * @param {number} width
 * @param {number} height
 */
export function placeScale({ across, up }, width, height) {
  const room = Math.max(width - LEFT - RIGHT, 1), floor = height - AXIS, rise = Math.max(floor - TOP, 1);
  const wide = across.high - across.low, high = up.high - up.low;
  return {
    room, floor,
    x: (/** @type {number} */ value) => LEFT + ((value - across.low) / wide) * room,
    y: (/** @type {number} */ value) => floor - ((value - up.low) / high) * rise,
    atX: (/** @type {number} */ x) => across.low + ((x - LEFT) / room) * wide,
    atY: (/** @type {number} */ y) => up.low + ((floor - y) / rise) * high,
  };
}

/**
 * @param {FeaturesState} state
 * @param {HTMLElement} root
 * @param {HTMLElement} place
 */
export function featuresDrawing(state, root, place) {
  const { model, meta } = state, [base, middle, over] = layersIn(place, 3);
  let colours = palette(root, meta.looks), scale = placeScale(state.view(), 1, 1), points = { x: new Float32Array(), y: new Float32Array() };
  /** @type {(selection: Uint8Array, any: boolean) => void} */
  let paint = () => {};
  /** @type {number[]} */
  let draft = [];
  return {
    below() {
      colours = palette(root, meta.looks);
      const surface = base.begin(), view = state.view();
      scale = placeScale(view, surface.width, surface.height);
      points = { x: Float32Array.from(view.x, scale.x), y: Float32Array.from(view.y, scale.y) };
      drawAxes(surface, colours, view, scale, meta.views[Math.max(meta.views.findIndex(({ name }) => name === model.get("view")), 0)].axes);
      const { context } = middle.begin();
      paint = painter(context, context.canvas.width / Math.max(surface.width, 1), points, pointColours(state, colours));
      paint(state.selection(), state.selectedCount() > 0);
      return colours;
    },
    /** The selection is another one. */
    select: () => paint(state.selection(), state.selectedCount() > 0),
    above() {
      const { context } = over.begin(), i = model.get("window"), lasso = model.get("lasso");
      const outline = draft.length ? draft : lasso.map((value, at) => (at % 2 ? scale.y(value) : scale.x(value)));
      drawOutline(context, colours, outline, !draft.length);
      for (const [width, colour] of /** @type {const} */ ([[4, colours.paper], [2, colours.ink]])) {
        context.lineWidth = width;
        context.strokeStyle = colour;
        context.beginPath();
        context.arc(points.x[i], points.y[i], 7, 0, 2 * Math.PI);
        context.stroke();
      }
    },
    /** Show the path of the hand in place of the lasso; [] for the lasso again. @param {number[]} path in pixels */
    sketch: (path) => void (draft = path),
    /** A path in pixels in the view's coordinates. @param {number[]} path */
    inView: (path) => path.map((value, at) => (at % 2 ? scale.atY(value) : scale.atX(value))),
    /** The window at a place in pixels, -1 for none. @param {number} x @param {number} y */
    windowAt: (x, y) => pointAt(points, x, y),
  };
}

/**
 * A way to paint all points; which pixels they cover is worked out once.
 * @param {CanvasRenderingContext2D} context
 * @param {number} ratio pixels a CSS pixel
 * @param {Points} points
 * @param {Uint32Array} pixels the colour of each point
 */
function painter(context, ratio, points, pixels) {
  const { width: wide, height: high } = context.canvas;
  if (!wide || !high) return () => {};
  const image = context.createImageData(wide, high), picture = new Uint32Array(image.data.buffer), many = points.x.length;
  const size = Math.max(Math.round((many > 20_000 ? 1.5 : many > 2000 ? 3 : 6) * ratio), 1);
  const { at, point } = coveredPixels(points, { wide, high, ratio, size });
  return (/** @type {Uint8Array} */ selection, /** @type {boolean} */ any) => {
    for (let k = 0; k < at.length; k++) {
      const i = point[k];
      picture[at[k]] = any && !selection[i] ? ((pixels[i] & 0xffffff) | (FAINT << 24)) >>> 0 : pixels[i];
    }
    context.putImageData(image, 0, 0);
  };
}

/**
 * @param {Surface} surface
 * @param {Palette} colours
 * @param {ReturnType<FeaturesState["view"]>} view
 * @param {ReturnType<typeof placeScale>} scale
 * @param {string[]} names empty where the numbers mean nothing: then there are no ticks
 */
function drawAxes(surface, colours, { across, up }, scale, names) {
  const { context, width } = surface;
  if (!names[0]) return;
  drawValueAxis(surface, colours, scale.y, { name: names[1], middle: scale.floor / 2, places: ticks(up.low, up.high, 5).filter((at) => at >= up.low) });
  context.fillStyle = colours.soft;
  context.textAlign = "right";
  context.textBaseline = "top";
  context.fillText(names[0], width - RIGHT, scale.floor + 5);
  const end = width - RIGHT - context.measureText(names[0]).width - 24;
  const places = ticks(across.low, across.high, Math.max(scale.room / 70, 2)).filter((at) => scale.x(at) < end);
  context.textAlign = "center";
  if (places.length) tickTexts(places).forEach((text, i) => context.fillText(text, scale.x(places[i]), scale.floor + 5));
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Palette} colours
 * @param {number[]} path
 * @param {boolean} closed
 */
function drawOutline(context, colours, path, closed) {
  if (path.length < 4) return;
  context.beginPath();
  for (let i = 0; i < path.length; i += 2) context[i ? "lineTo" : "moveTo"](path[i], path[i + 1]);
  if (closed) context.closePath();
  context.fillStyle = colours.mark;
  context.fill();
  context.strokeStyle = colours.ink;
  context.lineWidth = 1.5;
  context.setLineDash([5, 3]);
  context.stroke();
  context.setLineDash([]);
}

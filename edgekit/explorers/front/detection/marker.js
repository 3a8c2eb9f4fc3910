// Drawing markers, in the shapes that matplotlib's letters name.
import { contextOf } from "../shared/canvas.js";
import { h } from "../shared/elements.js";

export const HALO = "rgb(255 255 255 / 80%)"; // to be seen on any picture

const X = [[-1, -0.4], [-0.4, -1], [0, -0.55], [0.4, -1], [1, -0.4], [0.55, 0], [1, 0.4], [0.4, 1], [0, 0.55], [-0.4, 1], [-1, 0.4], [-0.55, 0]];
const PLUS = [[-0.4, -1], [0.4, -1], [0.4, -0.4], [1, -0.4], [1, 0.4], [0.4, 0.4], [0.4, 1], [-0.4, 1], [-0.4, 0.4], [-1, 0.4], [-1, -0.4], [-0.4, -0.4]];
/** Corners by matplotlib's letter; "o" has none. @type {Record<string, number[][]>} */
const CORNERS = {
  s: [[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]],
  "^": [[0, -1.15], [1.05, 0.85], [-1.05, 0.85]],
  v: [[0, 1.15], [1.05, -0.85], [-1.05, -0.85]],
  D: [[0, -1.2], [1.2, 0], [0, 1.2], [-1.2, 0]],
  X,
  P: PLUS,
};

/**
 * Draw a kind's marker; truths are hollow and larger, predictions filled.
 * @param {CanvasRenderingContext2D} context
 * @param {string} shape
 * @param {number} x
 * @param {number} y
 * @param {number} size
 * @param {boolean} hollow
 * @param {string} colour
 */
export function drawMarker(context, shape, x, y, size, hollow, colour) {
  context.beginPath();
  if (CORNERS[shape]) CORNERS[shape].forEach(([dx, dy], i) => context[i ? "lineTo" : "moveTo"](x + dx * size, y + dy * size));
  else context.arc(x, y, size, 0, 2 * Math.PI);
  context.closePath();
  for (const [width, style] of /** @type {const} */ ([[hollow ? 5 : 3, HALO], [hollow ? 2.2 : 1, hollow ? colour : "#00000088"]])) {
    context.lineWidth = width;
    context.strokeStyle = style;
    context.stroke();
  }
  context.fillStyle = colour;
  if (!hollow) context.fill();
}

const ROOM = 16; // px around the middle of a marker, with its rim

/**
 * A way to draw many markers: each look is drawn once and then copied, on whole pixels; lines by the hundred take longer
 * than all else.
 * @param {number} ratio pixels a CSS pixel
 * @returns {typeof drawMarker}
 */
export function copiedMarkers(ratio) {
  /** @type {Map<string, HTMLCanvasElement>} */
  const looks = new Map();
  return (context, shape, x, y, size, hollow, colour) => {
    const key = [shape, size, hollow, colour].join();
    let look = looks.get(key);
    if (!look) {
      const side = Math.ceil(2 * ROOM * ratio), drawn = contextOf((look = h("canvas", { width: side, height: side })));
      drawn.scale(ratio, ratio);
      drawMarker(drawn, shape, ROOM, ROOM, size, hollow, colour);
      looks.set(key, look);
    }
    const at = (/** @type {number} */ middle) => Math.round((middle - ROOM) * ratio) / ratio;
    context.drawImage(look, at(x), at(y), look.width / ratio, look.height / ratio);
  };
}

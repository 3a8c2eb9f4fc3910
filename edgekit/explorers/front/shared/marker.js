// Drawing markers, in the shapes that edgekit/colours.py has for each kind.
import { contextOf } from "./canvas.js";
import { h } from "./elements.js";

export const HALO = "rgb(255 255 255 / 80%)"; // to be seen on any picture

/**
 * Add a marker to the path.
 * @param {CanvasRenderingContext2D} context
 * @param {number[][]} corners in shares of the size, none of a circle: `corners` of a kind's look
 * @param {number} x
 * @param {number} y
 * @param {number} size
 */
export function traceMarker(context, corners, x, y, size) {
  if (!corners.length) {
    context.moveTo(x + size, y);
    context.arc(x, y, size, 0, 2 * Math.PI);
  }
  for (let i = 0; i < corners.length; i++) context[i ? "lineTo" : "moveTo"](x + corners[i][0] * size, y + corners[i][1] * size);
}

/**
 * Draw a kind's marker; truths are hollow and larger, predictions filled.
 * @param {CanvasRenderingContext2D} context
 * @param {number[][]} corners
 * @param {number} x
 * @param {number} y
 * @param {number} size
 * @param {boolean} hollow
 * @param {string} colour
 */
export function drawMarker(context, corners, x, y, size, hollow, colour) {
  context.beginPath();
  traceMarker(context, corners, x, y, size);
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
  return (context, corners, x, y, size, hollow, colour) => {
    const key = [corners, size, hollow, colour].join();
    let look = looks.get(key);
    if (!look) {
      const side = Math.ceil(2 * ROOM * ratio), drawn = contextOf((look = h("canvas", { width: side, height: side })));
      drawn.scale(ratio, ratio);
      drawMarker(drawn, corners, ROOM, ROOM, size, hollow, colour);
      looks.set(key, look);
    }
    const at = (/** @type {number} */ middle) => Math.round((middle - ROOM) * ratio) / ratio;
    context.drawImage(look, at(x), at(y), look.width / ratio, look.height / ratio);
  };
}

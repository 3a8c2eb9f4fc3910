// Points by the thousand: where each stands, which is under the hand, and drawing them.
import { clamp } from "../shared/numbers.js";

const MARKED = 1000; // points; up to as many each one gets its marker, beyond they are dots of a few pixels

/**
 * Index of the point nearest to (x, y) and at most `reach` away from it, -1 where there is none.
 * @param {Points} points
 * @param {number} x
 * @param {number} y
 */
export function pointAt({ x: across, y: down }, x, y, reach = 14) {
  let best = -1, least = reach * reach;
  for (let i = 0; i < across.length; i++) {
    const far = (across[i] - x) ** 2 + (down[i] - y) ** 2;
    if (far <= least) [best, least] = [i, far];
  }
  return best;
}

/**
 * A colour of the palette (#rrggbb) as a pixel of an image, red in the lowest byte.
 * @param {string} colour
 */
export function pixelOf(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

/**
 * Which point lies on top in each pixel of an image, as its index: a square dot each, later ones above; -1 where none is.
 * @param {Points} points
 * @param {{wide: number, high: number, ratio: number, size: number}} image `ratio`: pixels a CSS pixel; `size` of a dot in pixels
 */
export function onTop({ x, y }, { wide, high, ratio, size }) {
  const top = new Int32Array(wide * high).fill(-1), half = size >> 1;
  for (let i = 0; i < x.length; i++) {
    const left = Math.round(x[i] * ratio) - half, up = Math.round(y[i] * ratio) - half;
    const right = clamp(left + size, 0, wide), down = clamp(up + size, 0, high);
    for (let row = Math.max(up, 0); row < down; row++) {
      for (let column = Math.max(left, 0); column < right; column++) top[row * wide + column] = i;
    }
  }
  return top;
}

/**
 * A way to draw points in the order of their errors, the smallest first: the first `within` in one look, the others in
 * another. Of many points it is worked out once which pixels they cover; after that their number costs nothing.
 * @param {CanvasRenderingContext2D} context
 * @param {number} ratio pixels a CSS pixel
 * @param {Points} points
 * @returns {(colours: Palette, within: number) => void}
 */
export function pointsIn(context, ratio, points) {
  if (points.x.length <= MARKED) return (colours, within) => drawMarkers(context, colours, points, within);
  const { width: wide, height: high } = context.canvas, image = context.createImageData(wide, high);
  const pixels = new Uint32Array(image.data.buffer), size = Math.max(Math.round((points.x.length > 20_000 ? 1.5 : 3) * ratio), 1);
  const top = onTop(points, { wide, high, ratio, size });
  return (colours, within) => {
    const inside = pixelOf(colours.kind("within")), outside = pixelOf(colours.kind("beyond"));
    for (let at = 0; at < top.length; at++) pixels[at] = top[at] < 0 ? 0 : top[at] < within ? inside : outside;
    context.putImageData(image, 0, 0);
  };
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Palette} colours
 * @param {Points} points
 * @param {number} within
 */
function drawMarkers(context, colours, { x, y }, within) {
  context.fillStyle = colours.kind("within");
  context.beginPath();
  for (let i = 0; i < within; i++) {
    context.moveTo(x[i] + 3, y[i]);
    context.arc(x[i], y[i], 3, 0, 2 * Math.PI);
  }
  context.fill();
  context.fillStyle = colours.kind("beyond");
  context.beginPath();
  for (let i = within; i < x.length; i++) {
    context.moveTo(x[i], y[i] - 4.5);
    context.lineTo(x[i] + 4.5, y[i]);
    context.lineTo(x[i], y[i] + 4.5);
    context.lineTo(x[i] - 4.5, y[i]);
  }
  context.fill();
}

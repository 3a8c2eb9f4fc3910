// Points by the thousand: which is under the hand, which lies on top in each pixel, and colours as pixels.
import { clamp } from "./numbers.js";

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

// Points by the thousand: which is under the hand, which lies on top in each pixel, and colours as pixels.

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
 * Which pixels of an image points cover, a square dot each, and whose dot lies on top there, later ones above: first the
 * pixels of the last point, last those of the first one.
 * @param {Points} points
 * @param {{wide: number, high: number, ratio: number, size: number}} image `ratio`: pixels a CSS pixel; `size` of a dot in pixels
 */
export function coveredPixels({ x, y }, { wide, high, ratio, size }) {
  const most = Math.min(wide * high, x.length * size * size), half = size >> 1;
  const taken = new Uint8Array(wide * high), at = new Int32Array(most), point = new Int32Array(most);
  let count = 0;
  for (let i = x.length - 1; i >= 0; i--) {
    const left = Math.round(x[i] * ratio) - half, up = Math.round(y[i] * ratio) - half;
    const right = Math.min(left + size, wide), down = Math.min(up + size, high);
    for (let row = Math.max(up, 0); row < down; row++) {
      for (let pixel = row * wide + Math.max(left, 0), end = row * wide + right; pixel < end; pixel++) {
        if (taken[pixel]) continue;
        taken[pixel] = 1;
        at[count] = pixel;
        point[count++] = i;
      }
    }
  }
  return { at: at.subarray(0, count), point: point.subarray(0, count) };
}

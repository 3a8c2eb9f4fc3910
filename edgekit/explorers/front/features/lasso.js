// The lasso: which points it holds, its shape under the hand, and the ellipse that keys widen around a window.

/**
 * Which points lie inside a polygon ([x, y, x, y, …]) by the even-odd rule: the arithmetic of `edgekit.projection.inside`.
 * @param {ArrayLike<number>} polygon
 * @param {ArrayLike<number>} x
 * @param {ArrayLike<number>} y
 */
export function insideOf(polygon, x, y) {
  const corners = polygon.length / 2, found = new Uint8Array(x.length);
  let left = Infinity, right = -Infinity, low = Infinity, high = -Infinity;
  for (let i = 0; i < corners; i++) {
    left = Math.min(left, polygon[2 * i]);
    right = Math.max(right, polygon[2 * i]);
    low = Math.min(low, polygon[2 * i + 1]);
    high = Math.max(high, polygon[2 * i + 1]);
  }
  for (let at = 0; at < x.length; at++) {
    const px = x[at], py = y[at];
    if (!(px >= left && px <= right && py >= low && py <= high)) continue;
    let odd = 0;
    for (let i = 0, j = corners - 1; i < corners; j = i++) {
      const ax = polygon[2 * i], ay = polygon[2 * i + 1], bx = polygon[2 * j], by = polygon[2 * j + 1];
      if (ay > py !== by > py && px < ((bx - ax) * (py - ay)) / (by - ay) + ax) odd ^= 1;
    }
    found[at] = odd;
  }
  return found;
}

/**
 * An ellipse around a place, as wide and high as a share of the view, as a polygon.
 * @param {number} x
 * @param {number} y
 * @param {{width: number, height: number}} view
 * @param {number} share
 */
export function ellipse(x, y, { width, height }, share, corners = 32) {
  return Array.from({ length: 2 * corners }, (_, i) => {
    const angle = (Math.PI * 2 * (i >> 1)) / corners;
    return i % 2 ? y + share * height * Math.sin(angle) : x + share * width * Math.cos(angle);
  });
}

/**
 * Keep a path that the hand draws in a few hundred corners: those at least `gap` pixels from the one before.
 * @param {number[]} path
 * @param {number} x
 * @param {number} y
 */
export function extended(path, x, y, gap = 4) {
  const far = path.length < 2 || Math.hypot(x - path[path.length - 2], y - path[path.length - 1]) >= gap;
  return far ? [...path, x, y] : path;
}

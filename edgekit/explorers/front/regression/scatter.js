// Points of windows in the order of their errors.
import { traceMarker } from "../shared/marker.js";
import { coveredPixels, pixelOf } from "../shared/points.js";

/**
 * A way to draw points in the order of their errors, the smallest first: the first `within` in one look, the others in
 * another. Of many points it is worked out once which pixels they cover; after that only those change whose point is on
 * the other side now. Up to `most.markers` points each one gets its marker, beyond they are dots of a few pixels.
 * @param {CanvasRenderingContext2D} context
 * @param {number} ratio pixels a CSS pixel
 * @param {Points} points
 * @param {Meta["most"]} most
 * @returns {(colours: Palette, within: number) => void}
 */
export function pointsIn(context, ratio, points, most) {
  if (points.x.length <= most.markers) return (colours, within) => drawMarkers(context, colours, points, within);
  const { width: wide, height: high } = context.canvas, image = context.createImageData(wide, high);
  const pixels = new Uint32Array(image.data.buffer), size = Math.max(Math.round((points.x.length > most.dots ? 1.5 : 3) * ratio), 1);
  const { at, point } = coveredPixels(points, { wide, high, ratio, size });
  let beyond = 0, [inside, outside] = [0, 0]; // how many of the pixels are of points beyond, and the two looks
  return (colours, within) => {
    const looks = [pixelOf(colours.kind("within")), pixelOf(colours.kind("beyond"))];
    if (looks[0] !== inside || looks[1] !== outside) {
      [inside, outside] = looks;
      for (beyond = 0; beyond < at.length; beyond++) pixels[at[beyond]] = outside;
    }
    while (beyond > 0 && point[beyond - 1] < within) pixels[at[--beyond]] = inside;
    while (beyond < at.length && point[beyond] >= within) pixels[at[beyond++]] = outside;
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
  for (const [kind, from, to, size] of /** @type {const} */ ([["within", 0, within, 3], ["beyond", within, x.length, 3.75]])) {
    const corners = colours.corners(kind);
    context.fillStyle = colours.kind(kind);
    context.beginPath();
    for (let i = from; i < to; i++) traceMarker(context, corners, x[i], y[i], size);
    context.fill();
  }
}

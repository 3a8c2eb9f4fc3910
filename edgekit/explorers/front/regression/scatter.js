// Points of windows in the order of their errors.
import { coveredPixels, pixelOf } from "../shared/points.js";

const MARKED = 1000; // points; up to as many each one gets its marker, beyond they are dots of a few pixels

/**
 * A way to draw points in the order of their errors, the smallest first: the first `within` in one look, the others in
 * another. Of many points it is worked out once which pixels they cover; after that only those change whose point is on
 * the other side now.
 * @param {CanvasRenderingContext2D} context
 * @param {number} ratio pixels a CSS pixel
 * @param {Points} points
 * @returns {(colours: Palette, within: number) => void}
 */
export function pointsIn(context, ratio, points) {
  if (points.x.length <= MARKED) return (colours, within) => drawMarkers(context, colours, points, within);
  const { width: wide, height: high } = context.canvas, image = context.createImageData(wide, high);
  const pixels = new Uint32Array(image.data.buffer), size = Math.max(Math.round((points.x.length > 20_000 ? 1.5 : 3) * ratio), 1);
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

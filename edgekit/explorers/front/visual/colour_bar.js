// The bar of colours beside the picture: which colour stands for which score.
import { contextOf } from "../shared/canvas.js";
import { h } from "../shared/elements.js";
import { scoreAt } from "./heat.js";

export const BAR_ROOM = 62; // px beside the picture

const WIDE = 12;
const SHARES = [0, 0.2, 0.5, 0.8]; // of the colour map: 0, a quarter of the threshold, it, four times it; as edgekit.plots.cells

/**
 * The colours as a picture one pixel wide, high scores at the top.
 * @param {Uint8Array} colours 256 times red, green, blue
 */
export function colourColumn(colours) {
  const context = contextOf(h("canvas", { width: 1, height: 256 })), image = context.createImageData(1, 256);
  for (let i = 0; i < 256; i++) image.data.set([...colours.subarray(3 * (255 - i), 3 * (256 - i)), 255], 4 * i);
  context.putImageData(image, 0, 0);
  return context.canvas;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Palette} colours
 * @param {HTMLCanvasElement} heat its colours, from `colourColumn`
 * @param {number} threshold
 * @param {number} left
 * @param {number} top
 * @param {number} high
 */
export function drawColourBar(context, colours, heat, threshold, left, top, high) {
  context.drawImage(heat, left, top, WIDE, high);
  if (!(threshold > 0) || !Number.isFinite(threshold)) return;
  context.textAlign = "left";
  context.textBaseline = "middle";
  for (const share of SHARES) {
    const y = top + (1 - share) * high, at = share === 0.5;
    context.fillStyle = at ? colours.ink : colours.soft;
    context.fillRect(left + (at ? -3 : WIDE), y - (at ? 1 : 0.5), at ? WIDE + 8 : 4, at ? 2 : 1);
    context.fillText(Number(scoreAt(share, threshold).toPrecision(3)).toString(), left + WIDE + 8, y);
  }
}

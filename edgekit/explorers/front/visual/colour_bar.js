// The bar of colours beside the picture: which colour stands for which score.
import { scoreAt } from "./heat.js";

export const BAR_ROOM = 74; // px beside the picture

const WIDE = 12;
const SHARES = [0, 0.2, 0.5, 0.8]; // of the colour map: 0, a quarter of the threshold, it, four times it; as edgekit.plots.cells

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Palette} colours
 * @param {Uint8Array} heat 256 times red, green, blue
 * @param {number} threshold
 * @param {number} left
 * @param {number} top
 * @param {number} high
 */
export function drawColourBar(context, colours, heat, threshold, left, top, high) {
  for (let i = 0; i < 256; i++) {
    const [r, g, b] = heat.subarray(3 * i, 3 * i + 3);
    context.fillStyle = `rgb(${r} ${g} ${b})`;
    context.fillRect(left, top + (1 - (i + 1) / 256) * high, WIDE, high / 256 + 0.7);
  }
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

// The strips of the rows on show, drawn in their column of the table.
import { contextOf } from "../shared/canvas.js";
import { h } from "../shared/elements.js";
import { STRIP, TICK } from "./cells.js";
/** @import { Signal, Strip } from "./strips.js" */

/**
 * The strips of the rows that are there, in one canvas over their column: a canvas a row would be a layer a row, which
 * the browser puts together anew in each frame of scrolling.
 * @param {HTMLElement} body of the rows
 * @param {number} high of a row, px
 */
export function stripColumn(body, high) {
  const canvas = h("canvas", { class: "ek-strips", "aria-hidden": "true", style: `left: ${TICK}px; width: ${STRIP}px` }), context = contextOf(canvas);
  let drawn = false;
  body.append(canvas);
  /**
   * @param {{ at: number, row: number }[]} lines each with its place in the list
   * @param {Palette} colours
   * @param {(row: number) => Strip} of
   */
  return function show(lines, colours, of) {
    const first = Math.min(...lines.map(({ at }) => at)), found = lines.map(({ at, row }) => ({ at, strip: of(row) })).filter(({ strip }) => strip);
    // its size is known: to ask for it, as `canvasIn` does, would lay the page out anew in each frame
    const ratio = window.devicePixelRatio || 1, width = Math.round(STRIP * ratio), height = Math.round(lines.length * high * ratio);
    if (canvas.width !== width || canvas.height < height) [canvas.width, canvas.height] = [width, height];
    else if (drawn) {
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, canvas.width, canvas.height);
    }
    drawn = found.length > 0;
    if (!drawn) return;
    canvas.style.transform = `translateY(${first * high}px)`;
    canvas.style.height = `${canvas.height / ratio}px`;
    for (const { at, strip } of found) {
      context.setTransform(ratio, 0, 0, ratio, 0, (at - first) * high * ratio);
      drawStrip(context, high, colours, /** @type {Signal | ImageBitmap} */ (strip));
    }
  };
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} height
 * @param {Palette} colours
 * @param {Signal | ImageBitmap} strip
 */
function drawStrip(context, height, colours, strip) {
  if (!("axes" in strip)) {
    const high = height - 4;
    return context.drawImage(strip, 2, 2, Math.min((strip.width / strip.height) * high, STRIP - 4), high);
  }
  const { axes, columns, lows, highs } = strip, step = (STRIP - 6) / columns, y = (/** @type {number} */ value) => 3 + (1 - value / 255) * (height - 6);
  context.lineWidth = 1;
  for (let axis = 0; axis < axes; axis++) {
    context.strokeStyle = colours.series[axis % colours.series.length];
    context.beginPath();
    for (let k = 0; k < columns; k++) {
      const low = lows[axis * columns + k], high = highs[axis * columns + k];
      if (low > high) continue; // no reading
      context.lineTo(3 + k * step, y(low));
      if (high > low) context.lineTo(3 + k * step, y(high));
    }
    context.stroke();
  }
}

// Drawing the picture: pixels and heat, what is flagged, boxes, the cell one looks at, and the bar of colours beside it.
import { canvasIn, contextOf } from "../shared/canvas.js";
import { h } from "../shared/elements.js";
import { placement } from "../shared/placement.js";
import { isDetected } from "../shared/threshold_rules.js";
import { BAR_ROOM, colourColumn, drawColourBar } from "./colour_bar.js";
import { outline } from "./grid.js";
import { heatPixels } from "./heat.js";
/** @import { VisualState } from "./state.js" */
/** @typedef {ReturnType<typeof placement>} Placement */

const HALO = "rgb(0 0 0 / 70%)"; // beneath lines, to be seen on any picture

/** @param {VisualState} state @param {HTMLElement} stage */
export const picturePlace = (state, stage) => placement(state.shape(), stage, BAR_ROOM);

/**
 * @param {VisualState} state
 * @param {HTMLElement} stage
 * @returns {(image: ImageBitmap | null, colours: Palette) => void}
 */
export function pictureDrawing(state, stage) {
  const { model, data, threshold, grid, cell } = state, canvas = canvasIn(stage), heat = contextOf(h("canvas")), column = colourColumn(data.heat);
  return (image, colours) => {
    const { context } = canvas.begin(), place = picturePlace(state, stage), now = grid(), limit = threshold();
    context.fillStyle = colours.line;
    context.fillRect(place.left, place.top, place.wide, place.high);
    context.imageSmoothingEnabled = false;
    if (image) context.drawImage(image, place.left, place.top, place.wide, place.high);
    drawColourBar(context, colours, column, limit, place.left + place.wide + 12, place.top, place.high);
    if (now.scores.length) {
      heat.canvas.width = now.columns;
      heat.canvas.height = now.rows;
      heat.putImageData(new ImageData(heatPixels(now.scores, limit, data.heat), now.columns, now.rows), 0, 0);
      context.globalAlpha = model.get("opacity");
      context.drawImage(heat.canvas, place.left, place.top, place.wide, place.high);
      context.globalAlpha = 1;
    }
    drawBoxes(context, place, data, model.get("picture"), limit, colours);
    const wide = place.wide / now.columns, high = place.high / now.rows;
    drawLines(context, outline(now, limit).map(([x1, y1, x2, y2]) =>
      [place.left + x1 * wide, place.top + y1 * high, place.left + x2 * wide, place.top + y2 * high]), colours.kind("above"));
    const chosen = cell();
    if (chosen >= 0) {
      drawFrame(context, place.left + (chosen % now.columns) * wide, place.top + Math.floor(chosen / now.columns) * high, wide, high);
    }
  };
}

/**
 * Boxes of the truth, dashed, and the server's, those at or above the threshold.
 * @param {CanvasRenderingContext2D} context
 * @param {Placement} place
 * @param {VisualArrays} data
 * @param {number} picture
 * @param {number} limit
 * @param {Palette} colours
 */
function drawBoxes(context, place, { box_at, box_place, box_score, truth_at, truth_place }, picture, limit, colours) {
  /** @param {Float64Array} places @param {number} i @param {[number, string][]} strokes */
  const draw = (places, i, strokes) => {
    const [x, y, across, down] = places.subarray(4 * i, 4 * i + 4);
    for (const [width, style] of strokes) {
      context.lineWidth = width;
      context.strokeStyle = style;
      context.strokeRect(place.x(x), place.y(y), across * place.wide, down * place.high);
    }
  };
  for (let i = box_at[picture]; i < box_at[picture + 1]; i++) if (isDetected(box_score[i], limit)) draw(box_place, i, [[1, colours.kind("above")]]);
  context.setLineDash([6, 4]);
  for (let i = truth_at[picture]; i < truth_at[picture + 1]; i++) draw(truth_place, i, [[4, HALO], [2, "#ffffff"]]);
  context.setLineDash([]);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number[][]} lines
 * @param {string} colour
 */
function drawLines(context, lines, colour) {
  context.lineCap = "square";
  for (const [width, style] of /** @type {const} */ ([[4, HALO], [2.2, colour]])) {
    context.lineWidth = width;
    context.strokeStyle = style;
    context.beginPath();
    for (const [x1, y1, x2, y2] of lines) {
      context.moveTo(x1, y1);
      context.lineTo(x2, y2);
    }
    context.stroke();
  }
  context.lineCap = "butt";
}

/**
 * Around the cell one looks at, to be seen on light and on dark.
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {number} wide
 * @param {number} high
 */
function drawFrame(context, x, y, wide, high) {
  const inset = Math.min(4, wide / 6, high / 6); // within the outline of what is flagged
  for (const [width, style] of /** @type {const} */ ([[4.5, "#000000"], [2, "#ffffff"]])) {
    context.lineWidth = width;
    context.strokeStyle = style;
    context.strokeRect(x + inset, y + inset, wide - 2 * inset, high - 2 * inset);
  }
}

// One cell: its patch of the picture, its score, and where that stands among the cells of normal pictures.
import { contextOf } from "../shared/canvas.js";
import { h, hide, write } from "../shared/elements.js";
import { counted, figure, percent } from "../shared/numbers.js";
import { isFlagged } from "../shared/threshold_rules.js";
/** @import { VisualState } from "./state.js" */

const SIDE = 96; // px of the patch
const AROUND = 0.5; // cells of the picture that are shown on each side of the cell

/** @param {VisualState} state */
export function cellCard({ model, meta, grid, cell, threshold, cells, standing }) {
  const title = h("h3"), score = h("p", { class: "ek-figure" }), stands = h("p", { class: "ek-quiet" });
  const patch = h("canvas", { width: 2 * SIDE, height: 2 * SIDE, "aria-hidden": "true" }), context = contextOf(patch);
  const element = h("div", { class: "ek-card ek-patch", role: "group", "aria-label": "the cell" }, patch, h("div", {}, title, score, stands));

  /** Show the cell; returns what a screen reader says of it. @param {ImageBitmap | null} image @param {Palette} colours */
  function show(image, colours) {
    const i = cell(), { rows, columns, scores } = grid();
    hide(patch, i < 0);
    element.classList.toggle("ek-above", isFlagged(scores[i], threshold()));
    if (i < 0) {
      write(title, "No cells");
      write(score, "");
      const missing = rows ? "No cell of this picture has a score." : `No grid of cells came with this picture; ${meta.sends_cells} sends it.`;
      write(stands, missing);
      return missing;
    }
    const row = Math.floor(i / columns), column = i % columns, chosen = model.get("cell").length > 0;
    const side = Number.isNaN(scores[i]) ? "no score" : isFlagged(scores[i], threshold()) ? "at or above" : "below";
    write(title, `Cell: row ${row}, column ${column}${chosen ? "" : " (highest)"}`);
    write(score, side === "no score" ? side : `${figure(scores[i], 2)} ${side === "below" ? side : `${meta.looks.kinds.above.sign} at or above`}`);
    write(stands, side === "no score" || !cells.normal.length ? ""
      : `higher than ${standing(scores[i]) === 1 ? "all" : `${percent(standing(scores[i]))} of`} ${counted(cells.normal.length, ...meta.cell_kinds.normal)}`);
    drawPatch(context, image, colours, { rows, columns }, row, column);
    return `row ${row}, column ${column}, ${side === "no score" ? side : `score ${figure(scores[i], 2)}, ${side}${side === "below" ? "" : " the threshold"}`}`;
  }
  return { element, show };
}

/**
 * The cell and a little around it, the cell framed.
 * @param {CanvasRenderingContext2D} context
 * @param {ImageBitmap | null} image
 * @param {Palette} colours
 * @param {Pick<Grid, "rows" | "columns">} grid
 * @param {number} row
 * @param {number} column
 */
function drawPatch(context, image, colours, { rows, columns }, row, column) {
  const size = 2 * SIDE, whole = 1 + 2 * AROUND;
  context.fillStyle = colours.line;
  context.fillRect(0, 0, size, size);
  if (!image) return;
  const wide = image.width / columns, high = image.height / rows, scale = size / (whole * Math.max(wide, high));
  const left = (size - whole * wide * scale) / 2, top = (size - whole * high * scale) / 2;
  context.imageSmoothingEnabled = false;
  context.drawImage(image, (column - AROUND) * wide, (row - AROUND) * high, whole * wide, whole * high, left, top, size - 2 * left, size - 2 * top);
  const inner = [left + AROUND * wide * scale, top + AROUND * high * scale, wide * scale, high * scale];
  for (const [width, style] of /** @type {const} */ ([[6, "#000000"], [3, "#ffffff"]])) {
    context.lineWidth = width;
    context.strokeStyle = style;
    context.strokeRect(inner[0], inner[1], inner[2], inner[3]);
  }
}

// The grid of cells over a picture: which cell is where, which stand out. Cells are counted row by row, from the top left.
import { clamp } from "../shared/numbers.js";
import { isFlagged } from "../shared/threshold_rules.js";

/**
 * The cell at a place in the picture; -1 beside it.
 * @param {Grid} grid
 * @param {number} x as a ratio of the width
 * @param {number} y as a ratio of the height
 */
export function cellAt({ rows, columns }, x, y) {
  const row = Math.floor(y * rows), column = Math.floor(x * columns);
  return row >= 0 && row < rows && column >= 0 && column < columns ? row * columns + column : -1;
}

/**
 * The cell so many rows and columns from another one, at most at the rim.
 * @param {Grid} grid
 * @param {number} cell
 * @param {number} down
 * @param {number} right
 */
export function cellBeside({ rows, columns }, cell, down, right) {
  const row = clamp(Math.floor(cell / columns) + down, 0, rows - 1);
  return row * columns + clamp((cell % columns) + right, 0, columns - 1);
}

/**
 * The cell with the highest score; the first of several, -1 where no cell has a score.
 * @param {Grid} grid
 */
export function highestCell({ scores }) {
  let highest = -1;
  scores.forEach((score, i) => {
    if (!Number.isNaN(score) && (highest < 0 || score > scores[highest])) highest = i;
  });
  return highest;
}

/**
 * How many cells are flagged.
 * @param {Grid} grid
 * @param {number} threshold
 */
export const cellsFlagged = ({ scores }, threshold) => scores.reduce((count, score) => count + Number(isFlagged(score, threshold)), 0);

/**
 * The outline of the flagged cells: lines from (x, y) to (x, y), counted in cells.
 * @param {Grid} grid
 * @param {number} threshold
 * @returns {[x1: number, y1: number, x2: number, y2: number][]}
 */
export function outline({ rows, columns, scores }, threshold) {
  const flagged = (/** @type {number} */ row, /** @type {number} */ column) =>
    row >= 0 && row < rows && column >= 0 && column < columns && isFlagged(scores[row * columns + column], threshold);
  /** @type {[number, number, number, number][]} */
  const lines = [];
  for (let r = 0; r <= rows; r++) {
    for (let c = 0; c <= columns; c++) {
      if (flagged(r, c) !== flagged(r - 1, c)) lines.push([c, r, c + 1, r]);
      if (flagged(r, c) !== flagged(r, c - 1)) lines.push([c, r, c, r + 1]);
    }
  }
  return lines;
}

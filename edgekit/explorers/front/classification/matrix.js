// The confusion matrix: where its cells lie, how it is drawn, and choosing a cell by hand or by keys.
import { canvasIn, fitted } from "../shared/canvas.js";
import { clamp, counted } from "../shared/numbers.js";
import { withOpacity } from "../shared/theme.js";
/** @import { ClassificationState } from "./state.js" */

const BELOW = 64; // px for the names of the columns
const GAP = 5; // px before "uncertain"

/** @param {number} width @param {number} height @param {number} labels how many rows @param {number} unsure the last column */
export function matrixPlaces(width, height, labels, unsure) {
  const left = clamp(width * 0.24, 40, 120), wide = Math.max((width - left - GAP - 8) / (unsure + 1), 1), high = Math.max((height - BELOW - 4) / Math.max(labels, 1), 1);
  const x = (/** @type {number} */ column) => left + column * wide + (column === unsure ? GAP : 0);
  return {
    left, wide, high, x, y: (/** @type {number} */ row) => 4 + row * high,
    /** The cell under a point, as [row, column]; null beside the matrix. @param {number} px @param {number} py */
    cell(px, py) {
      const row = Math.floor((py - 4) / high), inLast = px >= x(unsure);
      const column = inLast ? unsure : Math.min(Math.floor((px - left) / wide), unsure - 1);
      return row >= 0 && row < labels && px >= left && px < x(unsure) + wide ? [row, column] : null;
    },
  };
}

/**
 * @param {ClassificationState} state
 * @param {HTMLElement} element
 */
export function confusionMatrix(state, element) {
  const { model, meta, labels, unsure, counts, place, name } = state, canvas = canvasIn(element);
  const chosen = () => {
    const [expected, predicted] = model.get("matrix_cell");
    return expected === undefined ? null : [meta.labels.indexOf(expected), place(predicted)];
  };
  /** @param {number[] | null} cell */
  function choose(cell) {
    const old = chosen(), same = cell && old && cell[0] === old[0] && cell[1] === old[1];
    state.narrow("matrix_cell", cell && !same ? [meta.labels[cell[0]], name(cell[1])] : []);
  }
  element.addEventListener("click", (event) => {
    const box = element.getBoundingClientRect();
    choose(matrixPlaces(box.width, box.height, labels, unsure).cell(event.clientX - box.left, event.clientY - box.top));
  });
  /** @param {number} rows @param {number} columns */
  function move(rows, columns) {
    const [row, column] = chosen() ?? [-rows, -columns];
    const next = [clamp(row + rows, 0, labels - 1), clamp(column + columns, 0, unsure)], old = chosen();
    if (!old || next[0] !== old[0] || next[1] !== old[1]) choose(next);
  }

  /** What a screen reader says of the chosen cell. */
  function say() {
    const cell = chosen();
    if (!cell) return "all windows";
    return `expected ${meta.labels[cell[0]]}, predicted ${name(cell[1])}: ${counted(counts().cells[cell[0] * (unsure + 1) + cell[1]], "window")}`;
  }
  const now = () => {
    const cell = chosen();
    return cell ? cell[0] * (unsure + 1) + cell[1] + 1 : 0;
  };
  const draw = (/** @type {Palette} */ colours) => drawMatrix(state, canvas.begin(), colours, chosen());
  return { draw, say, now, move, clear: () => choose(null) };
}

/**
 * @param {ClassificationState} state
 * @param {Surface} surface
 * @param {Palette} colours
 * @param {number[] | null} ring the chosen cell
 */
function drawMatrix(state, { context, width, height }, colours, ring) {
  const { labels, unsure } = state, { cells } = state.counts(), across = unsure + 1, places = matrixPlaces(width, height, labels, unsure);
  context.textBaseline = "middle";
  context.textAlign = "center";
  for (let row = 0; row < labels; row++) {
    const counts = cells.subarray(row * across, (row + 1) * across), total = counts.reduce((sum, count) => sum + count, 0);
    counts.forEach((count, column) => {
      const colour = column === row ? colours.kind("right") : column === unsure ? colours.kind("uncertain") : colours.kind("wrong");
      context.fillStyle = count ? withOpacity(colour, 0.18 + (0.6 * count) / total) : withOpacity(colours.kind("uncertain"), 0.07);
      context.fillRect(places.x(column) + 0.5, places.y(row) + 0.5, Math.max(places.wide - 1, 0.5), Math.max(places.high - 1, 0.5));
      if (!count || places.high < 12 || places.wide < 7 * String(count).length + 2) return;
      context.fillStyle = colours.ink;
      context.fillText(String(count), places.x(column) + places.wide / 2, places.y(row) + places.high / 2 + 0.5);
    });
  }
  writeNames(state, context, colours, places, height);
  if (!ring) return;
  context.strokeStyle = colours.ink;
  context.lineWidth = 2;
  context.strokeRect(places.x(ring[1]) + 1, places.y(ring[0]) + 1, Math.max(places.wide - 2, 1), Math.max(places.high - 2, 1));
}

/**
 * The labels beside the rows and below the columns, as many as there is room for.
 * @param {ClassificationState} state
 * @param {CanvasRenderingContext2D} context
 * @param {Palette} colours
 * @param {ReturnType<typeof matrixPlaces>} places
 * @param {number} height
 */
function writeNames({ meta, labels, unsure, name }, context, colours, places, height) {
  const everyRow = Math.ceil(11 / places.high), everyColumn = Math.ceil(11 / places.wide);
  context.fillStyle = colours.ink;
  context.textAlign = "right";
  for (let row = 0; row < labels; row += everyRow) {
    context.fillText(fitted(context, meta.labels[row], places.left - 22), places.left - 5, places.y(row) + places.high / 2);
  }
  for (let column = 0; column <= unsure; column++) {
    if (column < unsure && (column % everyColumn || column + everyColumn > unsure + 1)) continue;
    context.save();
    context.translate(places.x(column) + places.wide / 2, height - BELOW + 4);
    context.rotate(-Math.PI / 4);
    context.fillText(fitted(context, name(column), 66), 0, 0);
    context.restore();
  }
  context.fillStyle = colours.soft;
  context.textBaseline = "bottom";
  context.fillText(meta.axis_names.predicted, places.x(unsure) + places.wide, height - 1);
  context.save();
  context.translate(8, 4);
  context.rotate(-Math.PI / 2);
  context.textBaseline = "middle";
  context.fillText(meta.axis_names.expected, 0, 0);
  context.restore();
}

// What the explorer of visual anomalies shows: pictures with their grids of cells, what follows from the traits, and what
// may be done to them.
import { lowerBound, unpack, upperBound } from "../shared/arrays.js";
import { put } from "../shared/model.js";
import { clamp } from "../shared/numbers.js";
import { scoreAxis } from "../shared/scales.js";
import { otherThresholds, thresholdMoves } from "../shared/threshold.js";
import { countsOf } from "./counts.js";
import { cellBeside, cellsFlagged, highestCell } from "./grid.js";
import { filtered, verdictOf } from "./verdict.js";

/** @typedef {ReturnType<typeof visualState>} VisualState */

/**
 * The grid of cells of each picture, out of the flat arrays.
 * @param {VisualArrays} data
 * @returns {Grid[]}
 */
const gridsOf = ({ cell, rows, columns }) => {
  let from = 0;
  return Array.from(rows, (count, i) => ({ rows: count, columns: columns[i], scores: cell.subarray(from, (from += count * columns[i])) }));
};

/** @param {Model<VisualTraits>} model */
export function visualState(model) {
  const meta = model.get("_meta"), data = /** @type {VisualArrays} */ (/** @type {any} */ (unpack(meta.layout, model.get("_blob"))));
  const count = meta.pictures.length, grids = gridsOf(data);
  const { pictures, cells, at, standing } = countsOf(data);
  const axis = () => scoreAxis(meta, model.get("log_scale"));
  const threshold = () => model.get("threshold") ?? Infinity;
  const grid = () => grids[model.get("picture")];

  /** The cell one looks at; without a choice the highest one, -1 where there is none. */
  function cell() {
    const { rows, columns } = grid(), [row = rows, column = columns] = model.get("cell");
    return row < rows && column < columns ? row * columns + column : highestCell(grid());
  }
  /** @param {number} i */
  function chooseCell(i) {
    const { columns } = grid();
    put(model, "cell", i < 0 ? [] : [Math.floor(i / columns), i % columns]);
  }
  return {
    model, meta, data, count, grids, pictures, cells, axis, threshold, grid, cell, chooseCell, standing,
    ...thresholdMoves(model, axis), ...otherThresholds(model, meta.own),
    known: pictures.normal.length + pictures.anomalous.length > 0,
    shape: () => meta.pictures[model.get("picture")].shape,
    verdict: (i = model.get("picture")) => verdictOf(data.score[i], data.truth[i], threshold()),
    /** What a threshold does, that in force unless another is given. */
    counts: (limit = threshold()) => at(limit),
    cellsFlagged: () => cellsFlagged(grid(), threshold()),
    listed: () => filtered(data, threshold(), model.get("show")),
    /** @param {number} i */
    choose(i) {
      if (!Number.isFinite(i)) return;
      put(model, "cell", []);
      put(model, "picture", clamp(Math.round(i), 0, count - 1));
    },
    /** @param {number} down @param {number} right */
    moveCell(down, right) {
      if (cell() >= 0) chooseCell(cellBeside(grid(), cell(), down, right));
    },
    /** @param {number} opacity */
    setOpacity: (opacity) => put(model, "opacity", Number(clamp(opacity, 0, 1).toFixed(2))),
  };
}

/**
 * Choose the next picture that the filter lets through (`step` 1), or the one before (-1).
 * @param {VisualState} state
 * @param {1 | -1} step
 */
export function chooseListed({ model, listed, choose }, step) {
  const pictures = listed(), now = model.get("picture");
  const next = step > 0 ? pictures[upperBound(Int32Array.from(pictures), now)] : pictures[lowerBound(Int32Array.from(pictures), now) - 1];
  if (next !== undefined) choose(next);
}

/**
 * Let the filter through other pictures, and go to the first of them where it hides the one on show.
 * @param {VisualState} state
 * @param {VisualShow} show
 */
export function filter({ model, listed, choose }, show) {
  put(model, "show", show);
  const pictures = listed();
  if (pictures.length && !pictures.includes(model.get("picture"))) choose(pictures[0]);
}

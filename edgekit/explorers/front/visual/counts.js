// What a threshold does to pictures and their cells, as edgekit.visual counts it: what is at it is flagged as well.
import { byTruth, countBelow, twoSides } from "../shared/two_sides.js";

/**
 * The scores of pictures and of cells by what they should be, and what a threshold does to them.
 * @param {Pick<VisualArrays, "score" | "truth" | "cell" | "cell_truth">} data
 */
export function countsOf({ score, truth, cell, cell_truth }) {
  const pictures = byTruth(score, truth), cells = byTruth(cell, cell_truth);
  return {
    pictures, cells,
    /** Pictures on each side of a threshold, and cells at or above it. @param {number} threshold */
    at(threshold) {
      const sides = twoSides(pictures, threshold, countBelow);
      return { ...sides, alarms: sides.fp / (sides.fp + sides.tn), cells: cells.all.length - countBelow(cells.all, threshold) };
    },
    /** Which share of the normal cells has a lower score. @param {number} value */
    standing: (value) => countBelow(cells.normal, value) / cells.normal.length,
  };
}

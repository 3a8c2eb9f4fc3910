// What a threshold does to pictures and their cells, as edgekit.visual counts it.
import { countFlagged } from "../shared/threshold_rules.js";
import { byTruth, twoSides } from "../shared/two_sides.js";

/**
 * The scores of pictures and of cells by what they should be, and what a threshold does to them.
 * @param {Pick<VisualArrays, "score" | "truth" | "cell" | "cell_truth">} data
 */
export function countsOf({ score, truth, cell, cell_truth }) {
  const pictures = byTruth(score, truth), cells = byTruth(cell, cell_truth);
  return {
    pictures, cells,
    /** Pictures on each side of a threshold, and flagged cells. @param {number} threshold */
    at(threshold) {
      const sides = twoSides(pictures, threshold, countFlagged);
      return { ...sides, alarms: sides.fp / (sides.fp + sides.tn), cells: countFlagged(cells.all, threshold) };
    },
    /** Which share of the normal cells has a lower score. @param {number} value */
    standing: (value) => countBelow(cells.normal, value) / cells.normal.length,
  };
}

/** @param {Float64Array} scores @param {number} value */
function countBelow(scores, value) {
  let count = 0;
  for (let i = 0; i < scores.length; i++) if (scores[i] < value) count++;
  return count;
}

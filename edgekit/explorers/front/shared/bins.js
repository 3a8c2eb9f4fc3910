// How many scores lie in each bin of the histogram.
import { clamp } from "./numbers.js";

/**
 * Scores in each of `bins` equal parts of the axis; those beyond its ends in the first and the last.
 * @param {Float64Array} scores ascending, so that a bin costs a search
 * @param {ScoreAxis} axis
 * @param {number} bins
 */
export function binned(scores, axis, bins) {
  const counts = new Float64Array(bins);
  const binOf = (/** @type {number} */ score) => clamp(Math.floor(axis.share(score) * bins) || 0, 0, bins - 1);
  for (let from = 0, to = 0; from < scores.length; from = to) {
    const bin = binOf(scores[from]);
    let after = scores.length;
    for (to = from + 1; to < after; ) {
      const middle = (to + after) >> 1;
      if (binOf(scores[middle]) > bin) after = middle;
      else to = middle + 1;
    }
    counts[bin] = to - from;
  }
  return counts;
}

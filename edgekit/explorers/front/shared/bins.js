// How many scores lie in each bin of the histogram.
import { clamp } from "./numbers.js";

/**
 * Scores in each of `bins` equal parts of the axis; those beyond its ends in the first and the last.
 * @param {Float64Array} scores
 * @param {ScoreAxis} axis
 * @param {number} bins
 */
export function binned(scores, axis, bins) {
  const counts = new Float64Array(bins);
  for (const score of scores) counts[clamp(Math.floor(axis.share(score) * bins) || 0, 0, bins - 1)]++;
  return counts;
}

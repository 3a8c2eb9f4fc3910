// How many scores lie in each bin of the histogram.

/**
 * Scores in each of `bins` equal parts of the axis; those beyond its ends in the first and the last.
 * @param {Float64Array} scores
 * @param {ScoreAxis} axis
 * @param {number} bins
 */
export function binned(scores, axis, bins) {
  const counts = new Float64Array(bins);
  for (let i = 0; i < scores.length; i++) {
    const bin = Math.floor(axis.share(scores[i]) * bins) || 0;
    counts[bin < 0 ? 0 : bin < bins ? bin : bins - 1]++;
  }
  return counts;
}

// What lies on each side of a threshold: counted score by score, which takes less than a millisecond where sorting them
// would take as long as the first picture.

/**
 * Scores apart by what they should be, without those that are missing.
 * @param {Float64Array} score
 * @param {ArrayLike<number>} truth 1 anomalous, 0 normal, else not known
 * @returns {ByTruth}
 */
export function byTruth(score, truth) {
  const [normal, anomalous, all] = [0, 1, 2].map(() => new Float64Array(score.length)), ends = [0, 0, 0];
  for (let i = 0; i < score.length; i++) {
    const value = score[i];
    if (Number.isNaN(value)) continue;
    all[ends[2]++] = value;
    if (truth[i] === 0) normal[ends[0]++] = value;
    else if (truth[i] === 1) anomalous[ends[1]++] = value;
  }
  return { normal: normal.subarray(0, ends[0]), anomalous: anomalous.subarray(0, ends[1]), all: all.subarray(0, ends[2]) };
}

/**
 * How many scores are below a threshold.
 * @param {Float64Array} scores
 * @param {number} threshold
 */
export function countBelow(scores, threshold) {
  let count = 0;
  for (let i = 0; i < scores.length; i++) if (scores[i] < threshold) count++;
  return count;
}

/**
 * How many scores are not above a threshold.
 * @param {Float64Array} scores
 * @param {number} threshold
 */
export function countUpTo(scores, threshold) {
  let count = 0;
  for (let i = 0; i < scores.length; i++) if (scores[i] <= threshold) count++;
  return count;
}

/**
 * How many lie on each side, and the rates of that; NaN where there is nothing to divide by.
 * @param {ByTruth} scores
 * @param {number} threshold
 * @param {(scores: Float64Array, threshold: number) => number} below how many are on the lower side: `countUpTo` where a
 *   score above the threshold is an anomaly, `countBelow` where one at the threshold is as well
 */
export function twoSides({ normal, anomalous, all }, threshold, below = countUpTo) {
  const fn = below(anomalous, threshold), tn = below(normal, threshold);
  const tp = anomalous.length - fn, fp = normal.length - tn;
  return { tp, fp, fn, tn, above: all.length - below(all, threshold), precision: tp / (tp + fp), recall: tp / anomalous.length };
}

// What lies on each side of a threshold: scores are sorted once, after that a threshold costs a search for each kind.
import { upperBound } from "./arrays.js";

/**
 * Scores apart by what they should be, each ascending; without those that are missing.
 * @param {Float64Array} score
 * @param {ArrayLike<number>} truth 1 anomalous, 0 normal, else not known
 * @returns {ByTruth}
 */
export function byTruth(score, truth) {
  /** @param {(truth: number) => boolean} wanted */
  const sorted = (wanted) => score.filter((value, i) => !Number.isNaN(value) && wanted(truth[i])).sort();
  const normal = sorted((is) => is === 0), anomalous = sorted((is) => is === 1);
  return { normal, anomalous, all: merged(merged(normal, anomalous), sorted((is) => is !== 0 && is !== 1)) };
}

/**
 * The values of both, ascending as they are: sorted anew they would take as long as the first picture.
 * @param {Float64Array} a
 * @param {Float64Array} b
 */
function merged(a, b) {
  const all = new Float64Array(a.length + b.length);
  for (let i = 0, j = 0, to = 0; to < all.length; to++) all[to] = j >= b.length || a[i] <= b[j] ? a[i++] : b[j++];
  return all;
}

/**
 * How many lie on each side, and the rates of that; NaN where there is nothing to divide by.
 * @param {ByTruth} scores
 * @param {number} threshold
 * @param {(scores: Numbers, threshold: number) => number} below how many are on the lower side: `upperBound` where a
 *   score above the threshold is an anomaly, `lowerBound` where one at the threshold is as well
 */
export function twoSides({ normal, anomalous, all }, threshold, below = upperBound) {
  const fn = below(anomalous, threshold), tn = below(normal, threshold);
  const tp = anomalous.length - fn, fp = normal.length - tn;
  return { tp, fp, fn, tn, above: all.length - below(all, threshold), precision: tp / (tp + fp), recall: tp / anomalous.length };
}

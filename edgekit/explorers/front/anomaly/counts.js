// What a threshold does to windows, as edgekit.anomaly counts it: numbers on each side of it, rates, events.
import { upperBound } from "../shared/arrays.js";

/**
 * What a threshold does: scores are sorted once, after that a threshold costs three searches.
 * @param {Pick<ScoreArrays, "score" | "truth" | "sample" | "increase">} windows
 */
export function countsOf({ score, truth, sample, increase }) {
  /** @param {(truth: number) => boolean} wanted */
  const sorted = (wanted) => score.filter((value, i) => !Number.isNaN(value) && wanted(truth[i])).sort();
  const normal = sorted((is) => is === 0), anomalous = sorted((is) => is === 1), all = sorted(() => true);
  const normalMs = score.reduce((sum, value, i) => sum + (truth[i] === 0 && !Number.isNaN(value) ? increase[sample[i]] : 0), 0);
  /** @param {Float64Array} scores @param {number} threshold */
  const above = (scores, threshold) => scores.length - upperBound(scores, threshold);
  return {
    normal, anomalous, all,
    at(/** @type {number} */ threshold) {
      const fp = above(normal, threshold), tp = above(anomalous, threshold);
      return {
        tp, fp, fn: anomalous.length - tp, tn: normal.length - fp, above: above(all, threshold),
        precision: tp / (tp + fp), recall: tp / anomalous.length,
        perHour: fp / (normalMs / 3.6e6),
      };
    },
  };
}

/**
 * How many events the windows above a threshold make: those of one sample that overlap or touch are one.
 * @param {Pick<ScoreArrays, "score" | "start" | "size" | "sample">} windows
 * @param {number} threshold
 */
export function eventsAbove({ score, start, size, sample }, threshold) {
  let count = 0, reach = -Infinity, last = -1;
  for (let i = 0; i < score.length; i++) {
    if (!(score[i] > threshold)) continue;
    if (start[i] > reach || sample[i] !== last) count++;
    last = sample[i];
    reach = start[i] + size[last];
  }
  return count;
}

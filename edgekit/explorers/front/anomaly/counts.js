// What a threshold does to windows, as edgekit.anomaly counts it: numbers on each side of it, rates, events.
import { countAnomalies, isAnomaly } from "../shared/threshold_rules.js";
import { byTruth, twoSides } from "../shared/two_sides.js";

/**
 * The scores by what they should be, and what a threshold does to them.
 * @param {Pick<ScoreArrays, "score" | "truth" | "sample" | "increase">} windows
 */
export function countsOf({ score, truth, sample, increase }) {
  const scores = byTruth(score, truth);
  let normalMs = 0;
  for (let i = 0; i < score.length; i++) if (truth[i] === 0 && !Number.isNaN(score[i])) normalMs += increase[sample[i]];
  return {
    ...scores,
    at(/** @type {number} */ threshold) {
      const sides = twoSides(scores, threshold, countAnomalies);
      return { ...sides, perHour: sides.fp / (normalMs / 3.6e6) };
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
    if (!isAnomaly(score[i], threshold)) continue;
    if (start[i] > reach || sample[i] !== last) count++;
    last = sample[i];
    reach = start[i] + size[last];
  }
  return count;
}

// What becomes of a picture at a threshold, and which pictures the filter lets through.
import { isFlagged } from "../shared/threshold_rules.js";

/**
 * @param {number} score of the picture as a whole
 * @param {number} truth 1 anomalous, 0 normal, else not known
 * @param {number} threshold
 * @returns {Verdict}
 */
export function verdictOf(score, truth, threshold) {
  const flagged = isFlagged(score, threshold), missed = !flagged && !Number.isNaN(score) && truth === 1;
  return { flagged, wrong: flagged && truth === 0 ? "false alarm" : missed ? "missed" : "" };
}

/** @type {Record<VisualShow, (verdict: Verdict) => boolean>} */
const KEPT = {
  all: () => true,
  flagged: ({ flagged }) => flagged,
  "false alarms": ({ wrong }) => wrong === "false alarm",
  misses: ({ wrong }) => wrong === "missed",
};

/**
 * The pictures that the filter lets through, in their order.
 * @param {{score: Float64Array, truth: ArrayLike<number>}} pictures
 * @param {number} threshold
 * @param {VisualShow} show
 */
export function filtered({ score, truth }, threshold, show) {
  /** @type {number[]} */
  const found = [];
  score.forEach((value, i) => KEPT[show](verdictOf(value, truth[i], threshold)) && found.push(i));
  return found;
}

// Where n and p stop: which windows they go to.
import { isAnomaly } from "../shared/threshold_rules.js";

/**
 * The next window of a kind (`step` 1), or the one before (-1); -1 where there is none.
 * @param {Pick<ScoreArrays, "score" | "truth" | "start" | "size" | "sample">} windows
 * @param {number} threshold
 * @param {number} now
 * @param {1 | -1} step
 * @param {Stop} kind an event stops at its first window
 */
export function nextStop({ score, truth, start, size, sample }, threshold, now, step, kind) {
  const above = (/** @type {number} */ i) => isAnomaly(score[i], threshold);
  const touches = (/** @type {number} */ i) => {
    for (let before = i - 1; before >= 0 && sample[before] === sample[i] && start[before] + size[sample[i]] >= start[i]; before--) {
      if (above(before)) return true;
    }
    return false;
  };
  const is = {
    alarms: above,
    events: (/** @type {number} */ i) => above(i) && !touches(i),
    "false alarms": (/** @type {number} */ i) => above(i) && truth[i] === 0,
    misses: (/** @type {number} */ i) => !above(i) && !Number.isNaN(score[i]) && truth[i] === 1,
  }[kind];
  for (let i = now + step; i >= 0 && i < score.length; i += step) if (is(i)) return i;
  return -1;
}

// Which side of a threshold a score is on, also one that is equal to it: the rules of edgekit/threshold_rules.py.

/** A window is an anomaly above the threshold. @param {number} score @param {number} threshold */
export const isAnomaly = (score, threshold) => score > threshold;

/** A picture and a cell are flagged at or above the threshold. @param {number} score @param {number} threshold */
export const isFlagged = (score, threshold) => score >= threshold;

/** No label of a window is probable enough below the threshold. @param {number} probability @param {number} threshold */
export const isUncertain = (probability, threshold) => probability < threshold;

/** An object and a box count as found unless they score below the threshold. @param {number} score @param {number} threshold */
export const isDetected = (score, threshold) => !(score < threshold);

/** An error of a regression is larger than allowed. @param {number} error with either sign @param {number} threshold */
export const isBeyond = (error, threshold) => Math.abs(error) > threshold;

// Counting: a loop a rule, which the browser runs several times as fast as one loop that is given the rule.

/** How many scores are of anomalies. @param {Float64Array} scores @param {number} threshold */
export function countAnomalies(scores, threshold) {
  let count = 0;
  for (let i = 0; i < scores.length; i++) if (isAnomaly(scores[i], threshold)) count++;
  return count;
}

/** How many scores are flagged. @param {Float64Array} scores @param {number} threshold */
export function countFlagged(scores, threshold) {
  let count = 0;
  for (let i = 0; i < scores.length; i++) if (isFlagged(scores[i], threshold)) count++;
  return count;
}

/** How many errors are allowed. @param {Float64Array} sizes of the errors, the smallest first @param {number} threshold */
export function countWithin(sizes, threshold) {
  let from = 0, to = sizes.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (isBeyond(sizes[middle], threshold)) to = middle;
    else from = middle + 1;
  }
  return from;
}

// Which pixel columns windows above a threshold cover.
import { lowerBound } from "../shared/arrays.js";

/**
 * Highest score of the windows that cover each pixel column: a window wider than a column counts in all of them.
 * @param {Pick<ScoreArrays, "score" | "start" | "size" | "sample">} windows
 * @param {number} longest of all windows, in ms
 * @param {Stretch} stretch
 * @param {number} columns
 */
export function coverage({ score, start, size, sample }, longest, { low, high }, columns) {
  const highest = new Float64Array(columns).fill(-Infinity), perMs = columns / (high - low);
  const to = lowerBound(start, high);
  for (let i = lowerBound(start, low - longest); i < to; i++) {
    const first = Math.max(Math.floor((start[i] - low) * perMs), 0);
    const last = Math.min(Math.ceil((start[i] + size[sample[i]] - low) * perMs), columns);
    for (let column = first; column < last; column++) if (score[i] > highest[column]) highest[column] = score[i];
  }
  return highest;
}

// What a confidence threshold does to windows: which label each keeps, the confusion matrix, coverage and accuracy.
import { isUncertain } from "../shared/threshold_rules.js";

/**
 * Which label a window is given at a threshold: its place among the labels, `unsure` for "uncertain", -1 for none.
 * @param {LabelledArrays} windows
 * @param {number} unsure the place after the last label's, or that of a last label of the name "uncertain"
 * @param {number} threshold
 * @param {number} i
 */
export const predictedAt = ({ highest, confidence }, unsure, threshold, i) =>
  highest[i] >= 0 && isUncertain(confidence[i], threshold) ? unsure : highest[i];

/**
 * The confusion matrix, row after row with "uncertain" last, and what follows from it.
 * @param {LabelledArrays} windows
 * @param {number} labels
 * @param {number} unsure
 * @param {number} threshold
 */
export function confusionAt(windows, labels, unsure, threshold) {
  const { expected, highest, confidence } = windows, across = unsure + 1, cells = new Float64Array(labels * across);
  let judged = 0, right = 0, uncertain = 0;
  for (let i = 0; i < expected.length; i++) {
    if (expected[i] < 0 || highest[i] < 0) continue;
    const predicted = isUncertain(confidence[i], threshold) ? unsure : highest[i]; // as predictedAt, without a call for each window
    cells[expected[i] * across + predicted]++;
    judged++;
    if (predicted === expected[i]) right++;
    else if (predicted === unsure) uncertain++;
  }
  return { cells, judged, right, uncertain, coverage: (judged - uncertain) / judged, accuracy: right / (judged - uncertain) };
}

/**
 * Whether a window is right: "right", "wrong", "uncertain", or "" where its label is not known.
 * @param {LabelledArrays} windows
 * @param {number} unsure
 * @param {number} threshold
 * @param {number} i
 * @returns {Answer}
 */
export function verdictOf(windows, unsure, threshold, i) {
  const predicted = predictedAt(windows, unsure, threshold, i);
  if (predicted === unsure && predicted !== windows.expected[i]) return "uncertain";
  if (predicted < 0 || windows.expected[i] < 0) return "";
  return predicted === windows.expected[i] ? "right" : "wrong";
}

/**
 * The windows that all filters leave, in this order.
 * @param {LabelledArrays} windows
 * @param {number} unsure
 * @param {ArrayLike<number>} order
 * @param {WindowFilters} filters places among the labels and samples, -1 for any
 */
export function filtered(windows, unsure, order, { threshold, expected, predicted, label, sample, show }) {
  const found = new Int32Array(order.length);
  let count = 0;
  for (let place = 0; place < order.length; place++) {
    const i = order[place];
    if (expected >= 0 && (windows.expected[i] !== expected || predictedAt(windows, unsure, threshold, i) !== predicted)) continue;
    if (label >= 0 && windows.expected[i] !== label) continue;
    if (sample !== null && windows.id[i] !== sample) continue;
    if (show !== "all" && verdictOf(windows, unsure, threshold, i) !== show) continue;
    found[count++] = i;
  }
  return found.subarray(0, count);
}

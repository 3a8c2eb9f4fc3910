// What a confidence threshold does to windows: which label each keeps, the confusion matrix, coverage and accuracy.

/**
 * Which label a window is given at a threshold: its place among the labels, `labels` for "uncertain", -1 for none.
 * @param {LabelledArrays} windows
 * @param {number} labels how many there are
 * @param {number} threshold
 * @param {number} i
 */
export const predictedAt = ({ highest, confidence }, labels, threshold, i) =>
  highest[i] >= 0 && confidence[i] < threshold ? labels : highest[i];

/**
 * The confusion matrix, row after row with "uncertain" last, and what follows from it.
 * @param {LabelledArrays} windows
 * @param {number} labels
 * @param {number} threshold
 */
export function confusionAt(windows, labels, threshold) {
  const { expected, highest, confidence } = windows, across = labels + 1, cells = new Float64Array(labels * across);
  let judged = 0, right = 0, uncertain = 0;
  for (let i = 0; i < expected.length; i++) {
    if (expected[i] < 0 || highest[i] < 0) continue;
    const predicted = confidence[i] < threshold ? labels : highest[i]; // as predictedAt, without a call for each window
    cells[expected[i] * across + predicted]++;
    judged++;
    if (predicted === labels) uncertain++;
    else if (predicted === expected[i]) right++;
  }
  return { cells, judged, right, uncertain, coverage: (judged - uncertain) / judged, accuracy: right / (judged - uncertain) };
}

/**
 * Whether a window is right: "right", "wrong", "uncertain", or "" where its label is not known.
 * @param {LabelledArrays} windows
 * @param {number} labels
 * @param {number} threshold
 * @param {number} i
 * @returns {Answer}
 */
export function verdictOf(windows, labels, threshold, i) {
  const predicted = predictedAt(windows, labels, threshold, i);
  if (predicted === labels) return "uncertain";
  if (predicted < 0 || windows.expected[i] < 0) return "";
  return predicted === windows.expected[i] ? "right" : "wrong";
}

/**
 * The windows that all filters leave, in this order.
 * @param {LabelledArrays} windows
 * @param {number} labels
 * @param {ArrayLike<number>} order
 * @param {WindowFilters} filters places among the labels and samples, -1 for any
 */
export function filtered(windows, labels, order, { threshold, expected, predicted, label, sample, show }) {
  const found = new Int32Array(order.length);
  let count = 0;
  for (let place = 0; place < order.length; place++) {
    const i = order[place];
    if (expected >= 0 && (windows.expected[i] !== expected || predictedAt(windows, labels, threshold, i) !== predicted)) continue;
    if (label >= 0 && windows.expected[i] !== label) continue;
    if (sample !== null && windows.id[i] !== sample) continue;
    if (show !== "all" && verdictOf(windows, labels, threshold, i) !== show) continue;
    found[count++] = i;
  }
  return found.subarray(0, count);
}

// Counts of what matching found, and rates of counts, as edgekit.detection has them.

/**
 * Counts of one picture by both countings, named as in `edgekit.detection.COUNTINGS`: many predictions may take one
 * truth, or one.
 * @param {Pick<Placed, "label">[]} truths
 * @param {Matching} found
 * @returns {Record<Counting, Counts>}
 */
export function countsOf(truths, { predictions, near, truths: sides }) {
  const counted = truths.map(({ label }) => label !== -1), taken = new Set(near.filter((t) => t >= 0));
  const hits = predictions.filter(({ kind }) => kind === "hit").length, tp = near.filter((t) => t >= 0).length;
  return {
    Studio: { tp, fp: predictions.length - tp, fn: counted.filter((is, t) => is && !taken.has(t)).length },
    "one-to-one": { tp: hits, fp: predictions.length - hits, fn: counted.filter((is, t) => is && sides[t].kind !== "hit").length },
  };
}

/**
 * Precision, recall and F1; all 1 where nothing was there and nothing found, else 0/0 is 0 (the Studio's rule).
 * @param {Counts} counts
 */
export function ratesOf({ tp, fp, fn }) {
  if (tp + fp + fn === 0) return { precision: 1, recall: 1, f1: 1 };
  const share = (/** @type {number} */ part, /** @type {number} */ whole) => (whole ? part / whole : 0);
  return { precision: share(tp, tp + fp), recall: share(tp, tp + fn), f1: share(2 * tp, 2 * tp + fp + fn) };
}

/**
 * @param {Counts[]} all
 * @returns {Counts}
 */
export const total = (all) =>
  all.reduce((sum, { tp, fp, fn }) => ({ tp: sum.tp + tp, fp: sum.fp + fp, fn: sum.fn + fn }), { tp: 0, fp: 0, fn: 0 });

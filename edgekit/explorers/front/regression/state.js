// What the regression explorer shows: its numbers, sorted by error, what follows from the traits, and what may be done.
import { unpack } from "../shared/arrays.js";
import { laidOut } from "../shared/laid_out.js";
import { put } from "../shared/model.js";
import { clamp } from "../shared/numbers.js";
import { prepared } from "../shared/prepared.js";
import { scoreAxis } from "../shared/scales.js";
import { otherThresholds, thresholdMoves } from "../shared/threshold.js";
import { countWithin } from "../shared/threshold_rules.js";

/** @typedef {ReturnType<typeof regressionState>} RegressionState */

/**
 * Windows in the order of their absolute errors, the smallest first: which, those errors, and their numbers.
 * @param {Pick<RegressionArrays, "expected" | "predicted" | "worst">} data
 */
export function byError({ expected, predicted, worst }) {
  const many = worst.length, order = new Int32Array(many), size = new Float64Array(many);
  const sorted = { order, size, expected: new Float64Array(many), predicted: new Float64Array(many) };
  for (let place = 0; place < many; place++) {
    const window = (order[place] = worst[many - 1 - place]), truth = expected[window], value = predicted[window];
    sorted.expected[place] = truth;
    sorted.predicted[place] = value;
    size[place] = Math.abs(value - truth);
  }
  return sorted;
}

/** The arrays that were sent, and what follows from them; `rank`: which place a window's error has, the largest first. */
export const regressionData = prepared((/** @type {RegressionMeta} */ meta, blob) => {
  const data = /** @type {RegressionArrays} */ (/** @type {any} */ (unpack(meta.layout, blob)));
  Object.assign(data, laidOut(data, meta.samples));
  const rank = new Int32Array(data.start.length).fill(-1);
  for (let place = 0; place < data.worst.length; place++) rank[data.worst[place]] = place;
  return { data, sorted: byError(data), rank };
});

/** @param {Model<RegressionTraits>} model */
export function regressionState(model) {
  const meta = model.get("_meta"), { data, sorted, rank } = regressionData(model), windows = data.start.length;
  const axis = () => scoreAxis({ lowest: 0, highest: meta.widest }, false);

  /** @param {number} i */
  function choose(i) {
    if (Number.isFinite(i)) put(model, "window", clamp(Math.round(i), 0, windows - 1));
  }
  const moves = thresholdMoves(model, axis);
  return {
    model, meta, data, windows, sorted, rank, axis, choose,
    raise: moves.raise, lower: moves.lower, ...otherThresholds(model, meta.own),
    /** @param {number} value */
    setThreshold: (value) => void (value >= 0 && moves.setThreshold(value)),
    /** @param {number} error with either sign */
    setThresholdAt: (error) => moves.setThresholdAt(axis().share(Math.abs(error))),
    /** How many windows are within a threshold: the one in force, unless another is given. */
    within: (threshold = model.get("threshold")) => countWithin(sorted.size, threshold),
    /** @param {number} i */
    errorOf: (i) => data.predicted[i] - data.expected[i],
    /** The stretch of time of the chosen window's sample. */
    view() {
      const { start, end } = meta.samples[data.sample[model.get("window")]];
      return { low: start, high: end };
    },
    /** Choose the window of that time in the sample on show. @param {number} ms */
    chooseAt(ms) {
      const { start, stop, sample } = data, own = sample[model.get("window")];
      let best = -1, least = Infinity;
      for (let i = sample.indexOf(own); i < windows && sample[i] === own; i++) {
        const far = Math.abs((start[i] + stop[i]) / 2 - ms);
        if (far < least) [best, least] = [i, far];
      }
      if (best >= 0) choose(best);
    },
    /** Choose the next smaller (`step` 1) or larger error; from a window without one, the largest. @param {1 | -1} step */
    chooseError(step) {
      const now = rank[model.get("window")];
      choose(data.worst[now < 0 ? 0 : clamp(now + step, 0, data.worst.length - 1)]);
    },
  };
}

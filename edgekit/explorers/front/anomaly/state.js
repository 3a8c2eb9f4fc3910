// What the anomaly explorer shows: its data, what follows from the traits, and what may be done to them.
import { lowerBound, nearest, unpack } from "../shared/arrays.js";
import { put } from "../shared/model.js";
import { clamp } from "../shared/numbers.js";
import { scoreAxis } from "../shared/scales.js";
import { thresholdMoves } from "../shared/threshold.js";
import { follow, timeView } from "../shared/time_span.js";
import { countsOf } from "./counts.js";

/** @typedef {ReturnType<typeof anomalyState>} AnomalyState */

/** @param {Model<AnomalyTraits>} model */
export function anomalyState(model) {
  const meta = model.get("_meta"), data = /** @type {AnomalyArrays} */ (/** @type {any} */ (unpack(meta.layout, model.get("_blob"))));
  const windows = data.start.length, counts = countsOf(data);
  /** @param {number} i */
  const endOf = (i) => data.start[i] + data.size[data.sample[i]];
  data.middle = Float64Array.from(data.start, (start, i) => (start + endOf(i)) / 2);
  const axis = () => scoreAxis(meta, model.get("log_scale"));

  /** @param {number} i */
  function choose(i) {
    if (!windows || !Number.isFinite(i)) return;
    const next = clamp(Math.round(i), 0, windows - 1);
    put(model, "window", next);
    follow(model, meta.end, data.start[next], endOf(next));
  }
  return {
    model, meta, data, windows, counts, endOf, axis, choose,
    ...thresholdMoves(model, axis),
    known: counts.normal.length + counts.anomalous.length > 0,
    view: () => timeView(model, meta.end),
    /** The window nearest to a time. @param {number} ms */
    windowAt: (ms) => nearest(data.middle, ms),
    /** @param {number} ms */
    chooseAt: (ms) => choose(nearest(data.middle, ms)),
    /** Choose a sample's first window, and look at nothing but the sample. @param {number} sample */
    chooseSample(sample) {
      const { start, end } = meta.samples[sample];
      put(model, "span", [start, end]);
      const first = lowerBound(data.start, start);
      if (data.sample[first] === sample) choose(first);
    },
    /** @param {1 | -1} step */
    chooseAlarm(step) {
      const threshold = model.get("threshold");
      if (threshold === null) return;
      for (let i = model.get("window") + step; i >= 0 && i < windows; i += step) if (data.score[i] > threshold) return choose(i);
    },
  };
}

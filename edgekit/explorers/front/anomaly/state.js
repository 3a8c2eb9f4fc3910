// What the anomaly explorer shows: its data, what follows from the traits, and what may be done to them.
import { lowerBound, nearest, unpack } from "../shared/arrays.js";
import { firstOf, laidOut } from "../shared/laid_out.js";
import { put } from "../shared/model.js";
import { clamp } from "../shared/numbers.js";
import { scoreAxis } from "../shared/scales.js";
import { otherThresholds, thresholdMoves } from "../shared/threshold.js";
import { follow, timeView } from "../shared/time_span.js";
import { countsOf, eventsAbove } from "./counts.js";
import { nextStop } from "./stops.js";

/** @typedef {ReturnType<typeof anomalyState>} AnomalyState */

/** @param {Model<AnomalyTraits>} model */
export function anomalyState(model) {
  const meta = model.get("_meta"), data = /** @type {AnomalyArrays} */ (/** @type {any} */ (unpack(meta.layout, model.get("_blob"))));
  Object.assign(data, laidOut(data, meta.samples));
  data.first = firstOf(data.count);
  const windows = data.start.length, counts = countsOf(data);
  /** @param {number} i */
  const endOf = (i) => data.start[i] + data.size[data.sample[i]];
  data.middle = data.start.map((start, i) => (start + endOf(i)) / 2);
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
    ...thresholdMoves(model, axis), ...otherThresholds(model, meta.own),
    /** @param {number} threshold */
    countsAt: (threshold) => ({ ...counts.at(threshold), events: eventsAbove(data, threshold) }),
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
    /** Go to the next window of the kind chosen, or the one before. @param {1 | -1} step @returns {string} why not */
    chooseStop(step) {
      const threshold = model.get("threshold"), kind = model.get("stops");
      if (threshold === null) return "no threshold: nothing is an alarm";
      const found = nextStop(data, threshold, model.get("window"), step, kind);
      if (found >= 0) choose(found);
      return found >= 0 ? "" : `${kind}: none ${step > 0 ? "after" : "before"} window ${model.get("window")}`;
    },
  };
}

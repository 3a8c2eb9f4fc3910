// What the signal explorer shows: its data, and the traits that say where one looks.
import { nearest, unpack } from "../shared/arrays.js";
import { put } from "../shared/model.js";
import { clamp } from "../shared/numbers.js";
import { sampleAt } from "../shared/sample_band.js";
import { follow, timeView } from "../shared/time_span.js";

/** @typedef {ReturnType<typeof signalState>} SignalState */

/** @param {Model<SignalTraits>} model */
export function signalState(model) {
  const meta = model.get("_meta"), data = /** @type {any} */ (unpack(meta.layout, model.get("_blob")));
  const readings = data.time.length;
  /** @param {number} ms */
  const indexAt = (ms) => nearest(data.time, ms);
  return {
    model, meta, readings,
    timed: meta.timed,
    data: /** @type {TimelineArrays} */ (data),
    /** @type {Float32Array[]} one an axis */
    values: meta.axes.map((_, i) => data.signal.subarray(i * readings, (i + 1) * readings)),
    view: () => timeView(model, meta.end),
    indexAt,
    chosen: () => indexAt(model.get("time_ms")),
    sampleNow: () => sampleAt(meta.samples, model.get("time_ms")),
    /** Go to a sample's beginning, and look at nothing but the sample. @param {number} sample */
    chooseSample(sample) {
      const { start, end } = meta.samples[sample];
      put(model, "span", [start, end]);
      put(model, "time_ms", start);
    },
    /** @param {number} i */
    choose(i) {
      if (!readings || !Number.isFinite(i)) return;
      const ms = data.time[clamp(Math.round(i), 0, readings - 1)];
      put(model, "time_ms", ms);
      follow(model, meta.end, ms, ms);
    },
  };
}

// What the explorer of a classifier shows: its data, what follows from the traits, and what may be done to them.
import { unpack } from "../shared/arrays.js";
import { laidOut } from "../shared/laid_out.js";
import { put } from "../shared/model.js";
import { clamp } from "../shared/numbers.js";
import { prepared } from "../shared/prepared.js";
import { remembered } from "../shared/remembered.js";
import { otherThresholds } from "../shared/threshold.js";
import { confusionAt, filtered, predictedAt, verdictOf } from "./counts.js";

/** @typedef {ReturnType<typeof classificationState>} ClassificationState */

/** The arrays that were sent, and what follows from them; `recorded`: the windows as they were recorded. */
export const classificationData = prepared((/** @type {ClassificationMeta} */ meta, blob) => {
  const data = /** @type {ClassificationArrays} */ (/** @type {any} */ (unpack(meta.layout, blob)));
  Object.assign(data, laidOut(data, meta.samples));
  const windows = data.start.length, recorded = new Int32Array(windows);
  data.id = new Float64Array(windows);
  for (let i = 0; i < windows; i++) {
    recorded[i] = i;
    data.id[i] = meta.ids[data.sample[i]];
  }
  return { data, recorded };
});

/** @param {Model<ClassificationTraits>} model */
export function classificationState(model) {
  const meta = model.get("_meta"), { data, recorded } = classificationData(model), windows = data.start.length;
  const labels = meta.labels.length, unsure = meta.labels[labels - 1] === meta.uncertain ? labels - 1 : labels;
  /** The windows in an order; the doubtful labels may come after the first picture. @param {string} name */
  const inOrder = (name) => [data.mistakes, data.doubtful][meta.orders.indexOf(name)] ?? recorded;
  const [counts, countsAt] = [0, 1].map(() => remembered((/** @type {number} */ threshold) => confusionAt(data, labels, unsure, threshold)));
  const place = (/** @type {string | undefined} */ label) => (label === meta.uncertain ? unsure : meta.labels.indexOf(label ?? ""));
  const list = remembered((/** @type {Int32Array} */ order, /** @type {string} */ expected, /** @type {string} */ predicted,
    /** @type {string} */ label, /** @type {number | null} */ sample, /** @type {string} */ show, /** @type {number} */ threshold) =>
    filtered(data, unsure, order, {
      threshold, sample, show, expected: meta.labels.indexOf(expected), predicted: place(predicted), label: meta.labels.indexOf(label),
    }));
  const threshold = () => model.get("threshold");
  /** The windows on show, in their order. */
  function shown() {
    const cell = model.get("matrix_cell"), depends = cell.length || model.get("show") !== "all";
    return list(inOrder(model.get("order")), cell[0] ?? "", cell[1] ?? "", model.get("label"), model.get("sample"), model.get("show"),
      depends ? threshold() : 0);
  }
  /** @param {number} i */
  const choose = (i) => void (Number.isFinite(i) && windows && put(model, "window", clamp(Math.round(i), 0, windows - 1)));
  /** Where the chosen window stands in the list; -1 where a filter leaves it out. */
  const position = remembered((/** @type {Int32Array} */ all, /** @type {number} */ window) => all.indexOf(window));
  const at = () => position(shown(), model.get("window"));
  /** @param {number} i */
  const chooseAt = (i) => {
    const all = shown();
    if (all.length) choose(all[clamp(Math.round(i), 0, all.length - 1)]);
  };
  return {
    model, meta, data, windows, labels, unsure, ...otherThresholds(model, meta.own),
    counts: () => counts(threshold()), countsAt, shown, at, choose, chooseAt, place,
    /** @param {number} i */
    predicted: (i) => predictedAt(data, unsure, threshold(), i),
    /** @param {number} i */
    verdict: (i) => verdictOf(data, unsure, threshold(), i),
    /** The probability of a label, its place among those known; NaN until it has come. @param {number} i @param {number} label */
    probability(i, label) {
      const { listed, probabilities } = data, row = listed.length ? listed.indexOf(i) : i;
      return row < 0 ? NaN : probabilities[row * meta.known.length + label];
    },
    /** @param {number} code */
    name: (code) => (code < 0 ? "–" : code === unsure ? meta.uncertain : meta.labels[code]),
    /** Put a filter or the order, and choose the first window that it leaves. */
    narrow(/** @type {"matrix_cell" | "label" | "sample" | "show" | "order"} */ name, /** @type {any} */ value) {
      put(model, name, value);
      chooseAt(0);
    },
    setThreshold: (/** @type {number} */ value) => void (Number.isFinite(value) && put(model, "threshold", Number(clamp(value, 0, 1).toFixed(6)))),
  };
}

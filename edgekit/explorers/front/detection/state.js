// What the detection explorer shows: objects of every picture, matched at the sliders' values, and what may be done.
import { unpack } from "../shared/arrays.js";
import { put } from "../shared/model.js";
import { clamp } from "../shared/numbers.js";
import { isDetected } from "../shared/threshold_rules.js";
import { countsOf } from "./counts.js";
import { boxDistance, centreDistance, matchKinds } from "./matching.js";

/** @typedef {ReturnType<typeof detectionState>} DetectionState */
/** @typedef {ReturnType<DetectionState["matched"]>} MatchedPicture */

/**
 * The objects of one picture as plain objects, out of the flat arrays.
 * @param {DetectionArrays} data
 * @param {DetectionMeta} meta
 * @param {Side} side
 * @param {number} picture
 * @returns {Detected[]}
 */
function objectsOf(data, meta, side, picture) {
  const at = data[`${side}_at`];
  return Array.from({ length: at[picture + 1] - at[picture] }, (_, index) => {
    const i = at[picture] + index, label = data[`${side}_label`][i];
    const [x, y, w, h] = data[`${side}_place`].subarray(4 * i, 4 * i + 4);
    const score = side === "prediction" ? data.prediction_score[i] : NaN;
    return { index, label, score, x, y, w, h, name: label < 0 ? meta.unknown : meta.labels[label] };
  });
}

/** @param {Model<DetectionTraits>} model */
export function detectionState(model) {
  const meta = model.get("_meta"), data = /** @type {DetectionArrays} */ (/** @type {any} */ (unpack(meta.layout, model.get("_blob"))));
  const count = meta.pictures.length, boxes = meta.boxes, distance = boxes ? boxDistance : centreDistance;
  const nearName = boxes ? /** @type {const} */ ("min_iou") : /** @type {const} */ ("min_distance");
  const models = meta.models.length || 1, every = Array.from({ length: models * count }, (_, i) => i);
  const truths = every.map((i) => objectsOf(data, meta, "truth", i));
  const predictions = every.map((i) => objectsOf(data, meta, "prediction", i));
  const match = (/** @type {number} */ i) => {
    const threshold = model.get("threshold"), near = model.get(nearName);
    const limit = boxes ? 1 - near : near, far = boxes ? Math.max(limit, meta.far) : meta.far * near;
    const shown = predictions[i].filter(({ score }) => isDetected(score, threshold));
    const found = matchKinds(truths[i], shown, limit, far, distance);
    return { threshold, near, truths: truths[i], shown, found, counts: countsOf(truths[i], found) };
  };
  /** @type {ReturnType<typeof match>[]} */
  const kept = [];
  return {
    model, meta, data, count, models, boxes, distance, nearName, predictions,
    /** Where the picture on show stands among those of a model: after all those of the models before. */
    placeOf: (one = 0) => model.get("picture") + one * count,
    /**
     * A picture matched at the sliders' values; the last answer of each picture is kept.
     * @param {number} i
     */
    matched(i = model.get("picture")) {
      const last = kept[i];
      if (last?.threshold === model.get("threshold") && last.near === model.get(nearName)) return last;
      return (kept[i] = match(i));
    },
    /** Height over width of the picture on show. */
    shape: () => meta.pictures[model.get("picture")].shape,
    /** The centre of an object. @param {Detected} object */
    centre: ({ x, y, w, h }) => (boxes ? [x + w / 2, y + h / 2] : [x, y]),
    /** @param {number} i */
    choose(i) {
      if (!Number.isFinite(i)) return;
      put(model, "chosen", []);
      put(model, "picture", clamp(Math.round(i), 0, count - 1));
    },
  };
}

/**
 * Everything on show in the picture: predictions, then truths.
 * @param {DetectionState} state
 * @returns {{side: Side, object: Detected}[]}
 */
export function everything({ matched }) {
  const { truths, shown } = matched();
  return [
    ...shown.map((object) => ({ side: /** @type {Side} */ ("prediction"), object })),
    ...truths.map((object) => ({ side: /** @type {Side} */ ("truth"), object })),
  ];
}

/**
 * Choose the next object on show (`step` 1) or the one before it (-1), all around.
 * @param {DetectionState} state
 * @param {1 | -1} step
 */
export function chooseNext(state, step) {
  const all = everything(state), [side, index] = state.model.get("chosen");
  const now = all.findIndex((one) => one.side === side && one.object.index === index);
  if (!all.length) return;
  const next = all[(now + (now < 0 && step < 0 ? 0 : step) + all.length) % all.length];
  put(state.model, "chosen", [next.side, next.object.index]);
}

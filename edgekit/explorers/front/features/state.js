// What the explorer of features shows: its points, what is selected, and what may be done.
import { unpack } from "../shared/arrays.js";
import { put } from "../shared/model.js";
import { clamp } from "../shared/numbers.js";
import { ellipse, insideOf } from "./lasso.js";

/** @typedef {ReturnType<typeof featuresState>} FeaturesState */

const LEAST = 0.015, FIRST = 0.05, GROWTH = 1.3; // half the ellipse's width, as a share of the view

/**
 * Lowest and highest of the values that are numbers, with some room around them.
 * @param {ArrayLike<number>} values
 */
export function roomy(values) {
  let low = Infinity, high = -Infinity;
  for (let i = 0; i < values.length; i++) {
    if (values[i] < low) low = values[i];
    if (values[i] > high) high = values[i];
  }
  if (!(low <= high)) [low, high] = [0, 1];
  const rim = 0.04 * (high - low) || 1;
  return { low: low - rim, high: high + rim };
}

/** @param {Model<FeaturesTraits>} model */
export function featuresState(model) {
  const meta = model.get("_meta"), data = /** @type {FeaturesArrays} */ (/** @type {any} */ (unpack(meta.layout, model.get("_blob"))));
  const windows = data.sample.length;
  const views = meta.views.map((_, i) => {
    const { [`x${i}`]: x, [`y${i}`]: y } = /** @type {Record<string, Float32Array>} */ (/** @type {any} */ (data));
    return { x, y, across: roomy(x), up: roomy(y) };
  });
  const view = () => views[Math.max(meta.views.findIndex(({ name }) => name === model.get("view")), 0)];
  let share = 0, known = "", selected = new Uint8Array(windows), count = 0;

  /** Which windows are selected, 1 for each; worked out once for each lasso and label. */
  function selection() {
    const lasso = model.get("lasso"), label = meta.labels.indexOf(model.get("label")), now = `${model.get("view")} ${label} ${lasso.join()}`;
    if (now === known) return selected;
    known = now;
    selected = lasso.length ? insideOf(lasso, view().x, view().y) : new Uint8Array(windows).fill(label < 0 ? 0 : 1);
    if (label >= 0) for (let i = 0; i < windows; i++) if (data.label[i] !== label) selected[i] = 0;
    count = selected.reduce((sum, one) => sum + one, 0);
    return selected;
  }
  /** @param {number} i */
  function choose(i) {
    if (Number.isFinite(i)) put(model, "window", clamp(Math.round(i), 0, windows - 1));
  }
  /** @param {number[]} lasso */
  const setLasso = (lasso) => put(model, "lasso", lasso);
  return {
    model, meta, data, windows, view, selection, choose, setLasso,
    selectedCount: () => (selection(), count),
    clear() {
      share = 0;
      setLasso([]);
      put(model, "label", "");
    },
    /** Widen (1) or narrow (-1) an ellipse around the chosen window. @param {1 | -1} step */
    widen(step) {
      const { x, y, across, up } = view(), i = model.get("window");
      if (!(Number.isFinite(x[i]) && Number.isFinite(y[i]))) return;
      share = step > 0 ? (share ? share * GROWTH : FIRST) : share / GROWTH;
      if (share < LEAST) share = 0;
      setLasso(share ? ellipse(x[i], y[i], { width: across.high - across.low, height: up.high - up.low }, share) : []);
    },
    /** Another view: its places are others, so the lasso goes. @param {string} name */
    show(name) {
      share = 0;
      setLasso([]);
      put(model, "view", name);
    },
    /** Choose the next (1) or the previous selected window. @param {1 | -1} step */
    chooseSelected(step) {
      const now = selection();
      for (let i = model.get("window") + step; i >= 0 && i < windows; i += step) if (now[i]) return choose(i);
    },
  };
}

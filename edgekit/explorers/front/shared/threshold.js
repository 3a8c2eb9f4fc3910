// The threshold: moved by hand along the scale of scores, and told to a screen reader.
import { onDrag } from "./dragging.js";
import { put } from "./model.js";
import { LEFT, RIGHT, rounded } from "./scales.js";

/**
 * What may be done to the threshold, on the scale of scores in force.
 * @param {Model<ThresholdTraits>} model
 * @param {() => ScoreAxis} axis
 */
export function thresholdMoves(model, axis) {
  /** @param {number} value */
  const setThreshold = (value) => void (Number.isFinite(value) && put(model, "threshold", value));
  return {
    setThreshold,
    /** @param {number} share of the scale of scores, from its low end */
    setThresholdAt(share) {
      const scale = axis();
      setThreshold(rounded(scale.at(share), scale));
    },
    /** @param {number} steps hundredths of the scale of scores */
    nudgeThreshold(steps) {
      const scale = axis(), share = scale.share(model.get("threshold") ?? scale.high);
      if ((share > 1 && steps > 0) || (share < 0 && steps < 0)) return; // beyond all scores already
      setThreshold(rounded(scale.at(share + steps / 100), scale));
    },
  };
}

/**
 * Drag the threshold in a histogram of scores.
 * @param {HTMLElement} histogram
 * @param {(share: number) => void} setThresholdAt
 */
export function dragInHistogram(histogram, setThresholdAt) {
  onDrag(histogram, () => true, (event) => {
    const box = histogram.getBoundingClientRect();
    setThresholdAt((event.clientX - box.left - LEFT) / (box.width - LEFT - RIGHT));
  });
}

/**
 * The threshold for a screen reader, as the value of the slider that moves it.
 * @param {number | null} threshold
 * @param {Stretch} axis
 * @param {HTMLElement} slider
 */
export function sayThreshold(threshold, { low, high }, slider) {
  const say = (/** @type {string} */ name, /** @type {number} */ value) => slider.setAttribute(name, String(Number(value.toPrecision(6))));
  say("aria-valuemin", Math.min(low, threshold ?? low));
  say("aria-valuemax", Math.max(high, threshold ?? high));
  if (threshold !== null) say("aria-valuenow", threshold);
}

// The threshold: moved by hand along the scale of scores, and told to a screen reader.
import { onDrag } from "./dragging.js";
import { button } from "./elements.js";
import { put } from "./model.js";
import { LEFT, RIGHT, rounded } from "./scales.js";

const STEP = 0.01, FAR = 0.1; // shares of the scale of scores by which a key moves it, and a key with shift
const KNOB = { wide: 17, high: 14 }; // px

/**
 * What may be done to the threshold, on the scale of scores in force.
 * @param {Model<ThresholdTraits>} model
 * @param {() => ScoreAxis} axis
 */
export function thresholdMoves(model, axis) {
  /** @param {number} value @returns {string} what there is to be told of it */
  function setThreshold(value) {
    if (!Number.isFinite(value)) return "a threshold is a finite number";
    put(model, "threshold", value);
    const { low, high } = axis();
    return value > high ? "threshold: above every score" : value < low ? "threshold: below every score" : "";
  }
  /** @param {number} by this share of the scale of scores */
  function move(by) {
    const scale = axis(), share = scale.share(model.get("threshold") ?? scale.high);
    if ((share > 1 && by > 0) || (share < 0 && by < 0)) return; // beyond all scores already
    setThreshold(rounded(scale.at(share + by), scale));
  }
  return {
    setThreshold,
    /** @param {number} share of the scale of scores, from its low end */
    setThresholdAt(share) {
      const scale = axis();
      setThreshold(rounded(scale.at(share), scale));
    },
    raise: (/** @type {KeyboardEvent} */ event) => move(event.shiftKey ? FAR : STEP),
    lower: (/** @type {KeyboardEvent} */ event) => move(event.shiftKey ? -FAR : -STEP),
  };
}

/**
 * Thresholds beside the one in force: the block's own, and one that was kept to compare others with.
 * @param {Model<ComparedTraits>} model
 * @param {number | null} own
 */
export function otherThresholds(model, own) {
  return {
    ownThreshold: () => void (own !== null && put(model, "threshold", own)),
    /** Keep the threshold of now to compare others with; pressed again where it is kept, let it go. */
    compareFromHere() {
      const now = model.get("threshold");
      put(model, "compared", now === model.get("compared") ? null : now);
    },
    /** The thresholds that stay marked. */
    marked: () => markedThresholds(model.get("compared"), own),
    /** The one that the threshold is compared with, if any. */
    other: () => markedThresholds(model.get("compared"), own).find(({ value }) => value !== model.get("threshold")),
  };
}

/**
 * @param {number | null} compared
 * @param {number | null} own
 * @returns {MarkedThreshold[]} the one to compare with first
 */
export function markedThresholds(compared, own) {
  const kept = compared === null || compared === own ? [] : [{ value: compared, name: "compared" }];
  return own === null ? kept : [...kept, { value: own, name: "block's own" }];
}

/**
 * Buttons for the two keys of the threshold, t and m.
 * @param {Pick<ReturnType<typeof otherThresholds>, "ownThreshold" | "compareFromHere">} moves
 * @param {number | null} own
 */
export function thresholdButtons({ ownThreshold, compareFromHere }, own) {
  const back = button("own", ownThreshold), keep = button("compare", compareFromHere);
  back.title = `back to the block's own threshold, ${own} (t)`;
  keep.title = "keep this threshold to compare others with, or let it go (m)";
  return own === null ? [keep] : [back, keep];
}

/**
 * What t and m do.
 * @param {Pick<ReturnType<typeof otherThresholds>, "ownThreshold" | "compareFromHere">} moves
 */
export const thresholdKeys = ({ ownThreshold, compareFromHere }) => ({ t: ownThreshold, m: compareFromHere });

/** What the line of help says of them. */
export const THRESHOLD_HELP = [["t"], "the block's own, ", ["m"], "keep to compare"];

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
 * What one sees of the knob, at the right end of the threshold's line. Its element (look.css has the size), which takes the
 * hand and the focus, follows with the words: to move an element takes longer than to draw.
 * @param {Surface} surface
 * @param {Palette} colours
 * @param {number} y
 */
export function drawKnob({ context, width }, { ink, paper }, y) {
  const left = width - KNOB.wide, top = Math.round(y - KNOB.high / 2);
  context.fillStyle = ink;
  context.beginPath();
  context.roundRect(left, top, KNOB.wide, KNOB.high, 3);
  context.fill();
  context.fillStyle = paper;
  for (const down of [4, 9]) context.fillRect(left + 5, top + down, KNOB.wide - 10, 1);
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

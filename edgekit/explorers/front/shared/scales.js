// From values to pixels and back, within a track's frame.
import { tickTexts, ticks, decades, decadeText } from "./ticks.js";
import { clamp } from "./numbers.js";

// px around a track's picture; the axis only below the last track
export const LEFT = 54;
export const RIGHT = 20;
export const TOP = 4;
export const AXIS = 20;

/**
 * From times to pixels and back, for a track of this width.
 * @param {Stretch} stretch
 * @param {number} width
 * @returns {TimeScale}
 */
export function timeScale({ low, high }, width) {
  const room = Math.max(width - LEFT - RIGHT, 1);
  return {
    room,
    x: (ms) => LEFT + ((ms - low) / (high - low)) * room,
    ms: (x) => low + ((x - LEFT) / room) * (high - low),
  };
}

/**
 * Vertical scale from a range of values to a track's pixels; `bend` maps values before they are spread evenly.
 * @param {number} low
 * @param {number} high
 * @param {number} height
 * @param {(value: number) => number} [bend]
 */
export function valueScale(low, high, height, bend = (value) => value) {
  const a = bend(low), b = bend(high), room = height - TOP - 2;
  const spread = b > a ? b - a : 1;
  return (/** @type {number} */ value) => TOP + (1 - (bend(value) - a) / spread) * room;
}

/**
 * The scale of scores: from `low` to `high`, straight or (symmetric) logarithmic above 1, and round places on it.
 * @param {{lowest: number, highest: number}} range
 * @param {boolean} logarithmic
 * @returns {ScoreAxis}
 */
export function scoreAxis({ lowest, highest }, logarithmic) {
  const rim = 0.04 * Math.max(highest - Math.min(lowest, 0), 1e-6), low = lowest < 0 ? lowest - rim : 0;
  const high = Math.max(highest, low + rim) + rim;
  /** @param {number} value */
  const bend = (value) => (logarithmic ? Math.sign(value) * Math.log1p(Math.abs(value)) : value);
  /** @param {number} value */
  const unbend = (value) => (logarithmic ? Math.sign(value) * Math.expm1(Math.abs(value)) : value);
  const begin = bend(low), spread = bend(high) - begin;
  return {
    low, high, bend,
    places: (count) => (logarithmic ? decades(low, high) : ticks(low, high, count)),
    texts: (places) => (logarithmic ? places.map(decadeText) : tickTexts(places)),
    share: (value) => (bend(value) - begin) / spread,
    at: (share) => unbend(begin + clamp(share, 0, 1) * spread),
  };
}

/**
 * A value in as many digits as a pixel of this scale is worth.
 * @param {number} value
 * @param {{low: number, high: number}} scale
 */
export function rounded(value, { low, high }) {
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.max(high - low, 1e-6) / 10)));
  return Number(value.toFixed(Math.min(digits, 12)));
}

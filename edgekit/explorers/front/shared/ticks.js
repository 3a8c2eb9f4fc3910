// Where the ticks of an axis stand, and their texts.
import { clamp } from "./numbers.js";

/**
 * Round places for ticks, at most about `count` of them, between low and high.
 * @param {number} low
 * @param {number} high
 * @param {number} count
 */
export function ticks(low, high, count) {
  const rough = (high - low) / Math.max(count, 1);
  if (!(rough > 0) || !Number.isFinite(rough)) return [low];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? 10 * power;
  const places = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) places.push(i * step);
  return places;
}

/**
 * The places as texts, all with as many decimals as the closest two need to differ.
 * @param {number[]} places
 */
export function tickTexts(places) {
  const gaps = places.slice(1).map((place, i) => place - places[i]), most = Math.max(...places.map(Math.abs));
  const step = Math.min(...gaps, Math.abs(places[0]) || Infinity, most || 1);
  const long = most >= 1e6 || step < 1e-4; // then in powers of ten
  const digits = clamp(Math.ceil(Math.log10((long ? most : 1) / step) - 1e-9), 0, 6);
  return places.map((place) => (long ? place.toExponential(digits) : place.toFixed(digits)).replace("-", "−"));
}

/**
 * Places for ticks of a (symmetric) logarithmic scale: 0, 1, 3, 10, … and below 0 alike; fewer where they would crowd.
 * @param {number} low
 * @param {number} high
 */
export function decades(low, high) {
  const powers = [];
  for (let power = 1; power <= Math.max(-low, high); power *= 10) powers.push(power);
  const every = Math.ceil(powers.length / 8);
  const sizes = powers.length > 4 ? powers.filter((_, i) => i % every === 0) : powers.flatMap((power) => [power, 3 * power]);
  const places = [...sizes.map((size) => -size), 0, ...sizes].filter((place) => place >= low && place <= high);
  return places.sort((a, b) => a - b);
}

/** @param {number} place */
export const decadeText = (place) =>
  (Math.abs(place) < 1e5 ? String(place) : place.toExponential(0).replace("+", "")).replace("-", "−");

// The histogram of a column: which bar each row belongs to, how many there are, what a bar stands for.
import { figure } from "../shared/numbers.js";
import { narrow } from "./narrowing.js";

const BINS = 24, MOST = 40; // bars; a column with more texts than that has none
const NONE = 255;

/** @typedef {{ of: Uint8Array, count: number, filter: (first: number, last: number) => (string | number | null)[], say: (bar: number) => string }} Bars
 * `of`: the bar of each row, 255 for none; `filter`: what leaves the rows of the bars first to last */

/**
 * The bars of a column; null where every row is something else.
 * @param {ProjectColumn} column
 * @returns {Bars | null}
 */
export function barsOf(column) {
  return column.kind === "text" ? textBars(column) : numberBars(column);
}

/** @param {ProjectColumn} column @returns {Bars | null} */
function textBars({ values, texts }) {
  const names = values.includes(-1) ? [...texts, ""] : texts;
  if (!names.length || names.length > MOST) return null;
  const of = new Uint8Array(values.length);
  for (let i = 0; i < of.length; i++) of[i] = values[i] < 0 ? texts.length : values[i];
  return {
    of, count: names.length,
    filter: (first, last) => names.slice(first, last + 1), say: (bar) => names[bar] || "missing",
  };
}

/** @param {ProjectColumn} column @returns {Bars | null} */
function numberBars({ values }) {
  let low = Infinity, high = -Infinity;
  for (const value of values) {
    if (value < low && value !== -Infinity) low = value;
    if (value > high && value !== Infinity) high = value;
  }
  if (!(low < high)) return null;
  const edge = (/** @type {number} */ bar) => low + ((high - low) * bar) / BINS;
  const of = new Uint8Array(values.length); // a loop: `from` with a function takes ten times as long
  for (let i = 0; i < of.length; i++) {
    of[i] = Number.isNaN(values[i]) ? NONE : Math.min(Math.max(Math.floor(((values[i] - low) / (high - low)) * BINS), 0), BINS - 1);
  }
  return {
    of, count: BINS, say: (bar) => `${figure(edge(bar), 2)} to ${figure(edge(bar + 1), 2)}`,
    filter(first, last) {
      let least = edge(last + 1), greatest = edge(first); // of an empty bar: nothing is between them
      for (let i = 0; i < of.length; i++) {
        if (of[i] < first || of[i] > last) continue;
        if (values[i] < least) least = values[i];
        if (values[i] > greatest) greatest = values[i];
      }
      return [first === 0 ? null : least, last === BINS - 1 ? null : greatest];
    },
  };
}

/**
 * How many rows each bar has, of all and of those that are kept.
 * @param {Bars} bars
 * @param {Uint8Array} kept
 */
export function counted({ of, count }, kept) {
  const all = new Float64Array(count), left = new Float64Array(count);
  for (let i = 0; i < of.length; i++) {
    if (of[i] === NONE) continue;
    all[of[i]]++;
    left[of[i]] += kept[i];
  }
  return { all, left };
}

/**
 * Which bars have rows that a filter leaves, a flag a bar; null without a filter.
 * @param {Bars} bars
 * @param {(string | number | null)[] | undefined} filter
 * @param {ProjectColumn} column
 */
export function covered({ of, count }, filter, column) {
  if (!filter) return null;
  const kept = new Uint8Array(of.length).fill(1), flags = new Uint8Array(count);
  narrow(column, filter, kept);
  for (let i = 0; i < of.length; i++) if (kept[i] && of[i] !== NONE) flags[of[i]] = 1;
  return flags;
}

// Which rows of the table are left by filters and search, and in which order: as in Python (project_rows.py).
import { lowerBound } from "../shared/arrays.js";

/**
 * The rows in the order of a column, missing values last in both directions, equal ones as they are.
 *
 * Rows are dealt out to places that are counted first: to compare rows with each other takes three times as long.
 * @param {ProjectColumn} column
 * @param {boolean} descending
 */
export function sorted({ kind, values, texts }, descending) {
  const ranks = kind === "text" ? { of: values, count: texts.length } : ranked(values), counts = new Int32Array(ranks.count + 1);
  /** Where the rows of a value stand, missing ones behind all others. @param {number} rank */
  const group = (rank) => (rank < 0 ? ranks.count : descending ? ranks.count - 1 - rank : rank);
  for (let i = 0; i < values.length; i++) counts[group(ranks.of[i])]++;
  let next = 0;
  for (let k = 0; k < counts.length; k++) [counts[k], next] = [next, next + counts[k]];
  const rows = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) rows[counts[group(ranks.of[i])]++] = i;
  return rows;
}

/** The rank of each number among those there are, -1 for NaN; numbers that are the same have the same. @param {Numbers} values */
function ranked(values) {
  const ascending = Float64Array.from(values).sort(), of = new Int32Array(values.length); // NaN comes last
  for (let i = 0; i < values.length; i++) of[i] = Number.isNaN(values[i]) ? -1 : lowerBound(ascending, values[i]);
  return { of, count: values.length };
}

/**
 * Which rows a filter leaves, as 1 and 0, put into `kept` (which has 1 for those that others leave).
 * @param {ProjectColumn} column
 * @param {(string | number | null)[]} filter the texts that are wanted, "" for missing ones; or [low, high], both included, null for no end
 * @param {Uint8Array} kept
 */
export function narrow({ kind, values, texts }, filter, kept) {
  if (kind === "text") {
    const wanted = Uint8Array.from(texts, (text) => Number(filter.includes(text))), none = Number(filter.includes(""));
    for (let i = 0; i < kept.length; i++) kept[i] &= values[i] < 0 ? none : wanted[values[i]];
  } else {
    const [low, high] = [Number(filter[0] ?? -Infinity), Number(filter[1] ?? Infinity)];
    for (let i = 0; i < kept.length; i++) kept[i] &= Number(values[i] >= low && values[i] <= high);
  }
}

/**
 * Which rows hold a text in any column of texts, upper and lower case alike, or have this id.
 * @param {ProjectColumn[]} columns
 * @param {string} search
 * @param {Uint8Array} kept as for `narrow`
 */
export function searched(columns, search, kept) {
  const wanted = search.toLowerCase(), found = new Uint8Array(kept.length);
  for (const { name, kind, values, lower } of columns) {
    if (kind === "text") {
      const hits = Uint8Array.from(lower(), (text) => Number(text.includes(wanted)));
      for (let i = 0; i < found.length; i++) found[i] |= values[i] < 0 ? 0 : hits[values[i]];
    } else if (name === "id" && /^\d+$/.test(wanted)) {
      for (let i = 0; i < found.length; i++) found[i] |= Number(values[i] === Number(wanted));
    }
  }
  for (let i = 0; i < kept.length; i++) kept[i] &= found[i];
}

/** The rows of an order that are kept. @param {Int32Array} order @param {Uint8Array} kept */
export const listed = (order, kept) => order.filter((i) => kept[i]);

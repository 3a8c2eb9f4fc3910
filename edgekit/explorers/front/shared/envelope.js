// Many values in few pixel columns, with no peak lost.
import { lowerBound } from "./arrays.js";

/**
 * Smallest and largest value in each of `columns` pixel columns between low and high: no peak is lost, however many
 * values share a column. Columns without a value hold NaN. `joined` says which columns the line reaches from the one
 * before them that has a value: those where no value is missing (NaN) between the last value there and the first one
 * here, and no sample begins (`breaks`, indices, ascending).
 * @param {Numbers} times
 * @param {Numbers} values
 * @param {number} low
 * @param {number} high
 * @param {number} columns
 * @param {Numbers} [breaks]
 */
export function envelope(times, values, low, high, columns, breaks = new Int32Array()) {
  const smallest = new Float64Array(columns).fill(NaN), largest = new Float64Array(columns).fill(NaN);
  const joined = new Uint8Array(columns);
  const scale = columns / (high - low), from = lowerBound(times, low), to = lowerBound(times, high);
  let next = lowerBound(breaks, from), begin = breaks[next] ?? Infinity;
  let whole = 0; // 1: there is a value before, and nothing missing since
  for (let i = from; i < to; i++) {
    const column = Math.min(((times[i] - low) * scale) | 0, columns - 1), value = values[i];
    if (i === begin) {
      whole = 0;
      begin = breaks[++next] ?? Infinity;
    }
    if (!(value >= smallest[column])) {
      if (Number.isNaN(value)) {
        whole = 0;
        continue;
      }
      if (Number.isNaN(smallest[column])) joined[column] = whole;
      smallest[column] = value;
    }
    if (!(value <= largest[column])) largest[column] = value;
    whole = 1;
  }
  return { smallest, largest, joined };
}

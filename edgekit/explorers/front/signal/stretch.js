// Figures of a stretch of the signal.

/**
 * Lowest, highest and root mean square of the values [from, to), each NaN where there are no values.
 * @param {Numbers} values
 * @param {number} from
 * @param {number} to
 */
export function stretchFigures(values, from, to) {
  let lowest = Infinity, highest = -Infinity, squares = 0, count = 0;
  for (let k = from; k < to; k++) {
    const value = values[k];
    if (Number.isNaN(value)) continue;
    lowest = Math.min(lowest, value);
    highest = Math.max(highest, value);
    squares += value * value;
    count++;
  }
  return count ? [lowest, highest, Math.sqrt(squares / count)] : [NaN, NaN, NaN];
}

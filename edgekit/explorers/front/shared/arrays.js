// Arrays: out of the one binary trait, and searched while they ascend.

/** @type {Record<string, NumbersType>} */
const TYPES = { f8: Float64Array, f4: Float32Array, i4: Int32Array, i1: Int8Array, u1: Uint8Array };

/**
 * Turn the one binary trait back into typed arrays by name: `layout` says type, place and length of each.
 * @param {Layout} layout
 * @param {DataView} view
 * @returns {Record<string, Numbers>}
 */
export function unpack(layout, view) {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  /** @type {Record<string, Numbers>} */
  const arrays = {};
  for (const [name, { type, offset, length }] of Object.entries(layout)) {
    const Type = TYPES[type];
    // a copy: the buffer of a message need not be aligned
    arrays[name] = new Type(bytes.slice(offset, offset + length * Type.BYTES_PER_ELEMENT).buffer);
  }
  return arrays;
}

/**
 * First index whose value is not below x; `values` ascends.
 * @param {Numbers} values
 * @param {number} x
 */
export function lowerBound(values, x) {
  let from = 0, to = values.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (values[middle] < x) from = middle + 1;
    else to = middle;
  }
  return from;
}

/**
 * First index whose value is above x; `values` ascends.
 * @param {Numbers} values
 * @param {number} x
 */
export function upperBound(values, x) {
  let from = 0, to = values.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (values[middle] <= x) from = middle + 1;
    else to = middle;
  }
  return from;
}

/**
 * Index of the value nearest to x, -1 where there is none; `values` ascends.
 * @param {Numbers} values
 * @param {number} x
 */
export function nearest(values, x) {
  const after = lowerBound(values, x), before = after - 1;
  return after > 0 && x - values[before] < (values[after] ?? Infinity) - x ? before : Math.min(after, values.length - 1);
}

/**
 * Indices [from, to) of what lies in the stretch on show.
 * @param {Numbers} times
 * @param {Stretch} stretch
 */
export const onShow = (times, { low, high }) => [lowerBound(times, low), lowerBound(times, high)];

// Numbers: kept within limits, and as short texts.

/** @param {number} value @param {number} low @param {number} high */
export const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

/** @param {string} text */
const trueMinus = (text) => text.replace("-", "−");

/**
 * A number in few digits, with a true minus sign.
 * @param {number | null | undefined} value
 */
export function figure(value, digits = 3) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  if (size >= 1e6 || (size > 0 && size < 1e-4)) return trueMinus(value.toExponential(1));
  if (size >= 1000) return trueMinus(value.toFixed(0));
  return trueMinus(value.toFixed(size >= 100 ? 1 : size >= 10 ? 2 : digits));
}

/**
 * A count and what is counted, "1 window" or "3 windows"; the same as display.counted in Python.
 * @param {number} count
 * @param {string} thing
 * @param {string} [things] where the plural is not made with an s
 */
export const counted = (count, thing, things = `${thing}s`) => `${count} ${count === 1 ? thing : things}`;

/** @param {number} share */
export const percent = (share) => (Number.isFinite(share) ? `${trueMinus((100 * share).toFixed(1))} %` : "–");

/** @param {number} ms */
export const seconds = (ms) => `${(ms / 1000).toFixed(ms % 1000 ? (ms % 100 ? 2 : 1) : 0)} s`;

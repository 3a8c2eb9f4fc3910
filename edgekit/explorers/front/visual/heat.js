// Heat: scores as colours, on a scale that is tied to the threshold, so that pictures compare.

/**
 * Where a score stands on the colour map: 0 at 0 and below, half at the threshold, towards 1 far above it.
 * @param {number} score
 * @param {number} threshold
 */
export function heatShare(score, threshold) {
  if (Number.isNaN(score)) return NaN;
  if (!(score > 0)) return 0;
  if (!(threshold > 0) || score === Infinity) return 1;
  return score / (score + threshold);
}

/**
 * The score at a place of the colour map: what `heatShare` turns into that share.
 * @param {number} share
 * @param {number} threshold
 */
export const scoreAt = (share, threshold) => (share * threshold) / (1 - share);

/**
 * A pixel for each score, as red, green, blue, opacity; scores that are missing are clear.
 * @param {Numbers} scores
 * @param {number} threshold
 * @param {Uint8Array} colours 256 times red, green, blue
 */
export function heatPixels(scores, threshold, colours) {
  const pixels = new Uint8ClampedArray(4 * scores.length);
  scores.forEach((score, i) => {
    const share = heatShare(score, threshold);
    if (Number.isNaN(share)) return;
    const from = 3 * Math.min(Math.floor(share * 256), 255);
    pixels.set(colours.subarray(from, from + 3), 4 * i);
    pixels[4 * i + 3] = 255;
  });
  return pixels;
}

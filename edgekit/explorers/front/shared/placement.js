// Where a picture lies in its stage.

export const PAD = 8; // px around the picture, and beside the strip of all pictures

/**
 * Where a picture lies in the stage: as large as fits, in its own shape.
 * @param {number} shape its height over its width
 * @param {HTMLElement} stage
 * @param {number} [beside] px that stay free to its right
 */
export function placement(shape, stage, beside = 0) {
  const width = stage.clientWidth - 2 * PAD - beside, height = stage.clientHeight - 2 * PAD;
  const wide = Math.max(Math.min(width, height / shape), 1), high = wide * shape;
  const left = PAD + (width - wide) / 2, top = PAD + (height - high) / 2;
  return {
    left, top, wide, high,
    x: (/** @type {number} */ x) => left + x * wide,
    y: (/** @type {number} */ y) => top + y * high,
  };
}

// Windows laid end to end: which sample each is of, and when it starts and stops on the common axis of time.

/**
 * The first window of each sample.
 * @param {Int32Array} count
 */
export function firstOf(count) {
  let next = 0;
  return count.map((windows) => (next += windows) - windows);
}

/**
 * Out of how each sample was cut, for each window; as `laid_out` of edgekit/explorers/timeline.py, to the last digit.
 * @param {Cuts} cuts
 * @param {{start: number}[]} samples
 */
export function laidOut({ count, size, increase }, samples) {
  let windows = 0, i = 0;
  for (const of of count) windows += of;
  const sample = new Int32Array(windows), start = new Float64Array(windows), stop = new Float64Array(windows);
  for (let place = 0; place < count.length; place++) {
    const begin = samples[place].start, wide = size[place], step = increase[place];
    for (let k = 0; k < count[place]; k++, i++) {
      sample[i] = place;
      start[i] = k * step + begin;
      stop[i] = k * step + wide + begin;
    }
  }
  return { sample, start, stop };
}

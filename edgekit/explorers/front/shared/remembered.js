// What is computed anew only where something has changed.

/**
 * A function that keeps its last answer for as long as it is asked the same, of the same data.
 * @template {unknown[]} Given
 * @template Answer
 * @param {(...given: Given) => Answer} compute
 * @param {() => unknown[]} data what else it is computed from, where that may change
 */
export function remembered(compute, data = () => []) {
  /** @type {unknown[] | null} */
  let last = null;
  /** @type {Answer} */
  let answer;
  return (/** @type {Given} */ ...given) => {
    const now = [...given, ...data()];
    if (!last || now.some((value, i) => value !== last?.[i])) {
      answer = compute(...given);
      last = now;
    }
    return answer;
  };
}

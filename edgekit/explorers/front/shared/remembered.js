// What is computed anew only where something has changed.

/**
 * A function that keeps its last answer for as long as it is asked the same.
 * @template {unknown[]} Given
 * @template Answer
 * @param {(...given: Given) => Answer} compute
 */
export function remembered(compute) {
  /** @type {Given | null} */
  let last = null;
  /** @type {Answer} */
  let answer;
  return (/** @type {Given} */ ...given) => {
    if (!last || given.some((value, i) => value !== last?.[i])) {
      answer = compute(...given);
      last = given;
    }
    return answer;
  };
}

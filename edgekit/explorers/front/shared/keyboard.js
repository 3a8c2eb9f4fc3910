// Keys: to actions, and kept away from JupyterLab. Which key does what stands in each explorer's keys.js.

/**
 * Give an element keys: a map from `event.key` to an action. What it takes, JupyterLab does not see.
 * @param {HTMLElement} element
 * @param {Record<string, (event: KeyboardEvent) => void>} actions
 */
export function onKeys(element, actions) {
  element.addEventListener("keydown", (event) => {
    const inField = event.target instanceof Element && event.target.matches("input, select");
    if (event.ctrlKey || event.metaKey || event.altKey || inField) return;
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    action(event);
  });
}

/**
 * Keys that step through something: arrows by one, with shift and by page by ten, Home and End to its ends.
 * @param {() => number} now
 * @param {number} count
 * @param {(i: number) => void} choose
 * @returns {Record<string, (event: KeyboardEvent) => void>}
 */
export function stepKeys(now, count, choose) {
  const step = (/** @type {KeyboardEvent} */ event) => (event.shiftKey ? 10 : 1);
  return {
    ArrowLeft: (event) => choose(now() - step(event)), ArrowRight: (event) => choose(now() + step(event)),
    PageUp: () => choose(now() + 10), PageDown: () => choose(now() - 10),
    Home: () => choose(0), End: () => choose(count - 1),
  };
}

/** What the line of help says of these keys. @param {string} what they do */
export const stepHelp = (what) => [["←", "→"], `${what}, `, ["shift"], "ten · "];

/** What it says of n and p. @param {string} where they go */
export const nextHelp = (where) => [["n", "p"], `next, previous${where && ` ${where}`} · `];

/**
 * Keep JupyterLab's shortcuts away from all that can have the focus: there, "a" would insert a cell.
 * @param {HTMLElement} root
 */
export function keepKeys(root) {
  /** @type {NodeListOf<HTMLElement>} */
  const within = root.querySelectorAll("[tabindex], button, input, select");
  for (const element of [root, ...within]) element.dataset.lmSuppressShortcuts = "true";
}

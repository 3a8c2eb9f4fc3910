// An explorer out of sight, in a long notebook, costs the one in sight nothing.

/**
 * Let the canvases of an explorer be painted only where they can be seen, or nearly; returns what stops it. A canvas is a
 * layer for the browser, and all layers of a page cost time in each of its frames.
 * @param {HTMLElement} root
 */
export function watchSight(root) {
  const near = /** @type {IntersectionObserverInit} */ ({ rootMargin: "50%", scrollMargin: "50%" }); // before it is scrolled to
  const sight = new IntersectionObserver((seen) => root.classList.toggle("ek-away", !seen[seen.length - 1].isIntersecting), near);
  sight.observe(root);
  return () => sight.disconnect();
}

// Dragging anything: the press, every move until release, the release.

/**
 * Drag with pointer capture: `move(event, first)` for the press and every move until release, then `done(event)`.
 * @param {HTMLElement} element
 * @param {(event: PointerEvent) => boolean} wanted
 * @param {(event: PointerEvent, first: boolean) => void} move
 * @param {(event: PointerEvent) => void} [done]
 */
export function onDrag(element, wanted, move, done = () => {}) {
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !wanted(event)) return;
    element.setPointerCapture(event.pointerId);
    move(event, true);
    const moved = (/** @type {PointerEvent} */ next) => move(next, false);
    const stop = (/** @type {PointerEvent} */ last) => {
      element.removeEventListener("pointermove", moved);
      element.removeEventListener("pointerup", stop);
      element.removeEventListener("pointercancel", stop);
      done(last);
    };
    element.addEventListener("pointermove", moved);
    element.addEventListener("pointerup", stop);
    element.addEventListener("pointercancel", stop);
  });
}

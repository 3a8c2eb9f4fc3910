// Dragging anything: the press, every move until release, the release.

const SIDEWAYS = 6; // px

/**
 * Drag with pointer capture: `move(event, first)` for the press and every move until release, then `done(event)`.
 *
 * Where a finger may scroll the page as well, it presses once it has moved to the side, or is lifted where it was put.
 * @param {HTMLElement} element
 * @param {(event: PointerEvent) => boolean} wanted
 * @param {(event: PointerEvent, first: boolean) => void} move
 * @param {(event: PointerEvent) => void} [done]
 */
export function onDrag(element, wanted, move, done = () => {}) {
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !wanted(event)) return;
    element.setPointerCapture(event.pointerId);
    let pressed = false;
    const press = () => {
      if (!pressed) move(event, true);
      pressed = true;
    };
    if (event.pointerType !== "touch" || getComputedStyle(element).touchAction === "none") press();
    const moved = (/** @type {PointerEvent} */ next) => {
      const across = Math.abs(next.clientX - event.clientX), along = Math.abs(next.clientY - event.clientY);
      if (across > Math.max(along, SIDEWAYS)) press();
      if (pressed) move(next, false);
    };
    const stop = (/** @type {PointerEvent} */ last) => {
      element.removeEventListener("pointermove", moved);
      element.removeEventListener("pointerup", stop);
      element.removeEventListener("pointercancel", stop);
      if (last.type === "pointerup") press(); // the browser cancels what it takes for scrolling
      if (pressed) done(last);
    };
    element.addEventListener("pointermove", moved);
    element.addEventListener("pointerup", stop);
    element.addEventListener("pointercancel", stop);
  });
}

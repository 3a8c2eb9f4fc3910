// What lies under the pointer, in a line beside it. For the eye only: a screen reader has the card.
import { h, write } from "./elements.js";
import { clamp } from "./numbers.js";
import { LEFT, RIGHT } from "./scales.js";

/**
 * Say in `stack` what is under the pointer while it moves over one of the tracks.
 * @param {HTMLElement} stack
 * @param {HTMLElement[]} tracks
 * @param {(event: PointerEvent) => string} say empty where there is nothing
 */
export function readout(stack, tracks, say) {
  const element = h("div", { class: "ek-readout", "aria-hidden": "true", hidden: "" });
  stack.append(element);
  const hide = () => void (element.hidden = true);
  const show = (/** @type {PointerEvent} */ event) => {
    const box = stack.getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top;
    const off = event.buttons || event.pointerType === "touch" || x < LEFT || x > box.width - RIGHT;
    const text = off ? "" : say(event);
    element.hidden = !text;
    if (!text) return;
    write(element, text);
    element.style.left = `${clamp(x + 12, 0, Math.max(box.width - element.offsetWidth, 0))}px`;
    element.style.top = `${y < 40 ? y + 16 : y - 30}px`;
  };
  for (const track of tracks) {
    track.addEventListener("pointermove", show);
    track.addEventListener("pointerdown", hide);
    track.addEventListener("pointerleave", hide);
  }
}

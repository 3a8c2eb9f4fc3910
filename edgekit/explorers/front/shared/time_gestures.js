// Pointer and wheel on a track over time: a click chooses a time, a drag chooses on or zooms, ctrl and the wheel zoom.
import { onDrag } from "./dragging.js";
import { h } from "./elements.js";
import { put } from "./model.js";
import { clamp } from "./numbers.js";
import { timeScale } from "./scales.js";
import { timeView, zoom } from "./time_span.js";

/**
 * The time under the hand.
 * @param {Model<TimelineTraits>} model
 * @param {number} end
 * @param {HTMLElement} track
 * @param {number} clientX
 */
export const timeUnder = (model, end, track, clientX) =>
  timeScale(timeView(model, end), track.clientWidth).ms(clientX - track.getBoundingClientRect().left);

/**
 * What moves a track: a click chooses a time; a drag chooses on, or zooms where `zooms`; the wheel with ctrl zooms too.
 * Where `taken(event)` holds, the press belongs to something else.
 * @param {Model<TimelineTraits>} model
 * @param {number} end
 * @param {HTMLElement} track
 * @param {{choose: (ms: number) => void, zooms?: boolean, taken?: (event: PointerEvent) => boolean}} how
 */
export function timeGestures(model, end, track, { choose, zooms = false, taken = () => false }) {
  const at = (/** @type {number} */ clientX) => timeUnder(model, end, track, clientX);
  if (zooms) dragToZoom(model, end, track, choose, at);
  else onDrag(track, (event) => !taken(event), (event) => choose(at(event.clientX)));
  track.addEventListener("dblclick", () => put(model, "span", []));
  track.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    zoom(model, end, event.deltaY > 0 ? 1.25 : 0.8, at(event.clientX));
  }, { passive: false });
}

/**
 * @param {Model<TimelineTraits>} model
 * @param {number} end
 * @param {HTMLElement} track
 * @param {(ms: number) => void} choose
 * @param {(clientX: number) => number} at
 */
function dragToZoom(model, end, track, choose, at) {
  let from = 0;
  const band = h("div", { class: "ek-band", hidden: "" });
  track.append(band);
  onDrag(track, () => true, (event, first) => {
    if (first) from = event.clientX;
    const left = track.getBoundingClientRect().left;
    band.hidden = Math.abs(event.clientX - from) < 4;
    band.style.left = `${Math.min(event.clientX, from) - left}px`;
    band.style.width = `${Math.abs(event.clientX - from)}px`;
  }, (event) => {
    band.hidden = true;
    const x = (/** @type {number} */ clientX) => clamp(at(clientX), 0, end);
    const low = x(Math.min(from, event.clientX)), high = x(Math.max(from, event.clientX));
    if (event.type === "pointercancel") return;
    if (Math.abs(event.clientX - from) < 4) choose(x(event.clientX));
    else if (high > low) put(model, "span", [low, high]);
  });
}

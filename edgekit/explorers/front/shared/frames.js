// When to draw: once a frame, and only what is out of date.
import { arraysLater } from "./arrays_later.js";
import { watch } from "./model.js";
import { watchLook } from "./theme.js";

/**
 * Call `draw` in the next frame, however often it is asked for until then.
 * @param {() => void} draw
 */
export function oncePerFrame(draw) {
  let waiting = 0;
  return {
    ask() {
      waiting ||= requestAnimationFrame(() => {
        waiting = 0;
        draw();
      });
    },
    /** Draw at once, in the place of the next frame. */
    now() {
      cancelAnimationFrame(waiting);
      waiting = 0;
      draw();
    },
    cancel() {
      cancelAnimationFrame(waiting);
      waiting = 0;
    },
  };
}

/**
 * A drawing that is left as it is while all that it follows is the same; a new look or size comes with other colours.
 * @param {(colours: Palette) => void} draw
 * @returns {(colours: Palette, ...follows: unknown[]) => void}
 */
export function keptDrawing(draw) {
  /** @type {unknown[]} */
  let last = [];
  return (colours, ...follows) => {
    const now = [colours, ...follows];
    if (now.length === last.length && now.every((value, i) => Object.is(value, last[i]))) return;
    last = now;
    draw(colours);
  };
}

/**
 * Draw in the next frame: `above()`, what follows the hand, after a change of the traits `often`; before it `below()`,
 * what moves seldom, after a change of the traits `seldom`, the theme or the size. A new size, so the first picture too,
 * is drawn in the frame that has it. `sent` is what Python sent: arrays that come later are put in it. `data-frames`
 * counts the frames: that is what tests wait for.
 * @param {Messenger} model
 * @param {HTMLElement} root
 * @param {{often: string[], seldom: string[], above: () => void, below: () => void, sent?: {meta: {later: boolean}, data: object}}} parts
 */
export function drawingLoop(model, root, { often, seldom, above, below, sent }) {
  let stale = true;
  const frame = oncePerFrame(() => {
    if (stale) below();
    stale = false;
    above();
    root.dataset.frames = String(Number(root.dataset.frames ?? 0) + 1);
    later.ask();
  });
  const all = () => {
    stale = true;
    frame.ask();
  };
  const resized = () => {
    stale = true;
    frame.now();
  };
  const later = arraysLater(model, sent, all);
  const ends = [watch(model, often, frame.ask), watch(model, seldom, all), watchLook(root, all, resized), frame.cancel, later.stop];
  return { all, again: frame.ask, stop: () => ends.forEach((end) => end()) };
}

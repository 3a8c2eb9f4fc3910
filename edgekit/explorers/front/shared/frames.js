// When to draw: once a frame, and only what is out of date.
import { arraysLater } from "./arrays_later.js";
import { watch } from "./model.js";
import { watchSight } from "./sight.js";
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

const AHEAD = 3; // pictures that may follow the hand before the words about them do

/**
 * Draw for the next frame: `above()`, what follows the hand, after a change of the traits `often`; before it `below()`,
 * what moves seldom, after a change of the traits `seldom`, the theme or the size. The first change since the last frame
 * is drawn at once, in the time that the next one is waited for, further ones in that frame. `words()`, what is written in
 * the page, lays it out anew, which takes longer than the picture: it comes in the frame after, or, where the hand goes on,
 * with every fourth picture. A new size, so the first picture too, is drawn in the frame that has it, with its words.
 * `sent` is what Python sent: arrays that come later are put in it. `data-drawn` counts the pictures, `data-frames`
 * says about which of them the words are: once both agree nothing is about to change, and that is what tests wait for.
 * @param {Messenger} model
 * @param {HTMLElement} root
 * @param {{often: string[], seldom: string[], above: () => void, below: () => void, words?: () => void, sent?: {meta: {later: boolean}, data: object}}} parts
 */
export function drawingLoop(model, root, { often, seldom, above, below, words, sent }) {
  let stale = true, moved = false, early = false, ahead = 0, handed = 0;
  const draw = () => {
    if (!moved) return;
    if (stale) below();
    stale = moved = false;
    above();
    root.dataset.drawn = String(Number(root.dataset.drawn ?? 0) + 1);
    ahead += 1;
    later.ask();
  };
  const frame = oncePerFrame(() => {
    const idle = !moved && !early;
    early = false;
    draw();
    clearTimeout(handed);
    if (words && !idle && ahead <= AHEAD) {
      handed = window.setTimeout(frame.ask); // a frame asked for here would begin before this one is handed to the screen
      return;
    }
    words?.();
    ahead = 0;
    root.dataset.frames = root.dataset.drawn;
  });
  const again = () => {
    moved = true;
    frame.ask();
    if (!early) queueMicrotask(draw); // once all traits of this change are set
    early = true;
  };
  const all = () => {
    stale = true;
    again();
  };
  const resized = () => {
    stale = moved = true;
    ahead = AHEAD; // the words at once
    frame.now();
  };
  const later = arraysLater(model, sent, all);
  const ends = [watch(model, often, again), watch(model, seldom, all), watchLook(root, all, resized), watchSight(root), frame.cancel, later.stop, () => clearTimeout(handed)];
  return { all, again, stop: () => ends.forEach((end) => end()) };
}

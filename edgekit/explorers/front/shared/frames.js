// When to draw: once a frame, and only what is out of date.
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
    cancel() {
      cancelAnimationFrame(waiting);
    },
  };
}

/**
 * Draw in the next frame: `above()`, what follows the hand, after a change of the traits `often`; before it `below()`,
 * what moves seldom, after a change of the traits `seldom`, the theme or the size. `data-frames` counts the frames: that
 * is what tests wait for.
 * @param {Listened} model
 * @param {HTMLElement} root
 * @param {{often: string[], seldom: string[], above: () => void, below: () => void}} parts
 */
export function drawingLoop(model, root, { often, seldom, above, below }) {
  let stale = true;
  const frame = oncePerFrame(() => {
    if (stale) below();
    stale = false;
    above();
    root.dataset.frames = String(Number(root.dataset.frames ?? 0) + 1);
  });
  const all = () => {
    stale = true;
    frame.ask();
  };
  const ends = [watch(model, often, frame.ask), watch(model, seldom, all), watchLook(root, all), frame.cancel];
  return { all, again: frame.ask, stop: () => ends.forEach((end) => end()) };
}

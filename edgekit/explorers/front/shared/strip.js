// The strip below a picture: all pictures as bars, and choosing one there.
import { fitted, layersIn } from "./canvas.js";
import { onDrag } from "./dragging.js";
import { keptDrawing } from "./frames.js";
import { PAD } from "./placement.js";

/**
 * @param {HTMLElement} strip
 * @param {(picture: number) => void} choose
 * @returns {(colours: Palette, now: StripNow) => void} draws it
 */
export function pictureStrip(strip, choose) {
  const [base, over] = layersIn(strip);
  /** @type {ArrayLike<number>} */
  let shown = [];
  onDrag(strip, () => true, (event) => {
    const { left, width } = strip.getBoundingClientRect();
    const place = Math.floor(((event.clientX - left - PAD) / (width - 2 * PAD)) * shown.length);
    if (shown.length) choose(shown[Math.min(Math.max(place, 0), shown.length - 1)]);
  });
  /** @type {StripNow} */
  let now;
  /** One bar on its ground. @param {Surface} surface @param {number} place @param {string} ground */
  function drawBar({ context, width, height }, place, ground) {
    const { share, colour } = now.bar(now.pictures[place]), step = (width - 2 * PAD) / now.pictures.length, tall = height - 19;
    const x = PAD + place * step, wide = Math.max(step - (step > 4 ? 1 : 0), 0.5);
    context.fillStyle = ground;
    context.fillRect(x, 2, wide, tall);
    context.fillStyle = colour;
    context.fillRect(x, 2 + (1 - share) * tall, wide, Math.max(share * tall, 1));
    return { x, wide, tall };
  }
  const drawBars = keptDrawing((colours) => {
    const surface = base.begin();
    for (let place = 0; place < now.pictures.length; place++) drawBar(surface, place, colours.line);
  });
  return (colours, next) => {
    now = next;
    shown = next.pictures;
    drawBars(colours, ...next.follows);
    const { chosen, line, caption } = next, surface = over.begin(), { context, width, height } = surface, tall = height - 19;
    const place = Array.prototype.indexOf.call(shown, chosen);
    if (place >= 0) {
      const { x, wide } = drawBar(surface, place, colours.ink);
      context.fillStyle = colours.ink;
      context.fillRect(x, tall + 3, Math.max(wide, 2), 2);
    }
    if (line !== undefined) {
      context.fillStyle = colours.ink;
      context.fillRect(PAD, 2 + (1 - line) * tall - 0.6, width - 2 * PAD, 1.2);
    }
    context.fillStyle = colours.soft;
    context.textBaseline = "bottom";
    context.textAlign = "right";
    context.fillText(fitted(context, caption, width - 2 * PAD), width - PAD, height);
  };
}

// The strip below a picture: all pictures as bars, and choosing one there.
import { canvasIn, fitted } from "./canvas.js";
import { onDrag } from "./dragging.js";
import { PAD } from "./placement.js";

/**
 * @param {HTMLElement} strip
 * @param {(picture: number) => void} choose
 * @returns {(colours: Palette, now: StripNow) => void} draws it
 */
export function pictureStrip(strip, choose) {
  const canvas = canvasIn(strip);
  /** @type {ArrayLike<number>} */
  let shown = [];
  onDrag(strip, () => true, (event) => {
    const { left, width } = strip.getBoundingClientRect();
    const place = Math.floor(((event.clientX - left - PAD) / (width - 2 * PAD)) * shown.length);
    if (shown.length) choose(shown[Math.min(Math.max(place, 0), shown.length - 1)]);
  });
  return (colours, { pictures, chosen, bar, line, caption }) => {
    shown = pictures;
    const { context, width, height } = canvas.begin(), step = (width - 2 * PAD) / pictures.length, tall = height - 19;
    for (let place = 0; place < pictures.length; place++) {
      const i = pictures[place], { share, colour } = bar(i), x = PAD + place * step, wide = Math.max(step - (step > 4 ? 1 : 0), 0.5);
      context.fillStyle = i === chosen ? colours.ink : colours.line;
      context.fillRect(x, 2, wide, tall);
      context.fillStyle = colour;
      context.fillRect(x, 2 + (1 - share) * tall, wide, Math.max(share * tall, 1));
      if (i !== chosen) continue;
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

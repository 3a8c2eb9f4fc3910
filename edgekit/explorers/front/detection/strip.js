// The strip below the picture: F1 of every picture as a bar, and choosing one there.
import { canvasIn } from "../shared/canvas.js";
import { onDrag } from "../shared/dragging.js";
import { ratesOf } from "./counts.js";
import { PAD } from "./placement.js";
/** @import { DetectionState } from "./state.js" */

/**
 * @param {DetectionState} state
 * @param {HTMLElement} strip
 * @returns {(colours: Palette) => void} draws it
 */
export function pictureStrip({ model, count, matched, choose }, strip) {
  const bars = canvasIn(strip);
  onDrag(strip, () => true, (event) => {
    const { left, width } = strip.getBoundingClientRect();
    choose(Math.floor(((event.clientX - left - PAD) / (width - 2 * PAD)) * count));
  });
  return (colours) => {
    const { context, width, height } = bars.begin(), step = (width - 2 * PAD) / count, tall = height - 19;
    for (let i = 0; i < count; i++) {
      const { f1 } = ratesOf(matched(i).counts["one-to-one"]), x = PAD + i * step, wide = Math.max(step - (step > 4 ? 1 : 0), 0.5);
      context.fillStyle = i === model.get("picture") ? colours.ink : colours.line;
      context.fillRect(x, 2, wide, tall);
      context.fillStyle = f1 < 1 ? colours.series[0] : colours.series[2];
      context.fillRect(x, 2 + (1 - f1) * tall, wide, Math.max(f1 * tall, 1));
      if (i !== model.get("picture")) continue;
      context.fillStyle = colours.ink;
      context.fillRect(x, tall + 3, wide, 2);
    }
    context.fillStyle = colours.soft;
    context.textBaseline = "bottom";
    context.textAlign = "right";
    context.fillText("F1 of each picture, one-to-one; worst first when this was opened", width - PAD, height);
  };
}

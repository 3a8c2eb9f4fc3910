// The strip of pictures: the score of each as a bar, in the colour of what it should be, and the threshold across.
import { clamp, counted } from "../shared/numbers.js";
import { pictureStrip } from "../shared/strip.js";
/** @import { VisualState } from "./state.js" */

const KINDS = { 0: "normal", 1: "anomalous" };

/**
 * @param {VisualState} state
 * @param {HTMLElement} strip
 * @returns {(colours: Palette) => void} draws it
 */
export function scoreStrip({ model, data, count, axis, threshold, listed, choose }, strip) {
  const draw = pictureStrip(strip, choose);
  return (colours) => {
    const scale = axis(), pictures = listed(), show = model.get("show");
    const share = (/** @type {number} */ score) => clamp(scale.share(score) || 0, 0, 1);
    draw(colours, {
      pictures, follows: [scale.high, model.get("log_scale"), show, show === "all" ? 0 : threshold()], chosen: model.get("picture"), line: Number.isFinite(threshold()) ? share(threshold()) : undefined,
      bar: (i) => ({ share: share(data.score[i]), colour: colours.kind(KINDS[/** @type {0 | 1} */ (data.truth[i])] ?? "not known") }),
      caption: `${show === "all" ? "score of each picture" : `${show}: ${pictures.length} of ${counted(count, "picture")}`}; worst first when this was opened`,
    });
  };
}

// The explorer of visual anomalies: the picture under its heat, histograms of cells and of pictures with a threshold to
// drag, and all pictures in a row, worst first. All of it is drawn from arrays that are here; Python hears of it after.
import { checkField, frame, h, numberField, rangeField, selectField, stepButtons } from "../shared/elements.js";
import { drawingLoop } from "../shared/frames.js";
import { imagesOnDemand } from "../shared/images_on_demand.js";
import { pictureLoader } from "../shared/images.js";
import { keepKeys } from "../shared/keyboard.js";
import { put } from "../shared/model.js";
import { palette } from "../shared/theme.js";
import { thresholdButtons } from "../shared/threshold.js";
import { cellCard } from "./cell_card.js";
import { pictureDrawing } from "./drawing.js";
import { scoreHistograms } from "./histograms.js";
import { visualHelp, visualKeys } from "./keys.js";
import { pictureCard } from "./picture_card.js";
import { pressCells } from "./pressing.js";
import { scoreStrip } from "./score_strip.js";
import { chooseListed, filter, visualState } from "./state.js";
import { verdicts } from "./verdicts.js";
/** @import { VisualState } from "./state.js" */

/** @type {Render<VisualTraits>} */
function render({ model, el }) {
  const state = visualState(model), { meta, count } = state;
  const stage = h("div", { class: "ek-stage", tabindex: "0", role: "slider", "aria-label": "cell", "aria-valuemin": 0 });
  const strip = h("div", { class: "ek-track ek-strip", tabindex: "0", role: "slider", "aria-label": "picture, worst first", "aria-valuemin": 0, "aria-valuemax": count - 1 });
  const histograms = scoreHistograms(state), fields = visualFields(state), picture = pictureCard(state), cell = cellCard(state), verdict = verdicts(state);
  const root = frame(meta.title, {
    head: fields.elements,
    main: [h("div", { class: "ek-pair" }, stage, histograms.element), count > 1 ? strip : null],
    side: [picture.element, cell.element, verdict.element],
    foot: visualHelp(meta.note),
    width: "18.5rem", // for the patch and its score side by side
  });
  keepKeys(root);
  el.replaceChildren(root);

  let colours = palette(root, meta.looks);
  const images = imagesOnDemand(model, state.data, () => loop.again());
  const imageOf = pictureLoader(images.fileOf, () => loop.again());
  const drawPicture = pictureDrawing(state, stage), drawStrip = scoreStrip(state, strip);
  visualKeys(state, root, { strip, histogram: histograms.slider });
  pressCells(state, stage);
  const loop = drawingLoop(model, root, {
    often: ["picture", "cell", "threshold", "compared", "opacity", "show"], seldom: ["log_scale"],
    below() {
      colours = palette(root, meta.looks);
      histograms.below(colours);
    },
    above() {
      drawPicture(imageOf(model.get("picture")), colours);
      histograms.above(colours);
      if (count > 1) drawStrip(colours);
    },
    words() {
      histograms.say();
      fields.show();
      verdict.show();
      stage.setAttribute("aria-valuemax", String(Math.max(state.grid().scores.length - 1, 0)));
      stage.setAttribute("aria-valuenow", String(Math.max(state.cell(), 0)));
      stage.setAttribute("aria-valuetext", cell.show(imageOf(model.get("picture")), colours));
      strip.setAttribute("aria-valuenow", String(model.get("picture")));
      strip.setAttribute("aria-valuetext", picture.show());
    },
  });
  return () => (loop.stop(), images.stop());
}

/**
 * The fields in the head: picture, filter, threshold, heat.
 * @param {VisualState} state
 */
function visualFields(state) {
  const { model, meta, count, known, choose, setThreshold, setOpacity } = state;
  const place = numberField("picture", { min: 1, max: count, step: 1 }, (number) => choose(number - 1));
  const shown = selectField("show", known ? ["all", "flagged", "false alarms", "misses"] : ["all", "flagged"], (show) => filter(state, /** @type {VisualShow} */ (show)));
  const threshold = numberField("threshold", { step: "any" }, setThreshold);
  const logarithmic = checkField("log scale", (checked) => put(model, "log_scale", checked));
  const heat = rangeField("heat", 0, 1, 0.05, setOpacity);
  const show = () => {
    place.show(model.get("picture") + 1);
    shown.show(model.get("show"));
    threshold.show(model.get("threshold"), 6);
    logarithmic.show(model.get("log_scale"));
    heat.show(model.get("opacity"));
  };
  return { elements: [count > 1 ? place.label : null, count > 1 ? `of ${count}` : null, count > 1 ? stepButtons("picture", (step) => chooseListed(state, step)) : null, count > 1 ? shown.label : null, threshold.label, ...thresholdButtons(state, meta.own), logarithmic.label, heat.label], show };
}

export default { render };

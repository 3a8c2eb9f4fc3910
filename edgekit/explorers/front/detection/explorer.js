// The explorer of object detections: the picture with truths, predictions and what went wrong, both countings, and all
// pictures in a row, worst first. Matching is done here, so that both sliders are followed at once.
import { checkField, frame, h, numberField, rangeField, stepButtons } from "../shared/elements.js";
import { drawingLoop } from "../shared/frames.js";
import { keepKeys } from "../shared/keyboard.js";
import { put } from "../shared/model.js";
import { pictureStrip } from "../shared/strip.js";
import { palette } from "../shared/theme.js";
import { countTable, countingLoop, countsIn } from "./count_table.js";
import { ratesOf } from "./counts.js";
import { detectionDrawing } from "./drawing.js";
import { detectionHelp, detectionKeys } from "./keys.js";
import { pressObjects } from "./pressing.js";
import { detectionState } from "./state.js";
import { objectCard, pictureCard } from "./text.js";
/** @import { DetectionState } from "./state.js" */

/** @type {Render<DetectionTraits>} */
function render({ model, el }) {
  const state = detectionState(model), { meta, count, models, nearName } = state;
  const stage = h("div", {
    class: "ek-stage", tabindex: "0", role: "slider", "aria-label": "picture, worst first",
    "aria-valuemin": 0, "aria-valuemax": count - 1,
  });
  const beside = models > 1 ? h("div", { class: "ek-stage", role: "img", "aria-label": `${meta.models[1]}: the same picture` }) : null;
  const strip = h("div", { class: "ek-track ek-strip", role: "img", "aria-label": "F1 of every picture, one-to-one" });
  const fields = detectionFields(state), card = pictureCard(state), chosen = objectCard(state), table = countTable(models > 1 ? meta.models : meta.counting, models > 1 ? "one-to-one: each truth takes one prediction" : undefined);
  const root = frame(meta.title, {
    head: fields.elements,
    main: [beside ? sideBySide(meta.models, [stage, beside]) : stage, count > 1 ? strip : null],
    side: [...card.elements, h("div", {}, h("h3", {}, "Counted"), table.element), chosen.element],
    foot: detectionHelp(meta.note),
    width: "20.5rem", // for the table of counts, headings on one line
  });
  keepKeys(root);
  el.replaceChildren(root);

  let colours = palette(root, meta.looks);
  const drawings = [stage, beside].flatMap((place, one) => (place ? [detectionDrawing(state, root, place, () => loop.again(), one)] : []));
  const drawStrip = f1Strip(state, strip);
  const counting = countingLoop(state, table, () => drawStrip(colours));
  detectionKeys(state, root);
  pressObjects(state, stage);
  const loop = drawingLoop(model, root, {
    often: ["chosen", "threshold", nearName, "picture", "cells"], seldom: [],
    below: () => drawings.forEach((drawing) => (colours = drawing.below())),
    above: () => drawings.forEach((drawing) => drawing.above()),
    words() {
      fields.show();
      table.showPicture(countsIn(state, (one) => state.matched(state.placeOf(one)).counts));
      chosen.show();
      stage.setAttribute("aria-valuenow", String(model.get("picture")));
      stage.setAttribute("aria-valuetext", card.show());
      counting.countAll();
    },
  });
  return () => (loop.stop(), counting.cancel());
}

/** The stages of two models, each below its name. @param {string[]} names @param {HTMLElement[]} stages */
const sideBySide = (names, stages) =>
  h("div", { class: "ek-models" }, ...stages.map((stage, i) => h("div", {}, h("h3", {}, names[i]), stage)));

/**
 * The strip below the picture: F1 of every picture as a bar.
 * @param {DetectionState} state
 * @param {HTMLElement} strip
 */
function f1Strip({ model, meta, count, models, matched, choose, nearName }, strip) {
  const draw = pictureStrip(strip, choose), pictures = meta.pictures.map((_, i) => i);
  return (/** @type {Palette} */ colours) => draw(colours, {
    pictures, follows: [model.get("threshold"), model.get(nearName)], chosen: model.get("picture"), caption: models > 1 ? `F1 of ${meta.models[1]}, one-to-one; most lost against ${meta.models[0]} first` : "F1 of each picture, one-to-one; worst first when this was opened",
    bar(i) {
      const { f1 } = ratesOf(matched(i + (models - 1) * count).counts["one-to-one"]);
      return { share: f1, colour: f1 < 1 ? colours.series[0] : colours.series[2] };
    },
  });
}

/**
 * The fields in the head: picture, score, distance or IoU, cells.
 * @param {DetectionState} state
 */
function detectionFields({ model, meta, boxes, count, nearName, choose }) {
  const picture = numberField("picture", { min: 1, max: count, step: 1 }, (number) => choose(number - 1));
  const steps = stepButtons("picture", (step) => choose(model.get("picture") + step));
  const threshold = rangeField("score at least", 0, 1, 0.01, (value) => put(model, "threshold", value));
  const near = boxes
    ? rangeField("IoU at least", 0.05, 0.95, 0.05, (value) => put(model, nearName, value))
    : rangeField("distance up to", 0, 0.5, 0.01, (value) => put(model, nearName, value));
  const cells = checkField("cells", (checked) => put(model, "cells", checked));
  const show = () => {
    picture.show(model.get("picture") + 1);
    threshold.show(model.get("threshold"));
    near.show(model.get(nearName));
    cells.show(model.get("cells"));
  };
  return { elements: [picture.label, `of ${count}`, count > 1 ? steps : null, threshold.label, near.label, meta.cells ? cells.label : null], show };
}

export default { render };

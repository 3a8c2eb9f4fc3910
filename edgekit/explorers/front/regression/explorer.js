// The explorer of regressions: predicted against expected, the errors over the range with a threshold to drag, the
// windows furthest off in a row, and the signal of the chosen one. Drawn from arrays that are here; Python hears of it after.
import { axisLegend } from "../shared/axis_legend.js";
import { frame, h, numberField, stepButtons } from "../shared/elements.js";
import { drawingLoop } from "../shared/frames.js";
import { keepKeys } from "../shared/keyboard.js";
import { onDrag } from "../shared/dragging.js";
import { timeScale } from "../shared/scales.js";
import { pictureStrip } from "../shared/strip.js";
import { sayThreshold, thresholdButtons } from "../shared/threshold.js";
import { isBeyond } from "../shared/threshold_rules.js";
import { palette } from "../shared/theme.js";
import { regressionDrawing } from "./drawing.js";
import { regressionHelp, regressionKeys } from "./keys.js";
import { pressPanels } from "./pressing.js";
import { regressionData, regressionState } from "./state.js";
import { allowedTable, figureTable, windowCard } from "./text.js";
/** @import { RegressionState } from "./state.js" */

/** @type {Render<RegressionTraits>} */
function render({ model, el }) {
  const state = regressionState(model), { meta } = state, places = regressionPlaces(state);
  const { panels, strip, signal, picture, knob } = places, legend = axisLegend(model, meta);
  const fields = regressionFields(state), card = windowCard(state), allowed = allowedTable(state);
  const root = frame(meta.title, {
    head: fields.elements,
    main: [h("div", { class: "ek-stack" }, panels, knob), strip, ...(meta.axes.length ? [legend.element, signal] : []), meta.pictures ? picture : null],
    side: [card.element, allowed.element, figureTable(meta)],
    foot: regressionHelp(meta.note),
    width: "18.5rem", // for the figures with their intervals on one line
  });
  keepKeys(root);
  el.replaceChildren(root);

  const drawing = regressionDrawing(state, root, places, () => loop.again()), drawStrip = errorStrip(state, strip);
  let colours = palette(root, meta.looks);
  regressionKeys(state, root, knob);
  pressPanels(state, drawing, places);
  onDrag(signal, () => true, (event) =>
    state.chooseAt(timeScale(state.view(), signal.clientWidth).ms(event.clientX - signal.getBoundingClientRect().left)));
  const loop = drawingLoop(model, root, {
    sent: state,
    often: ["window", "threshold", "compared"], seldom: ["axes"],
    below() {
      colours = drawing.below();
      legend.show(colours);
    },
    above() {
      drawing.above();
      drawStrip(colours);
    },
    words() {
      drawing.placeKnob();
      fields.show();
      allowed.show();
      sayThreshold(model.get("threshold"), state.axis(), knob);
      panels.setAttribute("aria-valuenow", String(model.get("window")));
      panels.setAttribute("aria-valuetext", card.show());
    },
  });
  return loop.stop;
}

/**
 * Where something is drawn, and the knob of the threshold.
 * @param {RegressionState} state
 */
function regressionPlaces({ windows }) {
  const predicted = h("div", { class: "ek-track ek-high" }), errors = h("div", { class: "ek-track ek-high" });
  return {
    predicted, errors, signal: h("div", { class: "ek-track" }),
    picture: h("div", { class: "ek-track", role: "img", "aria-label": "picture of the chosen window" }),
    panels: h("div", {
      class: "ek-panels", tabindex: "0", role: "slider", "aria-label": "window",
      "aria-valuemin": 0, "aria-valuemax": Math.max(windows - 1, 0),
    }, predicted, errors),
    strip: h("div", { class: "ek-track ek-strip", role: "img", "aria-label": "the largest errors, one bar a window" }),
    knob: h("div", { class: "ek-knob", tabindex: "0", role: "slider", "aria-label": "threshold", "aria-orientation": "vertical" }),
  };
}

/**
 * The fields in the head: window and threshold.
 * @param {RegressionState} state
 */
function regressionFields(state) {
  const { model, meta, windows, choose, chooseError, setThreshold } = state;
  const place = numberField("window", { min: 0, max: windows - 1, step: 1 }, choose);
  const threshold = numberField("threshold: error up to", { min: 0, step: "any" }, setThreshold);
  const show = () => {
    place.show(model.get("window"));
    threshold.show(model.get("threshold"), 6);
  };
  const own = h("span", { class: "ek-group" }, threshold.label, ...thresholdButtons(state, meta.own));
  return { elements: [place.label, stepButtons("error", chooseError), own], show };
}

/**
 * The strip of the largest errors, worst first.
 * @param {RegressionState} state
 * @param {HTMLElement} strip
 */
function errorStrip({ model, meta, data, errorOf, choose }, strip) {
  const draw = pictureStrip(strip, choose), furthest = data.worst.subarray(0, meta.most.errors);
  const caption = `${furthest.length < data.worst.length ? `the ${furthest.length} largest errors` : "errors"}, largest first`;
  return (/** @type {Palette} */ colours) => {
    const threshold = model.get("threshold");
    draw(colours, {
      pictures: furthest, follows: [threshold], chosen: model.get("window"), line: Math.min(threshold / meta.widest, 1), caption,
      bar(i) {
        const size = Math.abs(errorOf(i));
        return { share: Math.min(size / meta.widest, 1), colour: colours.kind(isBeyond(size, threshold) ? "beyond" : "within") };
      },
    });
  };
}

/** Called once a widget, before it is shown. @param {{model: Model<RegressionTraits>}} widget */
const initialize = ({ model }) => void regressionData(model);

export default { initialize, render };

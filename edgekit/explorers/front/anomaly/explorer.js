// The explorer of anomaly blocks: the signal, the scores with a threshold to drag, one window in detail, and what the
// threshold does to normal and anomalous windows. All of it is drawn from arrays that are here; Python hears of it after.
import { axisLegend } from "../shared/axis_legend.js";
import { button, checkField, frame, h, numberField, selectField, stepButtons } from "../shared/elements.js";
import { drawingLoop } from "../shared/frames.js";
import { keepKeys } from "../shared/keyboard.js";
import { put } from "../shared/model.js";
import { counted, figure, percent, seconds } from "../shared/numbers.js";
import { readout } from "../shared/readout.js";
import { labelAt, sampleAt, sampleBand } from "../shared/sample_band.js";
import { sampleField } from "../shared/sample_field.js";
import { sayThreshold, thresholdButtons } from "../shared/threshold.js";
import { timeGestures, timeUnder } from "../shared/time_gestures.js";
import { verdictTable } from "../shared/verdict_table.js";
import { anomalyDrawing } from "./drawing.js";
import { anomalyHelp, anomalyKeys } from "./keys.js";
import { anomalyState } from "./state.js";
import { dragThreshold } from "./threshold_drag.js";
import { windowCard } from "./window_card.js";
/** @import { AnomalyState } from "./state.js" */

/** @type {Stop[]} */
const STOPS = ["alarms", "events", "false alarms", "misses"];

/** @type {Render<AnomalyTraits>} */
function render({ model, el }) {
  const state = anomalyState(model), { meta, data, windows } = state;
  const knob = h("div", { class: "ek-knob", tabindex: "0", role: "slider", "aria-label": "threshold", "aria-orientation": "vertical" });
  const signal = h("div", { class: "ek-track", hidden: meta.axes.length ? null : "" }), band = sampleBand(meta, data), scores = h("div", { class: "ek-track ek-tall" });
  const histogram = h("div", { class: "ek-track ek-flat", role: "img", "aria-label": "histogram of scores" });
  const tracks = h("div", {
    class: "ek-tracks", tabindex: "0", role: "slider", "aria-label": "window",
    "aria-valuemin": 0, "aria-valuemax": Math.max(windows - 1, 0),
  }, signal, band.element, scores), stack = h("div", { class: "ek-stack" }, tracks, knob);
  const fields = anomalyFields(state), legend = axisLegend(model, meta);
  const card = windowCard(model, meta, data), verdict = verdictTable({
    known: state.known, things: "windows", sides: ["above", "not above"],
    compared: [["above", "windows above"], ["events", "events"], ["fp", "false alarms"], ["fn", "missed"]],
    rates: [["precision", "precision", percent], ["recall", "recall", percent], ["perHour", "false alarms an hour", (rate) => figure(rate, 1)]],
  });
  const root = frame(meta.title, {
    head: [...fields.elements, button("show all", () => put(model, "span", []))],
    main: [legend.element, stack, histogram],
    side: [card.element, verdict.element, ...card.bars],
    foot: anomalyHelp(meta.note),
  });
  keepKeys(root);
  el.replaceChildren(root);

  const places = { signal, scores, histogram, knob }, drawing = anomalyDrawing(state, root, places);
  anomalyKeys(state, root, knob);
  const { nearLine } = dragThreshold(state, places);
  timeGestures(model, meta.end, signal, { choose: state.chooseAt, zooms: true });
  timeGestures(model, meta.end, scores, { choose: state.chooseAt, taken: nearLine });
  timeGestures(model, meta.end, band.element, { choose: state.chooseAt });
  readout(stack, [signal, band.element, scores], (event) => underPointer(state, timeUnder(model, meta.end, scores, event.clientX)));
  return drawingLoop(model, root, {
    sent: state,
    often: ["window", "threshold", "compared", "stops", "_meta"], seldom: ["span", "axes", "log_scale"],
    below() {
      const colours = drawing.below();
      legend.show(colours);
      band.draw(colours, state.view());
    },
    above: drawing.above,
    words() {
      drawing.placeKnob();
      fields.show();
      const threshold = model.get("threshold"), chosen = model.get("window");
      sayThreshold(threshold, state.axis(), knob);
      tracks.setAttribute("aria-valuenow", String(chosen));
      if (windows) tracks.setAttribute("aria-valuetext", card.show(chosen, threshold));
      if (threshold === null) return verdict.show("no threshold", null);
      const counts = state.countsAt(threshold), other = state.other();
      const words = `${counts.above} of ${counted(windows, "window")} above, in ${counted(counts.events, "event")}`;
      verdict.show(words, counts, other && { ...other, counts: state.countsAt(other.value) });
    },
  }).stop;
}

/**
 * What lies at a time, in one line: whose it is, when, how the window there scores, which label holds.
 * @param {AnomalyState} state
 * @param {number} ms
 */
function underPointer({ meta, data, windowAt }, ms) {
  const sample = meta.samples[sampleAt(meta.samples, ms)], i = windowAt(ms);
  const score = i < 0 ? "no window" : `window ${i}: ${figure(data.score[i], 2)}`;
  return [sample.name, meta.timed && seconds(Math.round(ms - sample.start)), score, labelAt(meta, data, ms)].filter(Boolean).join(" · ");
}

/**
 * The fields in the head: sample, window, threshold, scale.
 * @param {AnomalyState} state
 */
function anomalyFields(state) {
  const { model, meta, data, windows, known, choose, chooseSample, chooseStop, setThreshold } = state;
  const sample = sampleField(meta.samples, chooseSample);
  const place = numberField("window", { min: 0, max: windows - 1, step: 1 }, choose);
  const threshold = numberField("threshold", { step: "any" }, setThreshold);
  const stops = selectField("go to", known ? STOPS : STOPS.slice(0, 2), (kind) => put(model, "stops", /** @type {Stop} */ (kind)));
  const logarithmic = checkField("log scale", (checked) => put(model, "log_scale", checked));
  const show = () => {
    sample.show(data.sample[model.get("window")]);
    place.show(model.get("window"));
    threshold.show(model.get("threshold"), 6);
    stops.show(model.get("stops"));
    logarithmic.show(model.get("log_scale"));
  };
  const group = (/** @type {Node[]} */ ...parts) => h("span", { class: "ek-group" }, ...parts);
  return {
    elements: [
      ...sample.elements, place.label, group(stops.label, stepButtons("stop", chooseStop)),
      group(threshold.label, ...thresholdButtons(state, meta.own)), logarithmic.label,
    ],
    show,
  };
}

export default { render };

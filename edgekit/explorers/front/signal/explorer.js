// The explorer of a signal: every axis over time, the reading under the pointer, figures of the time on show.
import { axisLegend } from "../shared/axis_legend.js";
import { button, frame, h, numberField, stepButtons } from "../shared/elements.js";
import { drawingLoop } from "../shared/frames.js";
import { keepKeys } from "../shared/keyboard.js";
import { put } from "../shared/model.js";
import { readout } from "../shared/readout.js";
import { sampleBand } from "../shared/sample_band.js";
import { sampleField } from "../shared/sample_field.js";
import { timeGestures, timeUnder } from "../shared/time_gestures.js";
import { signalDrawing } from "./drawing.js";
import { signalHelp, signalKeys } from "./keys.js";
import { signalState } from "./state.js";
import { readingCard, readingIn, stretchTable } from "./text.js";

/** @type {Render<SignalTraits>} */
function render({ model, el }) {
  const state = signalState(model), { meta, data, readings, chosen, choose, indexAt } = state;
  const track = h("div", { class: "ek-track ek-high" }), band = sampleBand(meta, data);
  const tracks = h("div", {
    class: "ek-tracks", tabindex: "0", role: "slider", "aria-label": "reading",
    "aria-valuemin": 0, "aria-valuemax": Math.max(readings - 1, 0),
  }, track, band.element), stack = h("div", { class: "ek-stack" }, tracks);
  const sample = sampleField(meta.samples, state.chooseSample);
  const timeField = numberField("time in ms", { min: 0, max: meta.end, step: "any" }, (ms) => choose(indexAt(ms)));
  const legend = axisLegend(model, meta), card = readingCard(state), table = stretchTable(state);
  const root = frame(meta.title, {
    head: [...sample.elements, timeField.label, stepButtons("reading", (step) => choose(chosen() + step)), button("show all", () => put(model, "span", []))],
    main: [legend.element, stack],
    side: [card.element, table.element],
    foot: signalHelp(),
    width: "15.5rem", // for the four figures of each axis
  });
  keepKeys(root);
  el.replaceChildren(root);

  const drawing = signalDrawing(state, root, track);
  signalKeys(state, root);
  timeGestures(model, meta.end, track, { choose: (ms) => choose(indexAt(ms)), zooms: true });
  timeGestures(model, meta.end, band.element, { choose: (ms) => choose(indexAt(ms)) });
  readout(stack, [track, band.element], (event) => readingIn(state, timeUnder(model, meta.end, track, event.clientX)));
  return drawingLoop(model, root, {
    often: ["time_ms"], seldom: ["span", "axes"],
    below() {
      const colours = drawing.below();
      legend.show(colours);
      band.draw(colours, state.view());
      table.showStretch();
    },
    above() {
      drawing.above();
      sample.show(state.sampleNow());
      timeField.show(model.get("time_ms"), 3);
      table.showMarked();
      tracks.setAttribute("aria-valuenow", String(chosen()));
      tracks.setAttribute("aria-valuetext", card.show());
    },
  }).stop;
}

export default { render };

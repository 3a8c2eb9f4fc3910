// The explorer of a signal: every axis over time, the reading under the pointer, figures of the time on show.
import { axisLegend } from "../shared/axis_legend.js";
import { button, frame, h, numberField } from "../shared/elements.js";
import { drawingLoop } from "../shared/frames.js";
import { keepKeys } from "../shared/keyboard.js";
import { put } from "../shared/model.js";
import { timeGestures } from "../shared/time_gestures.js";
import { signalDrawing } from "./drawing.js";
import { signalHelp, signalKeys } from "./keys.js";
import { signalState } from "./state.js";
import { readingCard, stretchTable } from "./text.js";

/** @type {Render<SignalTraits>} */
function render({ model, el }) {
  const state = signalState(model), { meta, readings, chosen, choose, indexAt } = state;
  const track = h("div", { class: "ek-track ek-high" });
  const tracks = h("div", {
    class: "ek-tracks", tabindex: "0", role: "slider", "aria-label": "reading",
    "aria-valuemin": 0, "aria-valuemax": Math.max(readings - 1, 0),
  }, track);
  const timeField = numberField("time in ms", { min: 0, max: meta.end, step: "any" }, (ms) => choose(indexAt(ms)));
  const legend = axisLegend(model, meta), card = readingCard(state), table = stretchTable(state);
  const root = frame(meta.title, {
    head: [timeField.label, button("show all", () => put(model, "span", []))],
    main: [legend.element, h("div", { class: "ek-stack" }, tracks)],
    side: [card.element, table.element],
    foot: signalHelp(),
  });
  keepKeys(root);
  el.replaceChildren(root);

  const drawing = signalDrawing(state, root, track);
  signalKeys(state, root);
  timeGestures(model, meta.end, track, { choose: (ms) => choose(indexAt(ms)), zooms: true });
  return drawingLoop(model, root, {
    often: ["time_ms"], seldom: ["span", "axes"],
    below() {
      legend.show(drawing.below());
      table.showStretch();
    },
    above() {
      drawing.above();
      timeField.show(model.get("time_ms"), 3);
      table.showMarked();
      tracks.setAttribute("aria-valuenow", String(chosen()));
      tracks.setAttribute("aria-valuetext", card.show());
    },
  }).stop;
}

export default { render };

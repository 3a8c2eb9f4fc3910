// The explorer of a classifier: the confusion matrix, windows in small pictures with the most confident mistake first, one
// window in detail, and what the confidence threshold does. All of it is counted here; Python hears of it after.
import { axisLegend } from "../shared/axis_legend.js";
import { button, frame, h, numberField, rangeField, selectField, stepButtons } from "../shared/elements.js";
import { drawingLoop } from "../shared/frames.js";
import { keepKeys } from "../shared/keyboard.js";
import { classificationDrawing } from "./drawing.js";
import { classificationHelp, classificationKeys } from "./keys.js";
import { confusionMatrix } from "./matrix.js";
import { classificationData, classificationState } from "./state.js";
import { curveTable, thresholdTable, windowCard } from "./text.js";
import { thresholdButtons } from "../shared/threshold.js";
import { thumbnails } from "../shared/thumbnails.js";
/** @import { ClassificationState } from "./state.js" */

/** @type {Render<ClassificationTraits>} */
function render({ model, el }) {
  const state = classificationState(model), { meta, data, labels, unsure } = state;
  const matrix = h("div", {
    class: "ek-matrix", tabindex: "0", role: "slider", "aria-label": "cell of the confusion matrix",
    "aria-valuemin": 0, "aria-valuemax": labels * (unsure + 1),
  });
  const curve = h("div", { class: "ek-curve", role: "img", "aria-label": "reliability curve" });
  const tiles = h("div", {
    class: "ek-track ek-tiles", tabindex: "0", role: "slider", "aria-label": "window", "aria-valuemin": 0,
    "aria-valuemax": Math.max(state.windows - 1, 0),
  });
  const signal = h("div", { class: "ek-track", role: "img", "aria-label": "signal of the chosen window" });
  const fields = classificationFields(state), legend = axisLegend(/** @type {any} */ (model), meta);
  const card = windowCard(state), table = thresholdTable(state), cells = confusionMatrix(state, matrix);
  const root = frame(meta.title, {
    head: fields.elements,
    main: [
      meta.judged ? h("div", { class: "ek-beside" }, matrix, curve) : h("p", { class: "ek-quiet" }, "No window has an expected label and a probability: nothing says which are right."),
      tiles, ...(meta.pictures ? [] : [legend.element, signal]),
    ],
    side: [...card.elements, table.element, ...(meta.judged ? [curveTable(data.curve)] : [])],
    foot: classificationHelp(meta.note),
  });
  keepKeys(root);
  el.replaceChildren(root);

  const drawing = classificationDrawing(state, root, { curve, tiles, signal }, cells, thumbnails(data, () => loop.all()));
  classificationKeys(state, root, matrix, cells);
  const loop = drawingLoop(model, root, {
    sent: state,
    often: ["window", "threshold", "compared", "matrix_cell", "label", "sample", "show", "order"], seldom: ["axes"],
    below: () => legend.show(drawing.below()),
    above: drawing.above,
    words() {
      fields.show();
      table.show();
      matrix.setAttribute("aria-valuenow", String(cells.now()));
      matrix.setAttribute("aria-valuetext", cells.say());
      tiles.setAttribute("aria-valuenow", String(model.get("window")));
      tiles.setAttribute("aria-valuetext", card.show());
    },
  });
  return loop.stop;
}

/**
 * The fields in the head: threshold, filters, order.
 * @param {ClassificationState} state
 */
function classificationFields(state) {
  const { model, meta, windows, at, choose, chooseAt, narrow, setThreshold } = state;
  const place = numberField("window", { min: 0, max: windows - 1, step: 1 }, choose);
  const threshold = rangeField("threshold", 0, 1, 0.005, setThreshold);
  const shown = selectField("show", ["all", "right", "wrong", "uncertain"], (value) => narrow("show", value));
  const label = selectField("label", [["", "any"], ...meta.labels], (value) => narrow("label", value));
  const sample = numberField("sample", { step: 1 }, (id) => (meta.ids.includes(id) ? narrow("sample", id) : undefined));
  const order = selectField("order", meta.orders, (value) => narrow("order", value));
  const all = button("show all", () => {
    for (const [name, value] of /** @type {const} */ ([["matrix_cell", []], ["label", ""], ["sample", null], ["show", "all"]])) narrow(name, value);
  });
  const show = () => {
    place.show(model.get("window"));
    threshold.show(model.get("threshold"));
    shown.show(model.get("show"));
    label.show(model.get("label"));
    sample.show(model.get("sample"));
    order.show(model.get("order"));
  };
  const own = h("span", { class: "ek-group" }, threshold.label, ...thresholdButtons(state, meta.own));
  return { elements: [place.label, stepButtons("window", (step) => chooseAt(at() + step)), own, order.label, shown.label, label.label, sample.label, all], show };
}

/** Called once a widget, before it is shown. @param {{model: Model<ClassificationTraits>}} widget */
const initialize = ({ model }) => void classificationData(model);

export default { initialize, render };

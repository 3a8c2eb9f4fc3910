// The explorer of a whole set's features: windows as points, a lasso that selects some, and what is known of one.
// All of it is drawn and counted here; Python hears of it after.
import { onDrag } from "../shared/dragging.js";
import { button, frame, h, numberField, selectField } from "../shared/elements.js";
import { drawingLoop } from "../shared/frames.js";
import { keepKeys } from "../shared/keyboard.js";
import { put, watch } from "../shared/model.js";
import { featuresDrawing } from "./drawing.js";
import { featuresHelp, featuresKeys } from "./keys.js";
import { extended } from "./lasso.js";
import { featuresState } from "./state.js";
import { colourLegend, selectionCard, windowCard } from "./text.js";
/** @import { FeaturesState } from "./state.js" */

const CLICK = 5; // pixels; a press that moves no further chooses a window

/** @type {Render<FeaturesTraits>} */
function render({ model, el }) {
  const state = featuresState(model), { meta } = state;
  const place = h("div", {
    class: "ek-stage ek-points", tabindex: "0", role: "slider", "aria-label": "window",
    "aria-valuemin": 0, "aria-valuemax": Math.max(state.windows - 1, 0),
  });
  const fields = featuresFields(state), card = windowCard(state), selected = selectionCard(state), legend = colourLegend(state);
  const root = frame(meta.title, {
    head: fields.elements, main: [legend.element, place], side: [card.element, selected.element], foot: featuresHelp(meta.note),
  });
  keepKeys(root);
  el.replaceChildren(root);

  const drawing = featuresDrawing(state, root, place);
  featuresKeys(state, root);
  const loop = drawingLoop(model, root, {
    often: ["window"], seldom: ["by", "view"],
    below: () => legend.show(drawing.below()),
    above: drawing.above,
    words() {
      fields.show();
      place.setAttribute("aria-valuenow", String(model.get("window")));
      place.setAttribute("aria-valuetext", card.show());
    },
  });
  const select = () => {
    drawing.select();
    selected.show();
    loop.again();
  };
  lassoWith(state, place, drawing, loop.again);
  selected.show();
  const end = watch(model, ["lasso", "label", "view"], select);
  return () => {
    end();
    loop.stop();
  };
}

/**
 * The hand: a click chooses a window, a path becomes the lasso.
 * @param {FeaturesState} state
 * @param {HTMLElement} place
 * @param {ReturnType<typeof featuresDrawing>} drawing
 * @param {() => void} again
 */
function lassoWith({ choose, setLasso }, place, drawing, again) {
  /** @type {number[]} */
  let path = [];
  const at = (/** @type {PointerEvent} */ { clientX, clientY }) => {
    const { left, top } = place.getBoundingClientRect();
    return /** @type {const} */ ([clientX - left, clientY - top]);
  };
  onDrag(place, () => true, (event, first) => {
    path = extended(first ? [] : path, ...at(event));
    drawing.sketch(path);
    again();
  }, (event) => {
    const [x, y] = at(event), moved = path.some((value, i) => Math.abs(value - path[i % 2]) > CLICK), near = moved ? -1 : drawing.windowAt(x, y);
    drawing.sketch([]);
    if (moved && path.length >= 6) setLasso(drawing.inView(path));
    else if (near >= 0) choose(near);
    again();
  });
}

/**
 * The fields in the head: window, colour, label, view.
 * @param {FeaturesState} state
 */
function featuresFields({ model, meta, windows, choose, clear, show: showView }) {
  const place = numberField("window", { min: 0, max: windows - 1, step: 1 }, choose);
  const by = selectField("colour", meta.by.map((name) => [name, name === "correct" ? "right or wrong" : name]), (value) => put(model, "by", value));
  const label = selectField("select label", [["", "any"], ...meta.labels], (value) => put(model, "label", value));
  const view = selectField("view", meta.views.map(({ name }) => name), showView);
  const show = () => {
    place.show(model.get("window"));
    by.show(model.get("by"));
    label.show(model.get("label"));
    view.show(model.get("view"));
  };
  const views = meta.views.length > 1 ? [view.label] : [];
  return { elements: [place.label, by.label, label.label, ...views, button("select nothing", clear)], show };
}

export default { render };

// All blocks of a result, a tab each. The explorer in a tab is a widget of its own; Python makes it when the tab is opened.
import { h } from "../shared/elements.js";
import { watch } from "../shared/model.js";
import { showTabs } from "./tab_list.js";

const REFERENCE = "IPY_MODEL_"; // how a trait names a widget

/** @type {Render<ResultTraits>} */
function render({ model, el }) {
  /** @type {Map<number, HTMLElement>} */
  const waiting = new Map();
  /** @type {{remove(): void}[]} */
  const views = [];
  /** @param {number} tab @param {HTMLElement} panel */
  async function fill(tab, panel) {
    const reference = model.get("_children")[tab], manager = model.widget_manager;
    if (!reference || !manager) {
      waiting.set(tab, panel);
      panel.replaceChildren(h("p", { class: "ek-quiet", role: "status" }, "opening …"));
      model.send?.({ tab });
      return;
    }
    const view = await manager.create_view(await manager.get_model(reference.slice(REFERENCE.length)));
    views.push(view);
    panel.replaceChildren(view.el);
  }
  const came = () => {
    for (const [tab, panel] of waiting) {
      if (!model.get("_children")[tab]) continue;
      waiting.delete(tab);
      void fill(tab, panel);
    }
  };
  const ends = [watch(model, ["_children"], came), showTabs(model, el, (tab, panel) => void fill(tab, panel))];
  return () => {
    for (const end of ends) end();
    for (const view of views) view.remove();
  };
}

export default { render };

// The explorer of the chosen sample, beside the table: a widget of its own, which Python makes.
import { h } from "../shared/elements.js";
/** @import { ProjectState } from "./state.js" */

/**
 * @param {ProjectState} state
 * @param {HTMLElement} root
 */
export function openedExplorer({ model, columns, ids }, root) {
  const said = h("p", { class: "ek-quiet", role: "status" }), place = h("div"), element = h("div", { class: "ek-opened" }, said, place);
  /** @type {{ remove(): void } | null} */
  let view = null;
  let id = "";
  async function change() {
    const now = model.get("_opened");
    if (now === id) return;
    id = now;
    view?.remove();
    view = null;
    place.replaceChildren();
    if (!now || !model.widget_manager) return;
    const child = await model.widget_manager.get_model(now), made = await model.widget_manager.create_view(child);
    if (id !== now) return made.remove(); // another one was chosen by then
    view = made;
    place.replaceChildren(made.el);
  }
  /** @param {number} sample */
  const nameOf = (sample) => {
    const row = ids.indexOf(sample), name = columns.find((column) => column.name === "filename");
    return `${name && row >= 0 ? (name.texts[name.values[row]] ?? "") : ""} (sample ${sample})`;
  };
  return {
    element,
    show() {
      const sample = model.get("sample"), problem = model.get("_problem");
      root.classList.toggle("ek-beside-table", sample !== null && Boolean(model.send));
      element.hidden = sample === null;
      if (sample !== null) {
        const opening = model.send ? (model.get("_opened") ? "" : "is being opened …") : "was chosen: its own explorer opens in a notebook only.";
        said.textContent = problem || (opening && `${nameOf(sample)} ${opening}`);
        said.hidden = !said.textContent;
      }
      change();
    },
    stop: () => view?.remove(),
  };
}

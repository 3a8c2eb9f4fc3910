// The explorer of a whole project: all samples in a table that one sorts, filters and searches, and the explorer of the one that is
// chosen beside it. Rows are drawn as they are scrolled to; of what is seen, signals and pictures are asked of Python.
import { button, frame, h } from "../shared/elements.js";
import { drawingLoop, oncePerFrame } from "../shared/frames.js";
import { keepKeys } from "../shared/keyboard.js";
import { put } from "../shared/model.js";
import { counted } from "../shared/numbers.js";
import { palette } from "../shared/theme.js";
import { STRIP, isWhole, widths } from "./cells.js";
import { projectHead } from "./heads.js";
import { projectHelp, projectKeys } from "./keys.js";
import { openedExplorer } from "./opened.js";
import { projectRows } from "./rows.js";
import { projectState } from "./state.js";
import { stripColumn } from "./strip_column.js";
import { projectStrips } from "./strips.js";
/** @import { ProjectState } from "./state.js" */

/** @type {Render<ProjectTraits>} */
function render({ model, el }) {
  const state = projectState(model), { meta, shown } = state, { head, body, grid } = projectGrid(state);
  const tools = projectTools(state, grid);
  const root = frame(meta.title, { head: tools.elements, main: [grid], side: [], foot: projectHelp(meta.note) });
  const opened = openedExplorer(state, root);
  root.querySelector(".ek-side")?.replaceWith(opened.element);
  keepKeys(root);
  el.replaceChildren(root);

  let colours = palette(root, meta.looks), at = 0;
  const strips = projectStrips(model, state.arrays, () => loop.again());
  const lines = projectRows(state, grid, body), showStrips = stripColumn(body, meta.row);
  const headHigh = () => head.element.offsetHeight;
  const go = (/** @type {number} */ place) => {
    at = state.within(place);
    lines.reveal(at, headHigh());
    loop.again();
  };
  projectKeys(state, grid, { now: () => state.within(at), go });
  pressing(state, body, lines, { now: () => at, go });
  const see = () => {
    lines.show(shown(), state.within(at));
    showStrips(lines.lines(), colours, strips.of);
    grid.setAttribute("aria-activedescendant", lines.idOf(state.within(at)) ?? "");
    strips.want(() => lines.lines().map(({ row }) => row));
  };
  const scrolled = oncePerFrame(see); // all but the rows stays as it is
  grid.addEventListener("scroll", scrolled.ask, { passive: true });
  const sizes = new ResizeObserver(scrolled.ask); // beside an opened sample the table is as high as that, which takes time to come
  sizes.observe(grid);
  const loop = drawingLoop(model, root, {
    often: ["sort", "filters", "search", "selected", "sample", "_opened", "_problem"], seldom: [], sent: { meta, data: state.arrays },
    below: () => void (colours = palette(root, meta.looks)),
    above() {
      see();
      head.show(colours);
      tools.show();
      opened.show();
    },
  });
  return () => {
    loop.stop();
    sizes.disconnect();
    scrolled.cancel();
    strips.stop();
    opened.stop();
  };
}

/** The table, without rows yet. @param {ProjectState} state */
function projectGrid(state) {
  const { columns, meta, rows } = state, head = projectHead(state), body = h("div", { role: "rowgroup", class: "ek-rows" });
  const grid = h("div", {
    class: "ek-table", tabindex: "0", role: "grid", "aria-label": "samples", "aria-multiselectable": "true",
    "aria-rowcount": rows + 1, "aria-colcount": columns.length + 2,
  }, h("div", { role: "rowgroup", class: "ek-table-head" }, head.element), body);
  // beside an opened sample, whose signal is seen there, the columns up to the scores have the room of the strips
  for (const [name, { columns: each, whole }] of /** @type {const} */ ([["", widths(columns, STRIP, 1)], ["-beside", widths(columns, 0, 0.62)]])) {
    grid.style.setProperty(`--ek-columns${name}`, each);
    grid.style.setProperty(`--ek-whole${name}`, whole);
  }
  grid.style.setProperty("--ek-high", `${meta.row}px`);
  return { head, body, grid };
}

/**
 * A press opens a row; on the tick, or with ctrl or cmd, it ticks it; with shift it ticks all from the last one on.
 * @param {ProjectState} state
 * @param {HTMLElement} body
 * @param {ReturnType<typeof projectRows>} lines
 * @param {{ now: () => number, go: (at: number) => void }} cursor
 */
function pressing({ tick, tickBetween, open }, body, lines, { now, go }) {
  body.addEventListener("pointerover", ({ target }) => {
    if (target instanceof HTMLElement && target.role === "gridcell") target.title = target.textContent ?? ""; // it may be cut
  });
  body.addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target), line = lines.lines().find(({ element }) => element.contains(target));
    if (!line) return;
    const { at, row } = line;
    if (event.shiftKey) tickBetween(now(), at);
    else if (event.ctrlKey || event.metaKey || target.closest(".ek-tick")) tick(row);
    else open(row);
    go(at);
  });
}

/** Search, what is on show, the buttons that show all again. @param {ProjectState} state @param {HTMLElement} grid */
function projectTools({ model, rows, columns, shown, clear }, grid) {
  const input = h("input", { type: "search", "aria-label": "search", placeholder: "name, label, verdict, id" });
  input.addEventListener("input", () => put(model, "search", input.value));
  const said = h("span", { class: "ek-quiet", role: "status" });
  const worst = button("worst first", () => put(model, "sort", [])), all = button("show all", clear);
  const none = button("untick", () => put(model, "selected", [])), close = button("close sample", () => {
    put(model, "sample", null);
    grid.focus(); // the button is gone
  });
  function show() {
    if (input.value !== model.get("search")) input.value = model.get("search");
    const left = shown().length, ticked = model.get("selected").length;
    const missing = model.get("search").trim() && !columns.every(isWhole) ? "; most names are still to come" : "";
    said.textContent = `${left === rows ? "" : `${left} of `}${counted(rows, "sample")} on show${ticked ? `, ${ticked} ticked` : ""}${missing}`;
    none.hidden = !ticked;
    close.hidden = model.get("sample") === null;
    worst.setAttribute("aria-pressed", String(!model.get("sort").length));
  }
  return { elements: [said, h("label", {}, "search", input), worst, all, none, close], show };
}

export default { render };

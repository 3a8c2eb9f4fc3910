// The histogram in the head of a column: a bar, or several, leave their rows, by pointer and by keys.
import { canvasIn } from "../shared/canvas.js";
import { onDrag } from "../shared/dragging.js";
import { h } from "../shared/elements.js";
import { onKeys } from "../shared/keyboard.js";
import { clamp, counted, figure } from "../shared/numbers.js";
/** @import { ProjectState } from "./state.js" */

/**
 * @param {ProjectState} state
 * @param {number} i a column that has bars
 * @param {HTMLElement} said what is told of the bar one stands on, else of the filter
 */
export function filterHistogram(state, i, said) {
  const { columns, model, counts, covered, filterBars, setFilter } = state, column = columns[i];
  const bars = /** @type {NonNullable<ProjectState["bars"][number]>} */ (state.bars[i]), last = bars.count - 1;
  const element = h("div", {
    class: "ek-filter", tabindex: "0", role: "slider", "aria-label": `filter by ${column.title}`, "aria-valuemin": 0, "aria-valuemax": last,
  });
  const canvas = canvasIn(element);
  let bar = 0, begun = 0, focused = false;
  /** @type {Palette | null} */
  let palette = null;
  const filter = () => filterBars(i, Math.min(begun, bar), Math.max(begun, bar));
  function show(/** @type {Palette} */ colours) {
    palette = colours;
    const found = counts()[i], flags = covered(i);
    if (!found) return;
    drawBars(canvas.begin(), colours, found, flags, focused ? bar : -1);
    const text = `${bars.say(bar)}: ${found.left[bar]} of ${found.all[bar]}`;
    element.setAttribute("aria-valuenow", String(bar));
    element.setAttribute("aria-valuetext", `${text}${flags?.[bar] ? ", filtered for" : ""}`);
    said.textContent = said.title = focused ? text : saidOf(column, model.get("filters")[column.name]);
  }
  const again = () => palette && show(palette);
  /** @param {number} by */
  const move = (by) => (/** @type {KeyboardEvent} */ event) => {
    bar = clamp(bar + by, 0, last);
    if (event.shiftKey && column.kind === "number") filter();
    else begun = bar;
    again();
  };
  onKeys(element, {
    ArrowLeft: move(-1), ArrowRight: move(1), ArrowDown: move(-1), ArrowUp: move(1), Home: move(-last), End: move(last),
    Enter: filter, " ": filter, Escape: () => setFilter(column.name, null),
  });
  const barAt = (/** @type {PointerEvent} */ event) => {
    const { left, width } = element.getBoundingClientRect();
    return clamp(Math.floor(((event.clientX - left) / width) * bars.count), 0, last);
  };
  onDrag(element, () => true, (event, first) => {
    if (!first && (column.kind === "text" || bar === barAt(event))) return; // of texts each press is for one
    bar = barAt(event);
    if (first) begun = bar;
    filter();
  });
  element.addEventListener("dblclick", () => setFilter(column.name, null));
  for (const [name, now] of /** @type {const} */ ([["focus", true], ["blur", false]])) {
    element.addEventListener(name, () => {
      focused = now;
      again();
    });
  }
  return { element, show };
}

/**
 * All rows pale, those that are left on top of them; a line under the bars that are filtered for, a frame round that of the cursor.
 * @param {Surface} surface
 * @param {Palette} colours
 * @param {{ all: Float64Array, left: Float64Array }} counts
 * @param {Uint8Array | null} flags
 * @param {number} cursor
 */
function drawBars({ context, width, height }, colours, { all, left }, flags, cursor) {
  const step = width / all.length, wide = step - (step > 4 ? 1 : 0), most = Math.max(...all, 1);
  const tall = (/** @type {number} */ count) => count && Math.max((count / most) * (height - 3), 1.5);
  for (let k = 0; k < all.length; k++) {
    for (const [count, colour] of /** @type {const} */ ([[all[k], colours.line], [left[k], colours.series[0]]])) {
      context.fillStyle = colour;
      context.fillRect(k * step, height - tall(count), wide, tall(count));
    }
    context.fillStyle = colours.ink;
    if (flags?.[k]) context.fillRect(k * step, height - 2, wide, 2);
  }
  context.strokeStyle = colours.ink;
  if (cursor >= 0) context.strokeRect(cursor * step + 0.5, 0.5, Math.max(step - 1, 1), height - 1);
}

/** What is said below a histogram: the filter, else what is in the column. @param {ProjectColumn} column @param {(string | number | null)[] | undefined} filter */
function saidOf({ kind, texts }, filter) {
  if (!filter) return kind === "text" ? counted(texts.length, "value") : "";
  if (kind === "text") return filter.map((text) => text || "missing").join(", ");
  const [low, high] = /** @type {(number | null)[]} */ (filter);
  return low === null ? `up to ${figure(high, 2)}` : high === null ? `from ${figure(low, 2)}` : `${figure(low, 2)} to ${figure(high, 2)}`;
}

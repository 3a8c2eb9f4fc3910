// What explorers are built of: elements, fields bound to a trait, bars, the line of help.
import { fullWindow } from "./full_window.js";
import { clamp } from "./numbers.js";

/**
 * Build an element. Text goes in as text nodes, never as markup: names and labels come from a server.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number | boolean | null | undefined>} [attributes] without those that are null
 * @param {...(Node | string | null)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/**
 * Let an element say a text. One that it says already is left alone: each text that is written lays the page out anew.
 * @param {Element} element
 * @param {string} text
 */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Hide an element or show it again; left alone where it is as wished, as texts are.
 * @param {HTMLElement} element
 * @param {boolean} hidden
 */
export function hide(element, hidden) {
  if (element.hidden !== hidden) element.hidden = hidden;
}

/**
 * A way to show parts that come and go with the hand: first hidden, and once they were shown blank in their place while
 * they are not, so that the page around them is laid out once.
 * @param {HTMLElement[]} parts
 * @returns {(shown: boolean) => void}
 */
export function comeAndGo(parts) {
  let came = false;
  return (shown) => {
    came ||= shown;
    for (const part of parts) {
      hide(part, !came);
      part.classList.toggle("ek-blank", !shown);
    }
  };
}

/**
 * The frame of an explorer: title and fields, what is drawn, figures beside it, help below.
 * @param {string} title
 * @param {{head: (Node | string | null)[], main: (Node | null)[], side: Node[], foot: Node, width?: string}} parts `width`: of the side
 */
export function frame(title, { head, main, side, foot, width }) {
  const style = width && `--ek-side: ${width}`, told = h("span", { class: "ek-told", role: "status" });
  const framed = window.parent === window ? "" : " ek-framed";
  const root = h("div", { class: `ek${framed}`, style, tabindex: "-1", role: "group", "aria-label": title },
    h("div", { class: "ek-head" }, h("span", { class: "ek-title", title }, title), ...head, told),
    h("div", { class: "ek-main" }, ...main),
    h("div", { class: "ek-side" }, ...side),
    foot);
  told.before(fullWindow(root));
  root.addEventListener("ek-tell", (event) => (told.textContent = /** @type {CustomEvent<string>} */ (event).detail));
  return root;
}

/**
 * Tell something of what was done to an element, in the explorer's line for it; an empty text takes back what was told.
 * @param {Element} element
 * @param {string} text
 */
export const tell = (element, text) => void element.dispatchEvent(new CustomEvent("ek-tell", { detail: text, bubbles: true }));

/**
 * @param {string} text
 * @param {() => void} press
 */
export function button(text, press) {
  const element = h("button", { type: "button" }, text);
  element.addEventListener("click", press);
  return element;
}

/**
 * Two buttons that step through something, for the hand that has no keys; what `step` returns is told.
 * @param {string} thing
 * @param {(step: 1 | -1) => string | void} step
 */
export function stepButtons(thing, step) {
  return h("span", { class: "ek-steps" }, .../** @type {const} */ ([["‹", "previous", -1], ["›", "next", 1]]).map(([text, name, way]) => {
    const element = button(text, () => tell(element, step(way) || ""));
    element.setAttribute("aria-label", `${name} ${thing}`);
    return element;
  }));
}

/**
 * A labelled box to tick, bound to a trait.
 * @param {string} name
 * @param {(checked: boolean) => void} accept
 */
export function checkField(name, accept) {
  const input = h("input", { type: "checkbox" });
  input.addEventListener("change", () => accept(input.checked));
  return { label: h("label", {}, input, name), show: (/** @type {boolean} */ value) => void (input.checked = value) };
}

/**
 * A labelled number field bound to a trait; `accept(value)` puts it, and returns what there is to be told of it. That a
 * value is out of the field's range is told too. Returns the label and a way to show a value.
 * @param {string} name
 * @param {Record<string, string | number>} attributes
 * @param {(value: number) => string | void} accept
 */
export function numberField(name, attributes, accept) {
  let typing = false, last = "";
  const input = h("input", { type: "number", ...attributes });
  input.addEventListener("input", () => (typing = true));
  const take = () => {
    if (!typing) return;
    const typed = input.value;
    typing = false;
    input.value = last; // what was not accepted, or not as it stood there, does not stay
    if (typed === "") return;
    const said = accept(Number(typed));
    tell(input, beyondRange(name, attributes, Number(typed)) || said || "");
  };
  input.addEventListener("change", take);
  input.addEventListener("keydown", (event) => event.key === "Enter" && take()); // a notebook may keep Enter for itself
  input.addEventListener("blur", () => {
    typing = false; // a value that was typed and then taken back is not a change
    input.value = last;
  });
  const show = (/** @type {number | null} */ value, digits = 0) => {
    last = value === null ? "" : String(Number(value.toFixed(digits)));
    if (!typing && input.value !== last) input.value = last;
  };
  return { label: h("label", {}, name, input), show };
}

/**
 * @param {string} name
 * @param {Record<string, string | number>} range
 * @param {number} value
 */
function beyondRange(name, { min = -Infinity, max = Infinity }, value) {
  if (value >= Number(min) && value <= Number(max)) return "";
  return `${name}: ${max === Infinity ? `from ${min} on` : `from ${min} to ${max}`}, not ${value}`;
}

/**
 * A labelled slider bound to a trait, its value beside it.
 * @param {string} name
 * @param {number} min
 * @param {number} max
 * @param {number} step
 * @param {(value: number) => void} accept
 */
export function rangeField(name, min, max, step, accept) {
  const input = h("input", { type: "range", min, max, step }), value = h("output");
  input.addEventListener("input", () => accept(Number(input.value)));
  const show = (/** @type {number} */ now) => {
    if (input.value !== String(now)) input.value = String(now);
    write(value, now.toFixed(step < 0.01 ? 3 : 2));
  };
  return { label: h("label", {}, name, input, value), show };
}

/**
 * A labelled choice of one of several texts, bound to a trait.
 * @param {string} name
 * @param {(string | [value: string, text: string])[]} options a text that stands for another value comes with it
 * @param {(value: string) => void} accept
 */
export function selectField(name, options, accept) {
  const pairs = options.map((option) => (typeof option === "string" ? [option, option] : option));
  const select = h("select", { "aria-label": name }, ...pairs.map(([value, text]) => h("option", { value }, text)));
  select.addEventListener("change", () => accept(select.value));
  return { label: h("label", {}, name, select), show: (/** @type {string} */ value) => void (select.value = value) };
}

/**
 * Horizontal bars with their names and figures as text. Those that are there are used again.
 * @param {HTMLElement} list
 * @param {[name: string, share: number, text: string][]} rows `share` of the full width; below 0 hatched
 */
export function fillBars(list, rows) {
  for (let more = rows.length - list.childElementCount / 3; more > 0; more--) {
    list.append(h("dt"), h("dd", { class: "ek-bar", "aria-hidden": "true" }, h("i")), h("dd"));
  }
  while (list.childElementCount > 3 * rows.length) list.lastElementChild?.remove();
  rows.forEach(([name, share, text], i) => {
    const [title, bar, figure] = /** @type {HTMLElement[]} */ ([0, 1, 2].map((k) => list.children[3 * i + k]));
    write(title, (title.title = name));
    bar.classList.toggle("ek-less", share < 0);
    /** @type {HTMLElement} */ (bar.firstElementChild).style.width = `${100 * clamp(Math.abs(share), 0, 1)}%`;
    write(figure, text);
  });
}

/**
 * The rows of a table of two columns: names and figures. Those that are there are used again.
 * @param {HTMLTableSectionElement} body
 * @param {[name: string, figure: string][]} rows
 */
export function fillRows(body, rows) {
  while (body.rows.length < rows.length) body.append(h("tr", {}, h("th", { scope: "row" }), h("td")));
  while (body.rows.length > rows.length) body.deleteRow(-1);
  rows.forEach(([name, figure], i) => {
    const [title, value] = body.rows[i].cells;
    write(title, (title.title = name));
    write(value, figure);
  });
}

/**
 * The line of help below an explorer: lists are keys, texts stand as they are, and a note comes last.
 * @param {(string | string[])[]} parts
 */
export function keyHelp(parts, note = "") {
  const nodes = [...parts, note && ` · ${note}`].flatMap((part) => (Array.isArray(part) ? part.flatMap((key) => [h("kbd", {}, key), " "]) : [part]));
  return h("div", { class: "ek-foot" }, ...nodes);
}

// Tabs: a row of them, and a panel each. A tab's panel is filled when it is first opened, and stays.
import { h } from "../shared/elements.js";
import { keepKeys, onKeys } from "../shared/keyboard.js";
import { put, watch } from "../shared/model.js";
import { watchLook } from "../shared/theme.js";

/**
 * Show tabs whose open one is the trait `tab`; returns what ends it.
 * @param {Model<TabTraits>} model
 * @param {HTMLElement} el
 * @param {(tab: number, panel: HTMLElement) => void} fill
 */
export function showTabs(model, el, fill) {
  const { title, tabs } = model.get("_meta"), id = `ek-tab-${Math.random().toString(36).slice(2)}`;
  const buttons = tabs.map((name, i) =>
    h("button", { type: "button", role: "tab", id: `${id}-${i}`, "aria-controls": `${id}-panel-${i}`, title: name }, name));
  const panels = tabs.map((_, i) =>
    h("div", { class: "ek-panel", role: "tabpanel", id: `${id}-panel-${i}`, "aria-labelledby": `${id}-${i}` }));
  const list = h("div", { class: "ek-tabs", role: "tablist", "aria-label": title }, ...buttons);
  const root = h("div", { class: "ek-tabbed" }, list, ...panels), filled = new Set();
  const choose = (/** @type {number} */ i) => put(model, "tab", (i + tabs.length) % tabs.length);
  const go = (/** @type {number} */ i) => {
    choose(i);
    buttons[model.get("tab")].focus();
  };
  buttons.forEach((button, i) => button.addEventListener("click", () => choose(i)));
  onKeys(list, {
    ArrowLeft: () => go(model.get("tab") - 1), ArrowRight: () => go(model.get("tab") + 1),
    Home: () => go(0), End: () => go(tabs.length - 1),
  });
  function show() {
    const now = model.get("tab");
    tabs.forEach((_, i) => {
      buttons[i].setAttribute("aria-selected", String(i === now));
      buttons[i].tabIndex = i === now ? 0 : -1;
      panels[i].classList.toggle("ek-closed", i !== now);
    });
    if (!filled.has(now)) fill(now, panels[now]);
    filled.add(now);
  }
  keepKeys(list);
  el.replaceChildren(root);
  show();
  const ends = [watch(model, ["tab"], show), watchLook(root, () => {})];
  return () => ends.forEach((end) => end());
}

// The legend of a signal's axes: buttons in each axis's colour and dash, which show and hide it.
import { h } from "./elements.js";
import { put } from "./model.js";

/**
 * The dash of axis i: after the last colour they begin anew, with other dashes.
 * @param {Looks} looks
 * @param {number} i
 */
export const dashOf = ({ dashes, series }, i) => dashes[(i + Math.floor(i / series.length)) % dashes.length];

/**
 * A dash as CSS paints it, in the colour of the text.
 * @param {number[]} dash
 */
export function dashPicture(dash) {
  let at = 0;
  const stops = dash.map((length, i) => `${i % 2 ? "transparent" : "currentcolor"} ${at}px ${(at += length)}px`);
  return dash.length ? `repeating-linear-gradient(90deg, ${stops.join(", ")})` : "currentcolor";
}

/**
 * Buttons that show and hide axes; their state is the trait `axes`.
 * @param {Model<AxesTraits>} model
 * @param {TimelineMeta} meta
 */
export function axisLegend(model, meta) {
  const buttons = meta.axes.map((axis, i) => {
    const line = h("i", { "aria-hidden": "true" });
    line.style.background = dashPicture(dashOf(meta.looks, i));
    const button = h("button", { type: "button", title: `show or hide ${axis}` }, line, h("span", {}, meta.names[i]));
    button.addEventListener("click", () => {
      const shown = model.get("axes");
      const next = shown.includes(axis) ? shown.filter((name) => name !== axis) : [...shown, axis];
      put(model, "axes", meta.axes.filter((name) => next.includes(name)));
    });
    return { axis, button, line };
  });
  const show = (/** @type {Palette} */ colours) =>
    buttons.forEach(({ axis, button, line }, i) => {
      button.setAttribute("aria-pressed", String(model.get("axes").includes(axis)));
      line.style.color = colours.series[i % colours.series.length];
    });
  const element = h("div", { class: "ek-legend", role: "group", "aria-label": "axes of the signal" },
    ...buttons.map(({ button }) => button));
  return { element, show };
}

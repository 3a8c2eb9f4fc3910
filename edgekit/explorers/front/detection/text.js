// Text beside the picture: which one it is, how many objects of each kind, the chosen object and its distances.
import { contextOf } from "../shared/canvas.js";
import { h } from "../shared/elements.js";
import { drawMarker } from "./marker.js";
/** @import { DetectionState } from "./state.js" */

const LEFT_OVER = ["missed", "not in training"]; // kinds of truths without a prediction

/**
 * The picture's name, its numbers, its objects by kind; `show` returns what a screen reader says of it.
 * @param {DetectionState} state
 */
export function pictureCard({ model, meta, boxes, predictions, matched }) {
  const name = h("h3"), about = h("p", { class: "ek-quiet" }), kinds = h("ul", { class: "ek-kinds" });
  const elements = [
    h("div", { class: "ek-card", role: "group", "aria-label": "the picture" }, name, about),
    h("div", {}, kinds, h("p", { class: "ek-quiet" }, `filled: predictions, hollow${boxes ? " and dashed" : ""}: truths`)),
  ];
  const item = (/** @type {string} */ kind) => {
    const count = h("span"), canvas = h("canvas", { width: 36, height: 36, "aria-hidden": "true" }), context = contextOf(canvas);
    const { light, marker } = meta.looks.kinds[kind];
    context.scale(2, 2);
    drawMarker(context, marker, 9, 9, 5, LEFT_OVER.includes(kind), light);
    return { element: h("li", {}, canvas, count), count };
  };
  /** @type {Map<string, ReturnType<typeof item>>} */
  const items = new Map();
  function show() {
    const i = model.get("picture"), { truths, shown, found } = matched(), { name: title, server } = meta.pictures[i];
    name.textContent = title;
    about.textContent = `${truths.length} truths, ${shown.length} of ${predictions[i].length} predictions` +
      (server === null ? "" : ` · the server says ${meta.figure} ${server.toFixed(3)}`);
    /** @type {Map<string, number>} */
    const numbers = new Map();
    for (const { kind } of [...found.predictions, ...found.truths.filter((truth) => LEFT_OVER.includes(truth.kind))]) {
      numbers.set(kind, (numbers.get(kind) ?? 0) + 1);
    }
    const there = Object.keys(meta.looks.kinds).filter((kind) => numbers.has(kind)).map((kind) => {
      const known = items.get(kind) ?? item(kind);
      items.set(kind, known);
      known.count.textContent = `${numbers.get(kind)} ${kind}`;
      return known.element;
    });
    if (there.length !== kinds.childElementCount || there.some((element, at) => element !== kinds.children[at])) kinds.replaceChildren(...there);
    return `${title}: ${[...numbers].map(([kind, n]) => `${n} ${kind}`).join(", ") || "nothing there, nothing found"}`;
  }
  return { elements, show };
}

/**
 * The chosen object: what it is, and how far it is from the nearest of the other side.
 * @param {DetectionState} state
 */
export function objectCard({ model, boxes, distance, matched }) {
  const title = h("h3"), text = h("p", { class: "ek-quiet" }), distances = h("tbody");
  const element = h("div", { class: "ek-card", role: "group", "aria-label": "the object", "aria-live": "polite" }, title, text,
    h("table", { class: "ek-near" }, h("caption", { class: "ek-hidden" }, "distances of the object"), distances));
  function show() {
    const { truths, shown, found } = matched(), [side, index] = model.get("chosen");
    const own = side === "truth" ? truths : shown, others = side === "truth" ? shown : truths;
    const place = own.findIndex((object) => object.index === index);
    title.textContent = place < 0 ? "No object chosen" : `${side} ${index}: ${own[place].name}`;
    if (place < 0) {
      text.textContent = "Click one, or press n.";
      return distances.replaceChildren();
    }
    const { kind } = found[side === "truth" ? "truths" : "predictions"][place], { score } = own[place];
    const measure = boxes ? "; IoU with" : "; distance to";
    text.textContent = `${kind}${Number.isNaN(score) ? "" : `, score ${score.toFixed(3)}`}${others.length ? measure : ""}`;
    const apart = others.map((other) => ({ other, d: distance(own[place], other) })).sort((a, b) => a.d - b.d).slice(0, 5);
    distances.replaceChildren(...apart.map(({ other, d }) => {
      const name = `${side === "truth" ? "prediction" : "truth"} ${other.index}: ${other.name}`;
      return h("tr", {}, h("th", { scope: "row", title: name }, name), h("td", {}, (boxes ? 1 - d : d).toFixed(3)));
    }));
  }
  return { element, show };
}

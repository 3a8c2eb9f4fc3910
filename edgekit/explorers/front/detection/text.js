// Text beside the picture: which one it is, how many objects of each kind, the chosen object and its distances.
import { contextOf } from "../shared/canvas.js";
import { fillRows, h, write } from "../shared/elements.js";
import { counted } from "../shared/numbers.js";
import { drawMarker } from "../shared/marker.js";
/** @import { DetectionState } from "./state.js" */

const LEFT_OVER = ["missed", "not in training"]; // kinds of truths without a prediction

/**
 * The picture's name, its numbers, its objects by kind; `show` returns what a screen reader says of it.
 * @param {DetectionState} state
 */
export function pictureCard({ model, meta, models, boxes, predictions, matched, placeOf }) {
  const name = h("h3"), about = h("p", { class: "ek-quiet" }), kinds = h("ul", { class: "ek-kinds" });
  const elements = [
    h("div", { class: "ek-card", role: "group", "aria-label": "the picture" }, name, about),
    h("div", {}, kinds, h("p", { class: "ek-quiet" }, `filled: predictions, hollow${boxes ? " and dashed" : ""}: truths`)),
  ];
  const item = (/** @type {string} */ kind) => {
    const count = h("span"), canvas = h("canvas", { width: 36, height: 36 }), context = contextOf(canvas);
    const { light, corners } = meta.looks.kinds[kind];
    context.scale(2, 2);
    drawMarker(context, corners, 9, 9, 5, LEFT_OVER.includes(kind), light);
    return { element: h("li", {}, h("img", { src: canvas.toDataURL(), alt: "" }), count), count };
  };
  /** @type {Map<string, ReturnType<typeof item>>} */
  const items = new Map();
  function show() {
    const i = model.get("picture"), { name: title, server } = meta.pictures[i], places = Array.from({ length: models }, (_, one) => placeOf(one));
    const all = places.map((place) => matched(place));
    write(name, title);
    const shown = places.map((place, one) => `${all[one].shown.length} of ${counted(predictions[place].length, "prediction")}`);
    const truths = counted(all[0].truths.length, "truth");
    write(about, models > 1
      ? `${truths}; ${shown.map((text, one) => `${meta.models[one]}: ${text}`).join(", ")}`
      : `${truths}, ${shown[0]}${server === null ? "" : ` · the server says ${meta.figure} ${server.toFixed(3)}`}`);
    /** @type {Map<string, number[]>} of each model */
    const numbers = new Map();
    all.forEach(({ found }, one) => {
      for (const { kind } of [...found.predictions, ...found.truths.filter((truth) => LEFT_OVER.includes(truth.kind))]) {
        const counts = numbers.get(kind) ?? places.map(() => 0);
        counts[one]++;
        numbers.set(kind, counts);
      }
    });
    const there = Object.keys(meta.looks.kinds).filter((kind) => numbers.has(kind)).map((kind) => {
      const known = items.get(kind) ?? item(kind);
      items.set(kind, known);
      write(known.count, `${numbers.get(kind)?.join(" / ")} ${kind}`);
      return known.element;
    });
    if (there.length !== kinds.childElementCount || there.some((element, at) => element !== kinds.children[at])) kinds.replaceChildren(...there);
    return `${title}: ${[...numbers].map(([kind, counts]) => `${counts.join(" / ")} ${kind}`).join(", ") || "nothing there, nothing found"}`;
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
    write(title, place < 0 ? "No object chosen" : `${side} ${index}: ${own[place].name}`);
    if (place < 0) {
      write(text, "Click one, or press n.");
      return fillRows(distances, []);
    }
    const { kind } = found[side === "truth" ? "truths" : "predictions"][place], { score } = own[place];
    const measure = boxes ? "; IoU with" : "; distance to";
    write(text, `${kind}${Number.isNaN(score) ? "" : `, score ${score.toFixed(3)}`}${others.length ? measure : ""}`);
    const apart = others.map((other) => ({ other, d: distance(own[place], other) })).sort((a, b) => a.d - b.d).slice(0, 5);
    const otherSide = side === "truth" ? "prediction" : "truth";
    fillRows(distances, apart.map(({ other, d }) => [`${otherSide} ${other.index}: ${other.name}`, (boxes ? 1 - d : d).toFixed(3)]));
  }
  return { element, show };
}

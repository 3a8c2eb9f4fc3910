// Drawing the picture: pixels and cells below; above them truths, predictions and what goes with what.
import { layersIn } from "../shared/canvas.js";
import { keptDrawing } from "../shared/frames.js";
import { packedImage, pictureLoader } from "../shared/images.js";
import { placement } from "../shared/placement.js";
import { palette, withOpacity } from "../shared/theme.js";
import { labelPlaces } from "./labels.js";
import { HALO, copiedMarkers } from "../shared/marker.js";
/** @import { DetectionState, MatchedPicture } from "./state.js" */
/** @typedef {ReturnType<typeof placement>} Placement */

/**
 * @param {DetectionState} state
 * @param {HTMLElement} root
 * @param {HTMLElement} stage
 * @param {() => void} again is called once a picture is there to be drawn
 * @param {number} one which model
 */
export function detectionDrawing(state, root, stage, again, one = 0) {
  const { model, meta, boxes } = state, matched = () => state.matched(state.placeOf(one)), [base, over] = layersIn(stage);
  const imageOf = pictureLoader((picture) => packedImage(state.data, picture), again);
  let colours = palette(root, meta.looks), drawMarker = copiedMarkers(1);

  const drawBase = keptDrawing(() => {
    const { context } = base.begin(), place = placement(state.shape(), stage);
    context.fillStyle = colours.line;
    context.fillRect(place.left, place.top, place.wide, place.high);
    const image = imageOf(model.get("picture"));
    context.imageSmoothingEnabled = false;
    if (image) context.drawImage(image, place.left, place.top, place.wide, place.high);
    if (meta.cells && model.get("cells")) drawCells(context, colours, matched(), place, { boxes, cells: meta.cells });
  });
  function below() {
    drawMarker = copiedMarkers(window.devicePixelRatio || 1);
    return (colours = palette(root, meta.looks));
  }
  function above() {
    const picture = model.get("picture"), cells = meta.cells && model.get("cells");
    drawBase(colours, picture, imageOf(picture), cells && matched());
    const { context } = over.begin(), place = placement(state.shape(), stage), { truths, shown, found } = matched();
    const few = truths.length + shown.length <= meta.most.names, [side, index] = one ? [] : model.get("chosen"); // of two, one chooses in the first
    /** @param {Detected} object @returns {[number, number]} */
    const at = (object) => {
      const [x, y] = state.centre(object);
      return [place.x(x), place.y(y)];
    };
    /** @type {Map<string, number[][]>} */
    const pairs = new Map();
    found.predictions.forEach(({ kind, partner }, p) => {
      if (partner >= 0) pairs.set(kind, [...(pairs.get(kind) ?? []), [...at(shown[p]), ...at(truths[partner])]]);
    });
    for (const [kind, lines] of pairs) drawLines(context, lines, colours.kind(kind), kind === "hit" ? [] : [3, 3]);
    /** @type {{text: string, x: number, y: number, width: number, below: boolean}[]} */
    const labels = [];
    const draw = (/** @type {Detected} */ object, /** @type {string} */ kind, /** @type {boolean} */ hollow) => {
      const colour = colours.kind(kind), { corners } = meta.looks.kinds[kind], [x, y] = at(object);
      if (boxes) drawBox(context, place, object, colour, hollow ? [5, 3] : []);
      drawMarker(context, corners, x, y, hollow ? 8 : 5, hollow, colour);
      if ((hollow ? "truth" : "prediction") === side && object.index === index) drawRings(context, x, y);
      if (!few || (hollow && meta.unnamed.includes(kind))) return;
      const score = Number.isNaN(object.score) ? "" : ` ${object.score.toFixed(2)}`, whole = `${object.name}${score}`;
      const text = whole.length > 24 ? `${whole.slice(0, 23)}…` : whole;
      labels.push({ text, x, y, width: context.measureText(text).width, below: hollow });
    };
    truths.forEach((object, t) => draw(object, found.truths[t].kind, true));
    shown.forEach((object, p) => draw(object, found.predictions[p].kind, false));
    const places = labelPlaces(labels, { width: stage.clientWidth, height: stage.clientHeight });
    labels.forEach((label, i) => drawLabel(context, label, places[i]));
  }
  return { below, above };
}

/**
 * The grid of cells, those with a prediction in the colour of its kind.
 * @param {CanvasRenderingContext2D} context
 * @param {Palette} colours
 * @param {MatchedPicture} matched
 * @param {Placement} place
 * @param {{boxes: boolean, cells: [number, number]}} how
 */
function drawCells(context, colours, { shown, found }, place, { boxes, cells: [across, down] }) {
  context.strokeStyle = "rgb(255 255 255 / 35%)";
  context.lineWidth = 0.5;
  context.beginPath();
  for (let c = 1; c < across; c++) {
    context.moveTo(place.x(c / across), place.top);
    context.lineTo(place.x(c / across), place.top + place.high);
  }
  for (let r = 1; r < down; r++) {
    context.moveTo(place.left, place.y(r / down));
    context.lineTo(place.left + place.wide, place.y(r / down));
  }
  context.stroke();
  shown.forEach(({ x, y, w, h }, p) => {
    if (!(w > 0)) return;
    const [left, top] = boxes ? [x, y] : [x - w / 2, y - h / 2];
    context.fillStyle = withOpacity(colours.kind(found.predictions[p].kind), 0.4);
    context.fillRect(place.x(left), place.y(top), w * place.wide, h * place.high);
  });
}

/**
 * Lines from (x, y) to (x, y), all at once: strokes by the hundred would take longer than all else.
 * @param {CanvasRenderingContext2D} context
 * @param {number[][]} lines
 * @param {string} colour
 * @param {number[]} dash
 */
function drawLines(context, lines, colour, dash) {
  context.setLineDash(dash);
  context.beginPath();
  for (const [x1, y1, x2, y2] of lines) {
    context.moveTo(x1, y1);
    context.lineTo(x2, y2);
  }
  for (const [width, style] of /** @type {const} */ ([[4, HALO], [1.6, colour]])) {
    context.lineWidth = width;
    context.strokeStyle = style;
    context.stroke();
  }
  context.setLineDash([]);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Placement} place
 * @param {Detected} object
 * @param {string} colour
 * @param {number[]} dash
 */
function drawBox(context, place, { x, y, w, h }, colour, dash) {
  context.setLineDash(dash);
  context.lineWidth = 1.8;
  context.strokeStyle = colour;
  context.strokeRect(place.x(x), place.y(y), w * place.wide, h * place.high);
  context.setLineDash([]);
}

/**
 * Around the chosen object, to be seen on light and on dark.
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 */
function drawRings(context, x, y) {
  context.lineWidth = 2.5;
  for (const [radius, style] of /** @type {const} */ ([[13, "#000000"], [15, "#ffffff"]])) {
    context.strokeStyle = style;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.stroke();
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {{text: string, x: number, y: number, width: number}} label
 * @param {ReturnType<typeof labelPlaces>[number]} place
 */
function drawLabel(context, { text, x, y, width }, { left, middle, moved }) {
  if (moved) drawLines(context, [[x, y, x < left ? left : left + width, middle]], "#111111", []);
  context.fillStyle = "rgb(255 255 255 / 75%)";
  context.fillRect(left - 2, middle - 7, width + 4, 14);
  context.fillStyle = "#111111";
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.fillText(text, left, middle);
}

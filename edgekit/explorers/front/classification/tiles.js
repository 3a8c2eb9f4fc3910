// Windows as small pictures in rows: strips of their signal, or thumbnails; which one is under the hand.
import { lowerBound } from "../shared/arrays.js";
import { dashOf } from "../shared/axis_legend.js";
import { fitted, layersIn } from "../shared/canvas.js";
import { keptDrawing } from "../shared/frames.js";
import { percent } from "../shared/numbers.js";
import { LEFT } from "../shared/scales.js";
import { drawLine } from "../shared/time_track.js";
/** @import { ClassificationState } from "./state.js" */

const WIDE = 128, CAPTION = 30; // px
const NONE = new Int32Array();

/** @typedef {{ i: number, x: number, y: number, wide: number, tall: number }} Tile a window, and where its picture lies */

/** How the tiles are laid out. @param {number} width @param {number} height */
export function tilePlaces(width, height) {
  const columns = Math.max(Math.floor(width / WIDE), 1), rows = height > 230 ? 2 : 1;
  return { columns, rows, count: columns * rows, wide: width / columns, high: height / rows };
}

/**
 * @param {ClassificationState} state
 * @param {HTMLElement} element
 * @param {(sample: number) => ImageBitmap | null} picture
 */
export function windowTiles(state, element, picture) {
  const { shown, at, chooseAt } = state, [pictures, canvas] = layersIn(element);
  const page = () => {
    const places = tilePlaces(element.clientWidth, element.clientHeight);
    return { places, first: Math.floor(Math.max(at(), 0) / places.count) * places.count };
  };
  element.addEventListener("click", (event) => {
    const { places, first } = page(), box = element.getBoundingClientRect();
    const column = Math.floor((event.clientX - box.left) / places.wide), row = Math.floor((event.clientY - box.top) / places.high);
    const place = first + row * places.columns + column;
    if (place < shown().length) chooseAt(place);
  });
  /** The windows on the page that the chosen one is on. */
  const tilesOn = () => {
    const { places, first } = page(), all = shown();
    return Array.from(all.subarray(first, first + places.count), (i, k) => ({
      i, x: (k % places.columns) * places.wide + 3, y: Math.floor(k / places.columns) * places.high + 2,
      wide: places.wide - 6, tall: places.high - 4 - CAPTION,
    }));
  };
  const drawPictures = keptDrawing((colours) => {
    const { context } = pictures.begin();
    for (const tile of tilesOn()) {
      clipped(context, tile, () => state.meta.pictures ? drawThumbnail(context, picture(state.data.sample[tile.i]), tile) : drawStrip(state, context, colours, tile));
    }
  });
  /** @param {Palette} colours */
  function draw(colours) {
    drawPictures(colours, shown(), page().first, state.model.get("axes"), state.data.signal);
    const { context } = canvas.begin();
    for (const tile of tilesOn()) drawCaption(state, context, colours, tile);
    if (shown().length) return;
    context.fillStyle = colours.soft;
    context.textBaseline = "top";
    context.fillText("No window is left by these filters.", 6, 6);
  }
  return { draw };
}

/**
 * Draw inside a tile only.
 * @param {CanvasRenderingContext2D} context
 * @param {Tile} tile
 * @param {() => void} draw
 */
function clipped(context, { x, y, wide, tall }, draw) {
  context.save();
  context.beginPath();
  context.rect(x + 1, y + 1, wide - 2, tall + CAPTION - 2);
  context.clip();
  draw();
  context.restore();
}

/**
 * One window: its frame, what it was given, what it should have been.
 * @param {ClassificationState} state
 * @param {CanvasRenderingContext2D} context
 * @param {Palette} colours
 * @param {Tile} tile
 */
function drawCaption(state, context, colours, tile) {
  const { data, meta, model, name, predicted, verdict } = state, { i, x, y, wide, tall } = tile, high = tall + CAPTION;
  const said = verdict(i), chosen = i === model.get("window");
  context.strokeStyle = chosen ? colours.ink : colours.line;
  context.lineWidth = chosen ? 2 : 1;
  context.strokeRect(x + 0.5, y + 0.5, wide - 1, high - 1);
  clipped(context, tile, () => {
    context.textAlign = "left";
    context.textBaseline = "middle";
    context.fillStyle = said ? colours.kind(said) : colours.soft;
    context.fillText(said ? meta.looks.kinds[said].sign : "·", x + 5, y + high - 22);
    context.fillStyle = colours.ink;
    context.fillText(fitted(context, `${percent(data.confidence[i])} ${name(predicted(i))}`, wide - 22), x + 17, y + high - 22);
    context.fillStyle = colours.soft;
    context.fillText(fitted(context, `expected ${name(data.expected[i])}`, wide - 10), x + 5, y + high - 8);
  });
}

/**
 * The signal of a window, on its own scale: its shape is what one looks for.
 * @param {ClassificationState} state
 * @param {CanvasRenderingContext2D} context
 * @param {Palette} colours
 * @param {Tile} tile
 */
function drawStrip({ meta, data, model }, context, colours, { i, x, y, wide, tall }) {
  const low = data.start[i], high = low + Math.max(data.size[data.sample[i]], 1e-9), shown = model.get("axes");
  const from = lowerBound(data.time, low), to = lowerBound(data.time, high), readings = data.time.length;
  const lines = meta.axes.flatMap((axis, k) => (shown.includes(axis) ? [k] : []));
  const valuesOf = (/** @type {number} */ k) => data.signal.subarray(k * readings + from, k * readings + to);
  let least = Infinity, most = -Infinity;
  for (const k of lines) {
    for (const value of valuesOf(k)) {
      if (value < least) least = value;
      if (value > most) most = value;
    }
  }
  const spread = most > least ? most - least : 1, room = wide - 8;
  const scale = { room, x: (/** @type {number} */ ms) => LEFT + ((ms - low) / (high - low)) * room, ms: () => 0 };
  const height = (/** @type {number} */ value) => 3 + (1 - (value - least) / spread) * (tall - 6);
  context.save();
  context.translate(x + 4 - LEFT, y);
  context.lineWidth = 1;
  for (const k of lines) {
    context.strokeStyle = context.fillStyle = colours.series[k % colours.series.length];
    context.setLineDash(dashOf(meta.looks, k));
    drawLine(context, data.time.subarray(from, to), valuesOf(k), NONE, { low, high }, scale, height);
  }
  context.restore();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {ImageBitmap | null} image
 * @param {Tile} tile
 */
function drawThumbnail(context, image, { x, y, wide, tall }) {
  if (!image) return;
  const scale = Math.min(wide / image.width, tall / image.height), across = image.width * scale, down = image.height * scale;
  context.drawImage(image, x + (wide - across) / 2, y + (tall - down) / 2, across, down);
}

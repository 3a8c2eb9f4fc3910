// The stretch of time on show: the trait `span`, zoomed and moved.
import { put } from "./model.js";
import { clamp } from "./numbers.js";

/**
 * The stretch of time on show, from the trait `span` ([start, end] in ms; [] is all of it).
 * @param {Model<TimelineTraits>} model
 * @param {number} end
 * @returns {Stretch}
 */
export function timeView(model, end) {
  const wanted = model.get("span");
  const [low, high] = wanted.length === 2 ? wanted : [0, end];
  return { low, high: high > low ? high : low + 1 };
}

/**
 * Zoom by `factor` about the time `about`, within [0, end]; all of it again where nothing is left to zoom.
 * @param {Model<TimelineTraits>} model
 * @param {number} end
 * @param {number} factor
 * @param {number} about
 */
export function zoom(model, end, factor, about) {
  const { low, high } = timeView(model, end);
  const length = clamp((high - low) * factor, Math.min(10, end), end);
  if (length >= end) return put(model, "span", []);
  const start = clamp(about - ((about - low) / (high - low)) * length, 0, end - length);
  put(model, "span", [start, start + length]);
}

/**
 * Keys that zoom about the time `about()`.
 * @param {Model<TimelineTraits>} model
 * @param {number} end
 * @param {() => number} about
 * @returns {Record<string, () => void>}
 */
export function zoomKeys(model, end, about) {
  const closer = () => zoom(model, end, 0.5, about());
  return { "+": closer, "=": closer, "-": () => zoom(model, end, 2, about()), 0: () => put(model, "span", []) };
}

/** What the line of help says of them. */
export const ZOOM_HELP = [["+", "−", "0"], "zoom · "];

/**
 * Move the stretch on show so that [from, to] is in it.
 * @param {Model<TimelineTraits>} model
 * @param {number} end
 * @param {number} from
 * @param {number} to
 */
export function follow(model, end, from, to) {
  const { low, high } = timeView(model, end), length = high - low;
  if (from >= low && to <= high) return;
  const start = clamp((from + to - length) / 2, 0, Math.max(end - length, 0));
  put(model, "span", [start, start + length]);
}

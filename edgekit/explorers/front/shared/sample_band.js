// The band along the axis of time: whose time it is, and which label holds.
import { upperBound } from "./arrays.js";
import { canvasIn, fitted } from "./canvas.js";
import { h } from "./elements.js";
import { LEFT, timeScale } from "./scales.js";
import { withOpacity } from "./theme.js";

const OWN = 64; // px: a sample as wide has its name to itself, else the name runs on over the next ones
const LONGEST = 150; // px that such a name may take
const ROW = 15; // px of names, and of labels below them

/**
 * The ranges of labels on show, those of one label that follow each other as one; of ranges that overlap the first.
 * @param {Pick<TimelineArrays, "label_from" | "label_to" | "label_code">} labels in order of time
 * @param {Stretch} view
 * @returns {{code: number, from: number, to: number}[]}
 */
export function labelRuns({ label_from, label_to, label_code }, { low, high }) {
  /** @type {{code: number, from: number, to: number}[]} */
  const runs = [];
  for (let i = 0; i < label_code.length && label_from[i] < high; i++) {
    const last = runs[runs.length - 1], from = Math.max(label_from[i], last?.to ?? low), to = Math.min(label_to[i], high);
    if (to <= from) continue;
    if (last?.code === label_code[i]) last.to = to;
    else runs.push({ code: label_code[i], from, to });
  }
  return runs;
}

/**
 * Which names stand where, as texts of ticks do: one without room stays out.
 * @param {TimelineSample[]} samples
 * @param {Stretch} view
 * @param {TimeScale} scale
 * @param {(name: string) => number} widthOf in px
 * @returns {{name: string, x: number, room: number}[]}
 */
export function namesAlong(samples, { low, high }, scale, widthOf) {
  const names = [], end = LEFT + scale.room;
  let free = LEFT;
  for (const { start, end: stop, name } of samples) {
    if (stop <= low || start >= high) continue;
    const x = Math.max(scale.x(start), LEFT), own = Math.min(scale.x(stop), end) - x;
    if (x < free - 0.5) continue;
    const room = own >= OWN ? own : Math.min(widthOf(name) + 10, LONGEST, end - x);
    if (room < OWN / 2) continue;
    names.push({ name, x, room });
    free = x + room;
  }
  return names;
}

/**
 * The label that holds at a time; empty where none does.
 * @param {TimelineMeta} meta
 * @param {TimelineArrays} data
 * @param {number} ms
 */
export function labelAt({ label_names }, { label_from, label_to, label_code }, ms) {
  const i = upperBound(label_from, ms) - 1;
  return i >= 0 && ms < label_to[i] ? label_names[label_code[i]] : "";
}

/**
 * The sample whose time it is: its place among them.
 * @param {TimelineSample[]} samples
 * @param {number} ms
 */
export function sampleAt(samples, ms) {
  const found = samples.findIndex(({ end }) => ms < end);
  return found < 0 ? samples.length - 1 : found;
}

/**
 * The band as an element, and what draws it.
 * @param {TimelineMeta} meta
 * @param {TimelineArrays} data
 */
export function sampleBand(meta, data) {
  const element = h("div", { class: "ek-track ek-samples" }), canvas = canvasIn(element);
  /** @param {Palette} colours @param {Stretch} view */
  function draw(colours, view) {
    const { context, width } = canvas.begin(), scale = timeScale(view, width);
    context.textAlign = "left";
    context.textBaseline = "middle";
    for (const { code, from, to } of labelRuns(data, view)) {
      const left = scale.x(from), wide = scale.x(to) - left;
      context.fillStyle = withOpacity(colours.series[code % colours.series.length], 0.3);
      context.fillRect(left, ROW, Math.max(wide - 1, 0.5), ROW);
      context.fillStyle = colours.ink;
      if (wide > 20) context.fillText(fitted(context, meta.label_names[code], wide - 6), left + 3, 1.5 * ROW + 0.5);
    }
    context.fillStyle = colours.line;
    for (const { start } of meta.samples) if (start >= view.low && start < view.high) context.fillRect(scale.x(start), 1, 1, ROW - 1);
    context.fillStyle = colours.soft;
    for (const { name, x, room } of namesAlong(meta.samples, view, scale, (text) => context.measureText(text).width)) {
      context.fillText(fitted(context, name, room - 7), x + 4, ROW / 2);
    }
  }
  return { element, draw };
}

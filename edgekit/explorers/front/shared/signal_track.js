// Drawing the signal: every axis on one scale, in the colour and dash of its legend.
import { timeScale, valueScale } from "./scales.js";
import { dashOf } from "./axis_legend.js";
import { drawLine, drawSamples, drawValueAxis, within } from "./time_track.js";
import { ticks } from "./ticks.js";

/**
 * The range of values that the axes on show need.
 * @param {TimelineMeta["ranges"]} ranges
 * @param {boolean[]} on
 */
export function signalRange(ranges, on) {
  let low = Infinity, high = -Infinity;
  ranges.forEach(([least, most], i) => {
    if (!on[i]) return;
    low = Math.min(low, least ?? Infinity);
    high = Math.max(high, most ?? -Infinity);
  });
  if (!(low <= high)) return [0, 1];
  return low === high ? [low - 1.2, high + 1.2] : [low, high]; // all readings alike: a line in the middle
}

/**
 * @param {Surface} surface
 * @param {Palette} colours
 * @param {TimelineArrays} data
 * @param {TimelineMeta} meta
 * @param {string[]} shown
 * @param {Stretch} view
 */
export function drawSignal(surface, colours, data, meta, shown, view) {
  const { context, width, height } = surface, scale = timeScale(view, width);
  const on = meta.axes.map((axis) => shown.includes(axis)), [low, high] = signalRange(meta.ranges, on);
  const y = valueScale(low, high, height), readings = data.time.length;
  drawValueAxis(surface, colours, y, { name: meta.unit, short: "signal", middle: height / 2, places: ticks(low, high, 4) });
  within(context, scale, height, () => {
    context.lineWidth = 1.2;
    meta.axes.forEach((_, i) => {
      if (!on[i]) return;
      context.strokeStyle = context.fillStyle = colours.series[i % colours.series.length];
      context.setLineDash(dashOf(meta.looks, i));
      drawLine(context, data.time, data.signal.subarray(i * readings, (i + 1) * readings), data.breaks, view, scale, y);
    });
  });
  drawSamples(context, colours, meta.samples, view, scale, height - 2);
}

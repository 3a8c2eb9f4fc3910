// The colour of each point: by label, by right or wrong, or by a number.
import { pixelOf } from "../shared/points.js";
/** @import { FeaturesState } from "./state.js" */

/**
 * What each colour means: the legend, in its order.
 * @param {FeaturesState} state
 * @param {Palette} colours
 * @returns {{name: string, colour: string}[]}
 */
export function meanings({ meta, model }, colours) {
  const by = model.get("by");
  if (meta.shades[by]) return [];
  if (by === "correct") {
    return [{ name: "right", colour: colours.kind("right") }, { name: "wrong", colour: colours.kind("wrong") }, { name: "not known", colour: colours.kind("not known") }];
  }
  return meta.groups.map((name, i) => ({ name, colour: groupColour(colours, i) }));
}

/** The colour of a label: after the last one they begin anew, mixed with grey. @param {Palette} colours @param {number} i */
function groupColour({ series }, i) {
  const own = series[i % series.length], round = Math.floor(i / series.length);
  if (!round) return own;
  const mixed = [1, 3, 5].map((at) => Math.round((parseInt(own.slice(at, at + 2), 16) * (3 - round) + 0x80 * round) / 3));
  return `#${mixed.map((part) => Math.max(0, Math.min(255, part)).toString(16).padStart(2, "0")).join("")}`;
}

/**
 * The colour of each point as a pixel of an image.
 * @param {FeaturesState} state
 * @param {Palette} colours
 */
export function pointColours(state, colours) {
  const { meta, data, model, windows } = state, by = model.get("by"), found = new Uint32Array(windows), grey = pixelOf(colours.kind("not known"));
  const range = meta.shades[by];
  const values = by === "score" ? data.shade_score : data.shade_label;
  if (range && values) {
    const { heat } = data;
    const table = Uint32Array.from({ length: 256 }, (_, i) => ((255 << 24) | (heat[3 * i + 2] << 16) | (heat[3 * i + 1] << 8) | heat[3 * i]) >>> 0);
    const step = 255 / (range[1] - range[0] || 1);
    for (let i = 0; i < windows; i++) found[i] = Number.isFinite(values[i]) ? table[Math.round((values[i] - range[0]) * step)] : grey;
    return found;
  }
  const table = meanings(state, colours).map(({ colour }) => pixelOf(colour));
  for (let i = 0; i < windows; i++) found[i] = by === "correct" ? table[[2, 1, 0][data.correct[i] + 1]] : table[data.group[i]];
  return found;
}

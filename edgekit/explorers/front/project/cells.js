// What stands in a cell, and how wide its column is.
import { figure } from "../shared/numbers.js";

export const STRIP = 112; // px, the width of the strip of a row
const TICK = 26; // px

/** @param {ProjectColumn} column @param {number} row */
export function cellText({ kind, values, texts, digits }, row) {
  if (kind === "text") return texts[values[row]] ?? "–";
  return Number.isNaN(values[row]) ? "–" : digits ? figure(values[row], digits) : String(values[row]);
}

/** Widths of all columns for `grid-template-columns`, the tick and the strip in front. @param {ProjectColumn[]} columns */
export const widths = (columns) => [`${TICK}px`, `${STRIP}px`, ...columns.map(({ width }) => `minmax(${width}rem, ${width}fr)`)].join(" ");
/** @param {ProjectColumn[]} columns in rem */
export const wholeWidth = (columns) => `calc(${TICK + STRIP}px + ${columns.reduce((sum, { width }) => sum + width, 0)}rem)`;

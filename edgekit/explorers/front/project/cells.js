// What stands in a cell, and how wide its column is.
import { figure } from "../shared/numbers.js";

export const STRIP = 112; // px, the width of the strip of a row
export const TICK = 26; // px, the width of the column in front of it
const LATER = -2; // in the place of a text that comes after the first picture

/** Whether all texts of a column are here. @param {ProjectColumn} column */
export const isWhole = ({ kind, values }) => kind !== "text" || !values.includes(LATER);

/** @param {ProjectColumn} column @param {number} row */
export function cellText({ kind, values, texts, digits }, row) {
  if (kind === "text") return texts[values[row]] ?? (values[row] === LATER ? "…" : "–");
  return Number.isNaN(values[row]) ? "–" : digits ? figure(values[row], digits) : String(values[row]);
}

/**
 * Widths for `grid-template-columns`, the tick and the strip in front, and the sum of them.
 * @param {ProjectColumn[]} columns
 * @param {number} strip px
 * @param {number} share of the widths that the columns ask for, in rem
 */
export const widths = (columns, strip, share) => ({
  columns: [`${TICK}px`, `${strip}px`, ...columns.map(({ width }) => `minmax(${share * width}rem, ${width}fr)`)].join(" "),
  whole: `calc(${TICK + strip}px + ${columns.reduce((sum, { width }) => sum + share * width, 0)}rem)`,
});

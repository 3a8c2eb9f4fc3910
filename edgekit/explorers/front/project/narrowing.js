// Which rows of the table are left by filters and search, and in which order: as in Python (project_rows.py).

/**
 * The rows in the order of a column, missing values last in both directions, equal ones as they are.
 * @param {ProjectColumn} column
 * @param {boolean} descending
 */
export function sorted({ kind, values }, descending) {
  const rows = Int32Array.from(values, (_, i) => i), sign = descending ? -1 : +1;
  const missing = kind === "text" ? (/** @type {number} */ i) => values[i] < 0 : (/** @type {number} */ i) => Number.isNaN(values[i]);
  const known = rows.filter((i) => !missing(i)), none = rows.filter(missing);
  known.sort((a, b) => sign * (values[a] - values[b]) || a - b);
  rows.set(known);
  rows.set(none, known.length);
  return rows;
}

/**
 * Which rows a filter leaves, as 1 and 0, put into `kept` (which has 1 for those that others leave).
 * @param {ProjectColumn} column
 * @param {(string | number | null)[]} filter the texts that are wanted, "" for missing ones; or [low, high], both included, null for no end
 * @param {Uint8Array} kept
 */
export function narrow({ kind, values, texts }, filter, kept) {
  if (kind === "text") {
    const wanted = Uint8Array.from(texts, (text) => Number(filter.includes(text))), none = Number(filter.includes(""));
    for (let i = 0; i < kept.length; i++) kept[i] &= values[i] < 0 ? none : wanted[values[i]];
  } else {
    const [low, high] = [Number(filter[0] ?? -Infinity), Number(filter[1] ?? Infinity)];
    for (let i = 0; i < kept.length; i++) kept[i] &= Number(values[i] >= low && values[i] <= high);
  }
}

/**
 * Which rows hold a text in any column of texts, upper and lower case alike, or have this id.
 * @param {ProjectColumn[]} columns
 * @param {string} search
 * @param {Uint8Array} kept as for `narrow`
 */
export function searched(columns, search, kept) {
  const wanted = search.toLowerCase(), found = new Uint8Array(kept.length);
  for (const { name, kind, values, lower } of columns) {
    if (kind === "text") {
      const hits = Uint8Array.from(lower(), (text) => Number(text.includes(wanted)));
      for (let i = 0; i < found.length; i++) found[i] |= values[i] < 0 ? 0 : hits[values[i]];
    } else if (name === "id" && /^\d+$/.test(wanted)) {
      for (let i = 0; i < found.length; i++) found[i] |= Number(values[i] === Number(wanted));
    }
  }
  for (let i = 0; i < kept.length; i++) kept[i] &= found[i];
}

/** The rows of an order that are kept. @param {Int32Array} order @param {Uint8Array} kept */
export const listed = (order, kept) => order.filter((i) => kept[i]);

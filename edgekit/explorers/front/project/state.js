// What the explorer of a project shows: its columns, the rows that filters and search leave, and what may be done to the traits.
import { unpack } from "../shared/arrays.js";
import { put } from "../shared/model.js";
import { clamp } from "../shared/numbers.js";
import { remembered } from "../shared/remembered.js";
import { barsOf, counted, covered } from "./bars.js";
import { listed, narrow, searched, sorted } from "./narrowing.js";
/** @import { Bars } from "./bars.js" */

/** @typedef {ReturnType<typeof projectState>} ProjectState */

/** @param {Model<ProjectTraits>} model */
export function projectState(model) {
  const meta = model.get("_meta"), arrays = unpack(meta.layout, model.get("_blob")), columns = meta.columns.map(columnOf(arrays));
  const rows = columns[0].values.length, ids = columns[0].values;
  const now = () => columns.map(({ values }) => values); // names of a large table come after the first picture
  /** @type {(Bars | null)[]} */
  const bars = columns.map(barsOf);
  const place = new Map(columns.map(({ name }, i) => [name, i]));
  const worst = /** @type {Int32Array} */ (arrays.worst);
  const order = remembered((/** @type {string} */ name, /** @type {string} */ direction) =>
    (name ? sorted(columns[place.get(name) ?? 0], direction === "descending") : worst), now);
  const kept = remembered((/** @type {string} */ search, /** @type {ProjectTraits["filters"]} */ filters) => {
    const left = new Uint8Array(rows).fill(1);
    for (const [name, filter] of Object.entries(filters)) narrow(columns[place.get(name) ?? 0], filter, left);
    if (search.trim()) searched(columns, search.trim(), left);
    return left;
  }, now);
  const list = remembered(listed);
  const nowKept = () => kept(model.get("search"), model.get("filters"));
  const shown = () => list(order(model.get("sort")[0] ?? "", model.get("sort")[1] ?? ""), nowKept());
  const counts = remembered((/** @type {Uint8Array} */ left) => bars.map((one) => one && counted(one, left)));
  const ticked = remembered((/** @type {number[]} */ chosen) => new Set(chosen));
  return {
    model, meta, columns, bars, rows, ids, arrays, shown,
    counts: () => counts(nowKept()),
    /** @param {number} i a column */
    covered: (i) => covered(/** @type {Bars} */ (bars[i]), model.get("filters")[columns[i].name], columns[i]),
    isTicked: (/** @type {number} */ row) => ticked(model.get("selected")).has(ids[row]),
    ...projectChanges(model, columns, bars, ids, shown),
  };
}

/**
 * What may be done to the traits.
 * @param {Model<ProjectTraits>} model
 * @param {ProjectColumn[]} columns
 * @param {(Bars | null)[]} bars
 * @param {Numbers} ids
 * @param {() => Int32Array} shown
 */
function projectChanges(model, columns, bars, ids, shown) {
  /** @param {string} name @param {(string | number | null)[] | null} filter */
  const setFilter = (name, filter) => {
    const { [name]: _, ...others } = model.get("filters");
    put(model, "filters", filter ? { ...others, [name]: filter } : others);
  };
  return {
    setFilter,
    /** Sort by a column; once more turns the order round, a third time gives it back. @param {number} i */
    sortBy(i) {
      const { name, worst } = columns[i], [now, direction] = model.get("sort"), first = worst === "high" ? "descending" : "ascending";
      const second = first === "ascending" ? "descending" : "ascending";
      put(model, "sort", now !== name ? [name, first] : direction === first ? [name, second] : []);
    },
    /** Filter by the bars from first to last; of a column of texts one more or one less. @param {number} i @param {number} first @param {number} last */
    filterBars(i, first, last) {
      const one = /** @type {Bars} */ (bars[i]), { name, kind } = columns[i], wanted = one.filter(first, last);
      if (kind === "number") return setFilter(name, wanted);
      const now = model.get("filters")[name] ?? [], others = now.filter((text) => !wanted.includes(text));
      const next = first === last && now.includes(wanted[0]) ? others : [...others, ...wanted];
      setFilter(name, next.length && next.length < one.count ? next : null);
    },
    clear() {
      put(model, "filters", {});
      put(model, "search", "");
    },
    /** Tick a row, or take the tick away. @param {number} row */
    tick(row) {
      const now = model.get("selected"), id = ids[row];
      put(model, "selected", now.includes(id) ? now.filter((one) => one !== id) : [...now, id]);
    },
    /** Tick the rows between two places of the list. @param {number} from @param {number} to */
    tickBetween(from, to) {
      const [first, last] = from < to ? [from, to] : [to, from], more = Array.from(shown().subarray(first, last + 1), (row) => ids[row]);
      put(model, "selected", [...new Set([...model.get("selected"), ...more])]);
    },
    /** @param {number} row */
    open: (row) => put(model, "sample", ids[row]),
    within: (/** @type {number} */ at) => clamp(at, 0, Math.max(shown().length - 1, 0)),
  };
}

/**
 * A column, out of the arrays there are at the moment.
 * @param {Record<string, Numbers>} arrays
 * @returns {(column: ProjectMeta["columns"][number], i: number) => ProjectColumn}
 */
const columnOf = (arrays) => (column, i) => {
  const split = remembered((/** @type {Numbers | undefined} */ text) => (text?.length ? new TextDecoder().decode(/** @type {Uint8Array} */ (text)).split("\n") : []));
  const lowered = remembered((/** @type {string[]} */ texts) => texts.map((one) => one.toLowerCase()));
  const texts = () => split(arrays[`texts${i}`]);
  return { ...column, get values() { return arrays[`column${i}`]; }, get texts() { return texts(); }, lower: () => lowered(texts()) };
};

// Matching of truths and predictions as edgekit.detection does it (matching.py, kinds.py): same rules, same order.

/**
 * How far apart two centres are: the Euclidean distance, as scene.py reckons it; Math.hypot takes ten times as long.
 * @param {Pick<Placed, "x" | "y">} a
 * @param {Pick<Placed, "x" | "y">} b
 */
export const centreDistance = (a, b) => Math.sqrt((a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y));

/**
 * How far apart two boxes are: 1 − IoU.
 * @param {Omit<Placed, "label">} a
 * @param {Omit<Placed, "label">} b
 */
export function boxDistance(a, b) {
  const wide = Math.min(a.x + a.w, b.x + b.w) - Math.max(a.x, b.x), high = Math.min(a.y + a.h, b.y + b.h) - Math.max(a.y, b.y);
  const both = Math.max(wide, 0) * Math.max(high, 0), all = a.w * a.h + b.w * b.h - both;
  return all > 0 ? 1 - both / all : 1;
}

/**
 * Rows and columns whose allowed pairs compete with each other, directly or in a chain; those without any are in none.
 * @param {number} rows
 * @param {number} columns
 * @param {(row: number, column: number) => number} distance NaN where a pair is not allowed
 */
function tangles(rows, columns, distance) {
  /** @type {{rows: number[], columns: number[]}[]} */
  const found = [], tangleOf = /** @type {typeof found} */ (Array.from({ length: columns }));
  for (let row = 0; row < rows; row++) {
    let own = { rows: [row], columns: /** @type {number[]} */ ([]) };
    for (let column = 0; column < columns; column++) {
      if (Number.isNaN(distance(row, column))) continue;
      const other = tangleOf[column];
      if (other === own) continue;
      if (!other) own.columns.push((tangleOf[column] = own, column));
      else {
        for (const one of own.columns) tangleOf[one] = other;
        other.rows.push(...own.rows);
        other.columns.push(...own.columns);
        own.rows = []; // it is part of the other one
        own = other;
      }
    }
    found.push(own);
  }
  return [...new Set(found)].filter((tangle) => tangle.rows.length && tangle.columns.length);
}

/**
 * Pair rows with columns one-to-one: as many allowed pairs as can be, then the least total distance; one tangle of
 * competing pairs at a time, as matching.py does.
 * `distance(row, column)` is NaN where a pair is not allowed. Returns the column of each row, −1 for none.
 * @param {number} rows
 * @param {number} columns
 * @param {(row: number, column: number) => number} distance
 */
export function optimalPairs(rows, columns, distance) {
  /** @type {number[]} */
  const found = Array.from({ length: rows }, () => -1);
  for (const tangle of tangles(rows, columns, distance)) {
    const [some, others] = [tangle.rows, tangle.columns], turned = some.length > others.length;
    const pairs = turned
      ? assigned(others.length, some.length, (c, r) => distance(some[r], others[c]))
      : assigned(some.length, others.length, (r, c) => distance(some[r], others[c]));
    pairs.forEach((second, first) => {
      if (second >= 0) found[some[turned ? second : first]] = others[turned ? first : second];
    });
  }
  return found;
}

/**
 * One tangle, not more rows than columns, by the Hungarian method with potentials (Kuhn, Munkres; in the shortest
 * augmenting path form of Jonker and Volgenant), on one square of costs.
 * @param {number} rows
 * @param {number} columns
 * @param {(row: number, column: number) => number} distance
 */
function assigned(rows, columns, distance) {
  /** @type {number[]} */
  const found = Array.from({ length: rows }, () => -1), costs = Array.from({ length: rows }, () => new Float64Array(columns));
  if (columns === 1) return [0]; // one pair, the only one allowed
  let longest = 1e-12;
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const cost = (costs[r][c] = distance(r, c));
      if (cost > longest) longest = cost;
    }
  }
  const dear = rows + 1; // dearer than all allowed pairs together: never instead of one
  for (const row of costs) for (let c = 0; c < columns; c++) row[c] = Number.isNaN(row[c]) ? dear : row[c] / longest;
  const rowPotential = new Float64Array(rows + 1), columnPotential = new Float64Array(columns + 1);
  const rowOf = new Int32Array(columns + 1), way = new Int32Array(columns + 1); // counted from 1; 0 is none
  const least = new Float64Array(columns + 1), used = new Uint8Array(columns + 1);
  for (let row = 1; row <= rows; row++) {
    least.fill(Infinity);
    used.fill(0);
    let column = 0;
    rowOf[0] = row;
    do {
      used[column] = 1;
      let delta = Infinity, next = 0;
      const own = costs[rowOf[column] - 1], potential = rowPotential[rowOf[column]];
      for (let c = 1; c <= columns; c++) {
        if (used[c]) continue;
        const now = own[c - 1] - potential - columnPotential[c];
        if (now < least[c]) {
          least[c] = now;
          way[c] = column;
        }
        if (least[c] < delta) {
          delta = least[c];
          next = c;
        }
      }
      for (let c = 0; c <= columns; c++) {
        if (used[c]) {
          rowPotential[rowOf[c]] += delta;
          columnPotential[c] -= delta;
        } else least[c] -= delta;
      }
      column = next;
    } while (rowOf[column]);
    for (; column; column = way[column]) rowOf[column] = rowOf[way[column]];
  }
  for (let c = 1; c <= columns; c++) if (rowOf[c] && costs[rowOf[c] - 1][c - 1] < dear) found[rowOf[c] - 1] = c - 1;
  return found;
}

/**
 * How far each prediction is from each truth, one prediction after the other: arrays by the hundred would be garbage in
 * each step of a slider.
 * @template {Placed} Thing
 * @param {Thing[]} predictions
 * @param {Thing[]} truths
 * @param {(a: Thing, b: Thing) => number} distance
 */
function distances(predictions, truths, distance) {
  const apart = new Float64Array(predictions.length * truths.length);
  let i = 0;
  for (const p of predictions) for (const t of truths) apart[i++] = distance(p, t);
  return apart;
}

/**
 * Put every prediction and every truth into one kind: first hits, one-to-one; then duplicates, wrong classes, too far;
 * what is left is background or missed. Truths of label −1 are always "not in training".
 * Returns {predictions, truths}, each an array of {kind, partner, distance}, and `near`: the nearest truth of the same
 * label within `limit` of each prediction: the Studio's counting.
 * @template {Placed} Thing
 * @param {Thing[]} truths
 * @param {Thing[]} predictions
 * @param {number} limit
 * @param {number} far
 * @param {(a: Thing, b: Thing) => number} distance
 * @returns {Matching}
 */
export function matchKinds(truths, predictions, limit, far, distance) {
  const apart = distances(predictions, truths, distance), across = truths.length;
  /** @param {number} p @param {number} t */
  const same = (p, t) => predictions[p].label === truths[t].label;
  const unmatched = () => ({ kind: "", partner: -1, distance: NaN });
  /** @type {Matching} */
  const result = { predictions: predictions.map(unmatched), truths: truths.map(unmatched), near: [] };
  /** @param {string} kind @param {(p: number, t: number) => boolean} allowed */
  const pair = (kind, allowed) => {
    const freePredictions = result.predictions.flatMap((side, p) => (side.kind ? [] : [p]));
    const freeTruths = result.truths.flatMap((side, t) => (side.kind ? [] : [t]));
    const pairs = optimalPairs(freePredictions.length, freeTruths.length, (row, column) => {
      const p = freePredictions[row], t = freeTruths[column];
      return allowed(p, t) ? apart[p * across + t] : NaN;
    });
    pairs.forEach((column, row) => {
      if (column < 0) return;
      const p = freePredictions[row], t = freeTruths[column];
      result.predictions[p] = { kind, partner: t, distance: apart[p * across + t] };
      result.truths[t] = { kind, partner: p, distance: apart[p * across + t] };
    });
  };
  result.near = predictions.map((_, p) => {
    let best = -1, least = Infinity;
    for (let t = 0; t < across; t++) {
      const d = apart[p * across + t];
      if (d <= limit && d < least && same(p, t)) [best, least] = [t, d];
    }
    return best;
  });
  pair("hit", (p, t) => apart[p * across + t] <= limit && same(p, t));
  result.near.forEach((t, p) => {
    if (t >= 0 && !result.predictions[p].kind) result.predictions[p] = { kind: "duplicate", partner: t, distance: apart[p * across + t] };
  });
  pair("wrong class", (p, t) => apart[p * across + t] <= limit && !same(p, t));
  pair("too far", (p, t) => apart[p * across + t] <= far && same(p, t));
  result.predictions.forEach((side) => (side.kind ||= "background"));
  result.truths.forEach((side, t) => (side.kind = truths[t].label === -1 ? "not in training" : side.kind || "missed"));
  return result;
}

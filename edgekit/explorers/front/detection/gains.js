// What mending one kind of error would gain, as edgekit.detection.gains has it.
import { ratesOf } from "./counts.js";

const MENDABLE = ["duplicate", "wrong class", "too far", "background", "missed"];

/**
 * How often each kind occurs, among predictions and among truths.
 * @param {Matching[]} all
 * @returns {Record<Side, Record<string, number>>}
 */
export function kindsIn(all) {
  /** @type {Record<Side, Record<string, number>>} */
  const numbers = { prediction: {}, truth: {} };
  for (const { predictions, truths } of all) {
    for (const { kind } of predictions) numbers.prediction[kind] = (numbers.prediction[kind] ?? 0) + 1;
    for (const { kind } of truths) numbers.truth[kind] = (numbers.truth[kind] ?? 0) + 1;
  }
  return numbers;
}

/**
 * F1 by one-to-one counting once all errors of one kind are mended, and by how much that is more; kinds that occur, the
 * one that gains most first.
 * @param {Counts} counts one-to-one
 * @param {ReturnType<typeof kindsIn>} kinds
 * @returns {{kind: string, count: number, f1: number, gain: number}[]}
 */
export function gainsOf({ tp, fp, fn }, { prediction, truth }) {
  const before = ratesOf({ tp, fp, fn }).f1;
  return MENDABLE.map((kind) => {
    const found = prediction[kind] ?? 0, wanted = truth[kind] ?? 0, hits = kind === "missed" || kind === "duplicate" ? 0 : wanted;
    const { f1 } = ratesOf({ tp: tp + hits, fp: fp - found, fn: fn - wanted });
    return { kind, count: kind === "missed" ? wanted : found, f1, gain: f1 - before };
  }).filter(({ count }) => count > 0).sort((a, b) => b.gain - a.gain);
}

// Where labels stand beside their objects, so that none covers another.

const HIGH = 14; // px of a label
/** @type {[across: number, down: number][]} tried one after the other: beside the object, then further and further away */
const TRIED = [[1, -9], [1, 13], [-1, -9], [-1, 13], ...[2, 3, 4, 5, 6].flatMap((step) =>
  /** @type {[number, number][]} */ ([[1, -9 - HIGH * (step - 1)], [1, 13 + HIGH * (step - 1)], [-1, -9 - HIGH * (step - 1)], [-1, 13 + HIGH * (step - 1)]]))];

/**
 * Where each label stands: where it is wanted if that is free, else at the nearest place that is; in a crowd where it is
 * wanted. `moved` says which need a line to their object.
 * @param {{x: number, y: number, width: number, below: boolean}[]} labels where their objects are, in px
 * @param {{width: number, height: number}} stage
 * @returns {{left: number, middle: number, moved: boolean}[]}
 */
export function labelPlaces(labels, stage) {
  /** @type {{left: number, middle: number, width: number}[]} */
  const taken = [];
  return labels.map(({ x, y, width, below }) => {
    const at = (/** @type {[number, number]} */ [across, down]) => ({
      left: Math.min(Math.max(across > 0 ? x + 9 : x - 9 - width, 2), Math.max(stage.width - width - 4, 2)), middle: y + down, width,
    });
    const order = below ? [TRIED[1], TRIED[0], ...TRIED.slice(2)] : TRIED;
    const isFree = (/** @type {ReturnType<typeof at>} */ place) =>
      place.middle > HIGH / 2 && place.middle < stage.height - HIGH / 2 && taken.every((other) =>
        Math.abs(other.middle - place.middle) >= HIGH || place.left + width + 4 < other.left || other.left + other.width + 4 < place.left);
    const free = order.findIndex((one) => isFree(at(one))), place = at(order[Math.max(free, 0)]);
    taken.push(place);
    return { left: place.left, middle: place.middle, moved: free >= 4 };
  });
}

// The strip of a row: its signal in few lines or its picture, asked of Python for rows that stay on show.

const SIGNAL = 1, PICTURE = 2; // the first byte of a strip: what follows; 0 is nothing
const WAIT = 80; // ms that a row is on show before it is asked for

/** @typedef {{ axes: number, lows: Uint8Array, highs: Uint8Array, columns: number }} Signal */
/** @typedef {Signal | ImageBitmap | null} Strip */

/** The signal in a strip: axes, columns, then of each axis the least and greatest of each column. @param {Uint8Array} file @returns {Signal} */
export function signalOf(file) {
  const axes = file[1], columns = file[2], size = axes * columns;
  return { axes, columns, lows: file.subarray(3, 3 + size), highs: file.subarray(3 + size, 3 + 2 * size) };
}

/**
 * @param {Messenger} model in an exported page there is no Python to ask
 * @param {Record<string, Numbers>} arrays those that came with the table: `strip_row`, `strip_at`, `strips`
 * @param {() => void} again is called once some have come
 */
export function projectStrips(model, arrays, again) {
  /** @type {Map<number, Strip>} */
  const known = new Map();
  /** @type {Set<number>} */
  const asked = new Set();
  let timer = 0;
  /** @param {number} row @param {Uint8Array<ArrayBuffer>} file */
  function take(row, file) {
    known.set(row, file[0] === SIGNAL ? signalOf(file) : null);
    if (file[0] !== PICTURE) return;
    createImageBitmap(new Blob([file.subarray(1)])).then((image) => {
      known.set(row, image);
      again();
    }, () => {}); // a picture that cannot be read: its row is shown without
  }
  for (let k = 0; k < arrays.strip_row.length; k++) {
    const file = /** @type {Uint8Array<ArrayBuffer>} */ (arrays.strips.subarray(arrays.strip_at[k], arrays.strip_at[k + 1]));
    take(arrays.strip_row[k], file);
  }
  /** @param {{ strips?: number[], missed?: number[] }} message @param {DataView<ArrayBuffer>[]} buffers */
  const receive = ({ strips = [] }, buffers) => {
    strips.forEach((row, k) => take(row, new Uint8Array(buffers[k].buffer, buffers[k].byteOffset, buffers[k].byteLength)));
    if (strips.length) again();
  };
  model.on("msg:custom", receive);
  return {
    /** @param {number} row */
    of: (row) => known.get(row) ?? null,
    /** Ask for the rows on show, once they have been there for a moment. @param {() => number[]} onShow */
    want(onShow) {
      clearTimeout(timer);
      timer = setTimeout(() => {
        const rows = onShow().filter((row) => !known.has(row));
        if (!rows.length || !model.send || rows.every((row) => asked.has(row))) return;
        asked.clear(); // Python forgets what it was asked before: those rows are no longer looked at
        rows.forEach((row) => asked.add(row));
        model.send({ strips: rows });
      }, WAIT);
    },
    stop() {
      clearTimeout(timer);
      model.off("msg:custom", receive);
    },
  };
}

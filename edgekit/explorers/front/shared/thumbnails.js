// Pictures of the samples, decoded when they are first looked at; the latest ones are kept.
import { packedImage } from "./images.js";

const KEPT = 64;

/**
 * A way to ask for a sample's picture: null while it is being decoded (`again` is called once it is there), or without one.
 * @param {ImageArrays} data
 * @param {() => void} again
 */
export function thumbnails(data, again) {
  /** @type {Map<number, ImageBitmap | null>} */
  const kept = new Map();
  return (/** @type {number} */ sample) => {
    const known = kept.get(sample);
    if (known !== undefined) return known;
    const file = packedImage(data, sample);
    kept.set(sample, null);
    if (kept.size > KEPT) kept.delete(/** @type {number} */ (kept.keys().next().value));
    if (file.length) {
      createImageBitmap(new Blob([file])).then((bitmap) => {
        kept.set(sample, bitmap);
        again();
      }, () => {}); // a picture that cannot be read: its window is shown without
    }
    return null;
  };
}

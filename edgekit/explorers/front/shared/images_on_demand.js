// Files of pictures: those that came with the explorer, others from Python when they are asked for, one at a time.
import { packedImage } from "./images.js";

/**
 * @param {Messenger} model in an exported page there is no kernel to ask
 * @param {ImageArrays} data
 * @param {() => void} again is called once one has come
 */
export function imagesOnDemand(model, data, again) {
  /** @type {Map<number, Uint8Array<ArrayBuffer>>} */
  const came = new Map();
  let waiting = false; // one at a time: whoever steps quickly through many wants only the last
  /** @param {{picture?: number}} message @param {DataView<ArrayBuffer>[]} buffers */
  const receive = ({ picture }, [file]) => {
    if (picture === undefined) return;
    waiting = false;
    came.set(picture, new Uint8Array(file.buffer, file.byteOffset, file.byteLength));
    again();
  };
  model.on("msg:custom", receive);
  return {
    /** The file of a picture, empty where there is none, null while it is on its way. @param {number} picture */
    fileOf(picture) {
      const packed = packedImage(data, picture);
      if (packed.length || !model.send) return packed;
      const file = came.get(picture);
      if (!file && !waiting) {
        waiting = true;
        model.send({ picture });
      }
      return file ?? null;
    },
    stop: () => model.off("msg:custom", receive),
  };
}

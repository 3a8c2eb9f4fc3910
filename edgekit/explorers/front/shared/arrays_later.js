// Arrays that come after the first picture: until then shorter ones stand in their place.
import { unpack } from "./arrays.js";

/**
 * Ask for them once the first picture is on the screen, and put them among the data that came.
 * @param {Messenger} model in an exported page there is no kernel to ask, and nothing that comes later
 * @param {{meta: {later: boolean}, data: object} | undefined} sent
 * @param {() => void} again is called once they have come
 */
export function arraysLater(model, sent, again) {
  if (!sent?.meta.later || !model.send) return { ask() {}, stop() {} };
  let asked = false;
  /** @param {{later?: Layout}} message @param {DataView[]} buffers */
  const receive = ({ later: layout }, [arrays]) => {
    if (!layout) return;
    Object.assign(sent.data, unpack(layout, arrays));
    again();
  };
  model.on("msg:custom", receive);
  return {
    /** To be called with each picture: the first one asks. */
    ask() {
      if (!asked) requestAnimationFrame(() => setTimeout(() => model.send?.({ later: true }))); // after it is painted
      asked = true;
    },
    stop: () => model.off("msg:custom", receive),
  };
}

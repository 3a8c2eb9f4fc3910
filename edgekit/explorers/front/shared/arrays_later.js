// Arrays that come after the first picture: until then shorter ones stand in their place.
import { unpack } from "./arrays.js";

const REST = 300; // ms: the cells that run next, or the same one again, come before what is not on show yet

/**
 * Ask for them some time after the first picture, or with the second one, which may show more, and put them among the
 * data that came.
 * @param {Messenger} model in an exported page there is no kernel to ask, and nothing that comes later
 * @param {{meta: {later: boolean}, data: object} | undefined} sent
 * @param {() => void} again is called once they have come
 */
export function arraysLater(model, sent, again) {
  if (!sent?.meta.later || !model.send) return { ask() {}, stop() {} };
  let asked = false, pictures = 0, waiting = 0;
  const send = () => {
    asked = true;
    model.send?.({ later: true });
  };
  /** @param {{later?: Layout}} message @param {DataView[]} buffers */
  const receive = ({ later: layout }, [arrays]) => {
    if (!layout) return;
    Object.assign(sent.data, unpack(layout, arrays));
    again();
  };
  model.on("msg:custom", receive);
  return {
    /** To be called with each picture. */
    ask() {
      if (asked) return;
      clearTimeout(waiting);
      waiting = window.setTimeout(send, pictures++ ? 0 : REST); // after it is painted
    },
    stop() {
      clearTimeout(waiting);
      model.off("msg:custom", receive);
    },
  };
}

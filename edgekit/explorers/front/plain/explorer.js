// A block that no explorer opens for: its words and its picture.
import { unpack } from "../shared/arrays.js";
import { frame, h } from "../shared/elements.js";
import { watchLook } from "../shared/theme.js";

/** @type {Render<PlainTraits>} */
function render({ model, el }) {
  const { title, said, layout } = model.get("_meta"), { picture } = unpack(layout, model.get("_blob"));
  const file = URL.createObjectURL(new Blob([/** @type {Uint8Array<ArrayBuffer>} */ (picture)], { type: "image/png" }));
  const image = picture.length ? h("img", { src: file, alt: said[0] }) : null;
  const root = frame(title, {
    head: [], main: [image, ...said.map((text) => h("p", {}, text))], side: [], foot: h("div", { class: "ek-foot" }),
  });
  Object.assign(root.dataset, { drawn: 1, frames: 1 }); // as shared/frames.js counts
  el.replaceChildren(root);
  const stop = watchLook(root, () => {});
  return () => {
    stop();
    URL.revokeObjectURL(file);
  };
}

export default { render };

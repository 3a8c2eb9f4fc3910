// Beside a panel of stock controls: keeps JupyterLab's shortcuts away from them, as from an explorer's own, and tells
// Python whether the theme is dark.
import { keepKeys } from "../shared/keyboard.js";
import { put } from "../shared/model.js";
import { isDark, watchTheme } from "../shared/theme.js";

/** @type {Render<{dark: boolean}>} */
function render({ model, el }) {
  el.hidden = true;
  const tell = () => put(model, "dark", isDark());
  const unwatch = watchTheme(tell);
  tell();
  const keep = () => {
    /** @type {HTMLElement | null} */
    const panel = el.closest(".edgekit-panel");
    if (panel) keepKeys(panel);
    return panel;
  };
  const watching = new MutationObserver(keep);
  const waiting = requestAnimationFrame(() => {
    const panel = keep(); // the controls may come after this element: look again whenever one does
    if (panel) watching.observe(panel, { childList: true, subtree: true });
  });
  return () => {
    cancelAnimationFrame(waiting);
    watching.disconnect();
    unwatch();
  };
}

export default { render };

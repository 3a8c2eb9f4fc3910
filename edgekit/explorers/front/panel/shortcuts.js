// Beside a panel of stock controls: keeps JupyterLab's shortcuts away from them, as from an explorer's own.
import { keepKeys } from "../shared/keyboard.js";

/** @type {Render<{}>} */
function render({ el }) {
  el.hidden = true;
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
  };
}

export default { render };

// An explorer as large as the window, for a projector: by its button, by f, and back by f or Escape.

/**
 * Give an explorer's frame its button; in the browser's top layer nothing of the notebook lies over it or cuts it off.
 * @param {HTMLElement} root
 * @returns {HTMLButtonElement}
 */
export function fullWindow(root) {
  const element = document.createElement("button");
  Object.assign(element, { type: "button", textContent: "full window", title: "as large as the window, and back (f)" });
  const isFull = () => root.classList.contains("ek-full");
  const toggle = () => {
    const full = root.classList.toggle("ek-full"), layers = typeof root.showPopover === "function"; // older browsers: as high as z-index goes
    element.setAttribute("aria-pressed", String(full));
    if (layers && full) {
      root.popover = "manual";
      root.showPopover();
    } else if (layers) root.popover = null;
    root.focus();
  };
  element.setAttribute("aria-pressed", "false");
  element.addEventListener("click", toggle);
  root.addEventListener("keydown", (event) => {
    const typing = event.target instanceof Element && event.target.matches("input, select");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !(event.key === "f" || (event.key === "Escape" && isFull()))) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // Escape means something else where it does not lead back
    toggle();
  });
  return element;
}

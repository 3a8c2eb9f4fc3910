// The colours in force: those of data come from Python (edgekit/colours.py), those of text and frames from the theme.

/**
 * The colours in force, as a canvas needs them.
 * @param {HTMLElement} root
 */
export function palette(root) {
  const style = getComputedStyle(root);
  /** @param {string | number} name */
  const get = (name) => style.getPropertyValue(`--ek-${name}`).trim();
  return {
    ink: get("ink"), soft: get("soft"), paper: get("paper"), line: get("line"), alarm: get("alarm"),
    shade: get("shade"), mark: get("mark"), series: [1, 2, 3, 4, 5, 6].map(get),
  };
}

/**
 * Run `changed` whenever the theme or the size of the explorer changes; returns what stops it.
 * @param {HTMLElement} root
 * @param {() => void} changed
 */
export function watchLook(root, changed) {
  const outside = document.body.dataset.jpThemeLight === undefined; // no JupyterLab: the system's wish counts
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const look = () => {
    if (outside) root.classList.toggle("ek-dark", dark.matches);
    root.classList.toggle("ek-narrow", root.clientWidth < 640);
    changed();
  };
  const themes = new MutationObserver(look);
  themes.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "data-jp-theme-name"] });
  const sizes = new ResizeObserver(look);
  sizes.observe(root);
  dark.addEventListener("change", look);
  return () => {
    themes.disconnect();
    sizes.disconnect();
    dark.removeEventListener("change", look);
  };
}

// The colours in force: those of data come from Python (edgekit/colours.py), those of text and frames from the theme.

const DARK = "(prefers-color-scheme: dark)";

/**
 * The colours in force, as a canvas needs them; those that look.css needs become properties of `root`.
 * @param {HTMLElement} root
 * @param {Looks} looks
 */
export function palette(root, looks) {
  const theme = root.classList.contains("ek-dark") ? "dark" : "light", style = getComputedStyle(root);
  const get = (/** @type {string} */ name) => style.getPropertyValue(`--ek-${name}`).trim();
  const kind = (/** @type {string} */ name) => looks.kinds[name][theme];
  const series = looks.series.map((look) => look[theme]);
  root.style.setProperty("--ek-bar", series[0]);
  root.style.setProperty("--ek-above", kind("above"));
  return {
    ink: get("ink"), soft: get("soft"), paper: get("paper"), line: get("line"), mark: get("mark"), series, kind, corners: (/** @type {string} */ name) => looks.kinds[name].corners,
    shade: withOpacity(kind("above"), looks.shade[theme]),
  };
}

/**
 * @param {string} colour as #rrggbb
 * @param {number} opacity
 */
export const withOpacity = (colour, opacity) => colour + Math.round(255 * opacity).toString(16).padStart(2, "0");

/** Whether the theme in force is dark: JupyterLab's, elsewhere the one that the system asks for. */
export function isDark() {
  const { jpThemeLight } = document.body.dataset;
  return jpThemeLight === undefined ? window.matchMedia(DARK).matches : jpThemeLight === "false";
}

/**
 * Run `changed` whenever the theme changes; returns what stops it.
 * @param {() => void} changed
 */
export function watchTheme(changed) {
  const themes = new MutationObserver(changed), system = window.matchMedia(DARK);
  themes.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "data-jp-theme-name"] });
  system.addEventListener("change", changed);
  return () => {
    themes.disconnect();
    system.removeEventListener("change", changed);
  };
}

/**
 * Run `changed` whenever the theme changes, and `resized` whenever the size of the explorer does, before that is painted;
 * returns what stops it.
 * @param {HTMLElement} root
 * @param {() => void} changed
 */
export function watchLook(root, changed, resized = changed) {
  const look = () => {
    root.classList.toggle("ek-dark", isDark());
    const least = root.style.getPropertyValue("--ek-side") ? 640 : 520; // px, with a side of its own width and without
    root.classList.toggle("ek-narrow", root.clientWidth < least);
  };
  // of the canvases: texts beside them make the explorer higher and lower, and nothing is to be drawn anew for that
  const size = () => [root, ...root.querySelectorAll("canvas")].map((part) => `${part.clientWidth} ${part === root || part.clientHeight}`).join();
  let drawn = ""; // the size that drawing left it in
  const unwatch = watchTheme(() => {
    look();
    changed();
    drawn = ""; // JupyterLab takes the sizes of all away while it changes its theme: what was drawn may have had none
    sizes.disconnect();
    sizes.observe(root); // which tells the size that it has then, be it the old one
  });
  const sizes = new ResizeObserver(() => {
    if (size() === drawn || !root.clientWidth) return; // hidden: nothing can be drawn
    look();
    resized();
    drawn = size();
  });
  sizes.observe(root);
  return () => {
    unwatch();
    sizes.disconnect();
  };
}

// What every explorer's front end shares. The files of this folder are joined into one ES module, in the order that
// the Python class names: each is a plain script, and the last one of an explorer defines `render({ model, el })`.

/** Build an element. Text goes in as text nodes, never as markup: names and labels come from a server. */
function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Turn the one binary trait back into typed arrays by name: `layout` says type, shape and place of each. */
function unpack(layout, view) {
  const types = { f8: Float64Array, f4: Float32Array, i4: Int32Array, i1: Int8Array, u1: Uint8Array };
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  const arrays = {};
  for (const [name, { type, offset, length }] of Object.entries(layout)) {
    const Type = types[type];
    // a copy: the buffer of a message need not be aligned
    arrays[name] = new Type(bytes.slice(offset, offset + length * Type.BYTES_PER_ELEMENT).buffer);
  }
  return arrays;
}

/** First index whose value is not below x; `values` ascends. */
function lowerBound(values, x, from = 0, to = values.length) {
  while (from < to) {
    const middle = (from + to) >> 1;
    if (values[middle] < x) from = middle + 1;
    else to = middle;
  }
  return from;
}

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

/** A number in few digits, with a true minus sign. */
function figure(value, digits = 3) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  const text = size >= 1e6 || (size > 0 && size < 1e-4) ? value.toExponential(1)
    : size >= 1000 ? value.toFixed(0) : value.toFixed(size >= 100 ? 1 : size >= 10 ? 2 : digits);
  return text.replace("-", "−");
}

const percent = (share) => (Number.isFinite(share) ? `${(100 * share).toFixed(1).replace("-", "−")} %` : "–");
const seconds = (ms) => `${(ms / 1000).toFixed(ms % 1000 ? (ms % 100 ? 2 : 1) : 0)} s`;

/** Round places for ticks, at most about `count` of them, between low and high. */
function ticks(low, high, count) {
  const rough = (high - low) / Math.max(count, 1);
  if (!(rough > 0) || !Number.isFinite(rough)) return [low];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? 10 * power;
  const places = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) places.push(i * step);
  return places;
}

/** The places as texts, all with as many decimals as the closest two need to differ. */
function tickTexts(places) {
  const gaps = places.slice(1).map((place, i) => place - places[i]), most = Math.max(...places.map(Math.abs));
  const step = Math.min(...gaps, Math.abs(places[0]) || Infinity, most || 1);
  const long = most >= 1e6 || step < 1e-4; // then in powers of ten
  const digits = clamp(Math.ceil(Math.log10((long ? most : 1) / step) - 1e-9), 0, 6);
  return places.map((place) => (long ? place.toExponential(digits) : place.toFixed(digits)).replace("-", "−"));
}

/** Call `draw` in the next frame, however often it is asked for until then. */
function oncePerFrame(draw) {
  let waiting = 0;
  return {
    ask() {
      waiting ||= requestAnimationFrame(() => {
        waiting = 0;
        draw();
      });
    },
    cancel() {
      cancelAnimationFrame(waiting);
    },
  };
}

/**
 * Draw in the next frame: `above()`, what follows the hand, after a change of the traits `often`; before it `below()`,
 * what moves seldom, after a change of the traits `seldom`, the theme or the size. `data-frames` counts the frames: that
 * is what tests wait for.
 */
function drawingLoop(model, root, { often, seldom, above, below }) {
  let stale = true;
  const frame = oncePerFrame(() => {
    if (stale) below();
    stale = false;
    above();
    root.dataset.frames = Number(root.dataset.frames ?? 0) + 1;
  });
  const all = () => {
    stale = true;
    frame.ask();
  };
  const ends = [watch(model, often, frame.ask), watch(model, seldom, all), watchLook(root, all), frame.cancel];
  return { all, stop: () => ends.forEach((end) => end()) };
}

/** A canvas that fills its parent; `begin()` gives a cleared context in CSS pixels. */
function canvasIn(parent) {
  const canvas = h("canvas", { "aria-hidden": "true" });
  parent.append(canvas);
  return {
    canvas,
    begin() {
      const width = parent.clientWidth, height = parent.clientHeight, ratio = window.devicePixelRatio || 1;
      const context = canvas.getContext("2d");
      if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
        canvas.width = Math.round(width * ratio);
        canvas.height = Math.round(height * ratio);
      }
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.clearRect(0, 0, width, height);
      context.font = "11px system-ui, sans-serif";
      return { context, width, height };
    },
  };
}

/** The colours in force, as a canvas needs them. */
function palette(root) {
  const style = getComputedStyle(root);
  const get = (name) => style.getPropertyValue(`--ek-${name}`).trim();
  return {
    ink: get("ink"), soft: get("soft"), paper: get("paper"), line: get("line"), alarm: get("alarm"),
    shade: get("shade"), mark: get("mark"), series: [1, 2, 3, 4, 5, 6].map(get),
  };
}

const DASHES = [[], [6, 3], [6, 2, 2, 2], [2, 2], [9, 2], [5, 2, 1, 2, 1, 2]]; // like edgekit.plots' line styles

/** Run `changed` whenever the theme or the size of the explorer changes; returns what stops it. */
function watchLook(root, changed) {
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

/** Call `changed` when one of the traits changes, from Python or from here; returns what stops it. */
function watch(model, names, changed) {
  for (const name of names) model.on(`change:${name}`, changed);
  return () => names.forEach((name) => model.off(`change:${name}`, changed));
}

/** Set a trait and send it to Python. */
function put(model, name, value) {
  if (model.get(name) === value) return;
  model.set(name, value);
  model.save_changes();
}

/** Give an element keys: a map from `event.key` to an action. What it takes, JupyterLab does not see. */
function onKeys(element, actions) {
  element.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input")) return;
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    action(event);
  });
}

/** Keep JupyterLab's shortcuts away from all that can have the focus: there, "a" would insert a cell. */
function keepKeys(root) {
  for (const element of [root, ...root.querySelectorAll("[tabindex], button, input, select")]) element.dataset.lmSuppressShortcuts = "true";
}

/** A labelled number field bound to a trait; `accept(value)` puts it. Returns the label and a way to show a value. */
function numberField(name, properties, accept) {
  let typing = false, last = "";
  const input = h("input", { type: "number", ...properties });
  input.addEventListener("input", () => (typing = true));
  const take = () => {
    if (!typing) return;
    const typed = input.value;
    typing = false;
    input.value = last; // what was not accepted, or not as it stood there, does not stay
    if (typed !== "") accept(Number(typed));
  };
  input.addEventListener("change", take);
  input.addEventListener("keydown", (event) => event.key === "Enter" && take()); // a notebook may keep Enter for itself
  input.addEventListener("blur", () => {
    typing = false; // what was typed and taken back is no change
    input.value = last;
  });
  const label = h("label", {}, name, input);
  const show = (value, digits = 0) => {
    last = value === null ? "" : Number(value.toFixed(digits));
    if (!typing) input.value = last;
  };
  return { label, input, show };
}

/** A labelled slider bound to a trait, its value beside it. */
function rangeField(name, min, max, step, accept) {
  const input = h("input", { type: "range", min, max, step }), value = h("output");
  input.addEventListener("input", () => accept(Number(input.value)));
  const show = (now) => {
    input.value = now;
    value.textContent = now.toFixed(step < 0.01 ? 3 : 2);
  };
  return { label: h("label", {}, name, input, value), input, show };
}

/** Drag with pointer capture: `move(event)` for the press and every move until release. */
function onDrag(element, wanted, move, done = () => {}) {
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !wanted(event)) return;
    element.setPointerCapture(event.pointerId);
    move(event, true);
    const moved = (next) => move(next, false);
    const stop = (last) => {
      element.removeEventListener("pointermove", moved);
      element.removeEventListener("pointerup", stop);
      element.removeEventListener("pointercancel", stop);
      done(last);
    };
    element.addEventListener("pointermove", moved);
    element.addEventListener("pointerup", stop);
    element.addEventListener("pointercancel", stop);
  });
}

/** Horizontal bars with their names and figures as text. `rows`: [name, share of the full width, text]. */
function fillBars(list, rows) {
  list.replaceChildren(
    ...rows.flatMap(([name, share, text]) => {
      const bar = h("i");
      bar.style.width = `${100 * clamp(Math.abs(share), 0, 1)}%`;
      return [
        h("dt", { title: name }, name),
        h("dd", { class: share < 0 ? "ek-bar ek-less" : "ek-bar", "aria-hidden": "true" }, bar),
        h("dd", {}, text),
      ];
    }),
  );
}

/** The line of help below an explorer: lists are keys, texts stand as they are. */
function keyHelp(parts) {
  const nodes = parts.flatMap((part) => (Array.isArray(part) ? part.flatMap((key) => [h("kbd", {}, key), " "]) : [part]));
  return h("div", { class: "ek-foot" }, ...nodes);
}

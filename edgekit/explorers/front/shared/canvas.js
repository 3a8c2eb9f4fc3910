// Canvases: one that fills its parent, and text that stays readable on what is drawn.
import { h } from "./elements.js";

/**
 * @param {HTMLCanvasElement} canvas
 * @returns {CanvasRenderingContext2D}
 */
export function contextOf(canvas) {
  const context = canvas.getContext("2d");
  if (!context) throw new Error("this browser draws no canvas");
  return context;
}

/**
 * A canvas that fills its parent; `begin()` gives a cleared context in CSS pixels.
 * @param {HTMLElement} parent
 */
export const canvasIn = (parent) => layersIn(parent, 1)[0];

/**
 * Layers of one picture that fills its parent, the lowest first; `begin()` gives a context in CSS pixels, cleared. Those
 * below are kept: `begin()` of the last one puts them on the canvas in the page, to be drawn on. One canvas in the page is
 * enough, and each one there costs the browser time in every frame.
 * @param {HTMLElement} parent
 * @param {number} [count]
 */
export function layersIn(parent, count = 2) {
  const layers = Array.from({ length: count }, () => contextOf(h("canvas", { "aria-hidden": "true" })));
  const below = layers.slice(0, -1), [{ canvas: shown }] = layers.slice(-1);
  parent.append(shown);
  return layers.map((context) => ({
    /** @returns {Surface} */
    begin() {
      const { canvas } = context, ratio = window.devicePixelRatio || 1;
      const width = parent.clientWidth, height = parent.clientHeight, wide = Math.round(width * ratio), high = Math.round(height * ratio);
      if (canvas.width !== wide || canvas.height !== high) Object.assign(canvas, { width: wide, height: high });
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, wide, high);
      if (canvas === shown) for (const layer of below) if (layer.canvas.width && layer.canvas.height) context.drawImage(layer.canvas, 0, 0);
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.font = "11px system-ui, sans-serif";
      return { context, width, height };
    },
  }));
}

/**
 * Write on top of what is drawn, with a rim that keeps the text readable there.
 * @param {CanvasRenderingContext2D} context
 * @param {Palette} colours
 * @param {string} text
 * @param {number} x
 * @param {number} y
 */
export function writeOver(context, colours, text, x, y) {
  context.lineWidth = 3;
  context.lineJoin = "round";
  context.strokeStyle = colours.paper;
  context.strokeText(text, x, y);
  context.fillStyle = colours.ink;
  context.fillText(text, x, y);
}

/**
 * A text in at most so many pixels.
 * @param {CanvasRenderingContext2D} context
 * @param {string} text
 * @param {number} room
 */
export function fitted(context, text, room) {
  if (context.measureText(text).width <= room) return text;
  let length = Math.min(text.length, 60);
  while (length > 1 && context.measureText(`${text.slice(0, length)}…`).width > room) length--;
  return `${text.slice(0, length)}…`;
}

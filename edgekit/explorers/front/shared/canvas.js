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
export function canvasIn(parent) {
  const canvas = h("canvas", { "aria-hidden": "true" }), context = contextOf(canvas);
  parent.append(canvas);
  return {
    /** @returns {Surface} */
    begin() {
      const width = parent.clientWidth, height = parent.clientHeight, ratio = window.devicePixelRatio || 1;
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

// Drawing on a track over time: lines, axes, where samples begin, what is marked.
import { lowerBound } from "./arrays.js";
import { fitted } from "./canvas.js";
import { envelope } from "./envelope.js";
import { LEFT, RIGHT, TOP, timeScale } from "./scales.js";
import { tickTexts, ticks } from "./ticks.js";

/**
 * Draw values over time: every one while there is room, else the envelope. The line has a gap where values are missing.
 * One narrower than a pixel column that also holds values cannot be seen until one zooms in: peaks are shown rather than
 * gaps.
 * @param {Drawing} context
 * @param {Numbers} times
 * @param {Numbers} values
 * @param {Numbers} breaks indices where a sample begins
 * @param {Stretch} view
 * @param {TimeScale} scale
 * @param {(value: number) => number} y
 */
export function drawLine(context, times, values, breaks, view, scale, y) {
  const from = Math.max(lowerBound(times, view.low) - 1, 0), to = Math.min(lowerBound(times, view.high) + 1, times.length);
  context.beginPath();
  if (to - from > 2 * scale.room) drawEnvelope(context, times, values, breaks, view, scale, y);
  else {
    let next = lowerBound(breaks, from + 1), pen = false;
    for (let i = from; i < to; i++) {
      if (i === breaks[next]) {
        pen = false;
        next++;
      }
      const value = values[i];
      if (Number.isNaN(value)) pen = false;
      else if (pen) context.lineTo(scale.x(times[i]), y(value));
      else {
        context.moveTo(scale.x(times[i]) - 0.75, y(value)); // a reading alone is a dot
        context.lineTo(scale.x(times[i]) + 0.75, y(value));
      }
      pen = !Number.isNaN(value);
    }
  }
  context.stroke();
}

/**
 * @param {Drawing} context
 * @param {Numbers} times
 * @param {Numbers} values
 * @param {Numbers} breaks
 * @param {Stretch} view
 * @param {TimeScale} scale
 * @param {(value: number) => number} y
 */
function drawEnvelope(context, times, values, breaks, view, scale, y) {
  const { smallest, largest, joined } = envelope(times, values, view.low, view.high, Math.floor(scale.room), breaks);
  context.setLineDash([]);
  for (let column = 0; column < smallest.length; column++) {
    if (Number.isNaN(smallest[column])) continue;
    const x = LEFT + column + 0.5;
    if (joined[column]) context.lineTo(x, y(largest[column]));
    else context.moveTo(x, y(largest[column]) - 0.5); // a reading alone is a dot
    context.lineTo(x, y(smallest[column]) + 0.5);
  }
}

/**
 * Draw inside a track's picture only.
 * @param {CanvasRenderingContext2D} context
 * @param {TimeScale} scale
 * @param {number} height
 * @param {() => void} draw
 */
export function within(context, { room }, height, draw) {
  context.save();
  context.beginPath();
  context.rect(LEFT, 0, room, height);
  context.clip();
  draw();
  context.restore();
}

/**
 * @param {Surface} surface
 * @param {Palette} colours
 * @param {(value: number) => number} y
 * @param {{name: string, middle: number, places: number[], texts?: string[]}} axis
 */
export function drawValueAxis({ context, width }, colours, y, { name, middle, places, texts = tickTexts(places) }) {
  context.fillStyle = colours.soft;
  context.textAlign = "right";
  context.textBaseline = "middle";
  places.forEach((place, i) => {
    const at = y(place);
    context.strokeStyle = colours.line;
    context.lineWidth = 0.5;
    context.beginPath();
    context.moveTo(LEFT, at);
    context.lineTo(width - RIGHT, at);
    context.stroke();
    context.fillText(texts[i], LEFT - 5, at);
  });
  context.save();
  context.translate(8, middle);
  context.rotate(-Math.PI / 2);
  context.textAlign = "center";
  context.fillText(fitted(context, name, 2 * middle), 0, 0);
  context.restore();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Palette} colours
 * @param {Stretch} view
 * @param {TimeScale} scale
 * @param {number} bottom
 */
export function drawTimeAxis(context, colours, view, scale, bottom) {
  context.fillStyle = colours.soft;
  context.textAlign = "center";
  context.textBaseline = "top";
  const places = ticks(view.low / 1000, view.high / 1000, scale.room / 90);
  tickTexts(places).forEach((text, i) => context.fillText(`${text} s`, scale.x(places[i] * 1000), bottom + 5));
}

/**
 * Lines where one sample ends and the next one begins; their names stand in the band (sample_band.js).
 * @param {CanvasRenderingContext2D} context
 * @param {Palette} colours
 * @param {TimelineSample[]} samples
 * @param {Stretch} view
 * @param {TimeScale} scale
 * @param {number} bottom
 */
export function drawSamples(context, colours, samples, view, scale, bottom) {
  context.fillStyle = colours.line;
  if (samples.length < 2) return;
  for (const { start, end } of samples) {
    const x = scale.x(start);
    if (start >= view.low && start <= view.high && scale.x(end) - x >= 3) context.fillRect(x - 0.5, TOP, 1, bottom - TOP);
  }
}

/**
 * Mark the stretch of time [from, to) in a track, framed.
 * @param {Surface} surface
 * @param {Palette} colours
 * @param {Stretch} view
 * @param {number} from
 * @param {number} to
 * @param {number} bottom
 */
export function drawMark({ context, width, height }, colours, view, from, to, bottom) {
  const scale = timeScale(view, width);
  within(context, scale, height, () => {
    const left = scale.x(from), size = Math.max(scale.x(to) - left, 1);
    context.fillStyle = colours.mark;
    context.fillRect(left, TOP, size, bottom - TOP);
    context.strokeStyle = colours.ink;
    context.lineWidth = 1;
    context.strokeRect(left + 0.5, TOP + 0.5, Math.max(size - 1, 0.5), bottom - TOP - 1);
  });
}

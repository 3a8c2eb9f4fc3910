// Drawing on a track over time: lines, axes, where samples begin, what is marked.
import { lowerBound } from "./arrays.js";
import { fitted } from "./canvas.js";
import { envelope } from "./envelope.js";
import { LEFT, RIGHT, TOP, timeScale } from "./scales.js";
import { tickTexts, ticks } from "./ticks.js";

const TEXT = 11; // px, the height of a tick's text

/**
 * Draw values over time, in the stroke's colour, which is also to be the fill's: every one while there is room, else the
 * envelope. The line has a gap where values are missing. One narrower than a pixel column that also holds values cannot
 * be seen until one zooms in: peaks are shown rather than gaps.
 * @param {Drawing} context
 * @param {Numbers} times
 * @param {Numbers} values
 * @param {Numbers} breaks indices where a sample begins
 * @param {Stretch} view
 * @param {TimeScale} scale
 * @param {(value: number) => number} y
 * @param {Envelope} [known] of these values in this view, where it was looked for before
 */
export function drawLine(context, times, values, breaks, view, scale, y, known) {
  const from = Math.max(lowerBound(times, view.low) - 1, 0), to = Math.min(lowerBound(times, view.high) + 1, times.length);
  if (to - from > 2 * scale.room) {
    drawEnvelope(context, known ?? envelope(times, values, view.low, view.high, Math.floor(scale.room), breaks), y);
    return;
  }
  context.beginPath();
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
  context.stroke();
}

/**
 * A bar in each pixel column, as far as the one beside it that the line comes from: the outline of those side by side is
 * filled, since the browser takes 20 times as long to stroke a line that turns in every column. Columns without a value
 * are crossed by a stroke.
 * @param {Drawing} context
 * @param {Envelope} columns
 * @param {(value: number) => number} y
 */
function drawEnvelope(context, { smallest, largest, joined }, y) {
  const top = largest.map((value) => y(value) - 0.5), bottom = smallest.map((value) => y(value) + 0.5);
  const crossed = [];
  context.beginPath();
  for (let from = 0, to = 0, last = 0; from < top.length; from = to) {
    for (to = from + 1; joined[to] && !Number.isNaN(top[to - 1]); ) to++;
    if (Number.isNaN(top[from])) continue;
    if (joined[from]) crossed.push([last, from]);
    context.moveTo(LEFT + from, top[from]);
    for (let column = from; column < to; column++) {
      const at = column > from ? Math.min(top[column], bottom[column - 1]) : top[column];
      context.lineTo(LEFT + column, at);
      context.lineTo(LEFT + column + 1, at);
    }
    for (let column = to - 1; column >= from; column--) {
      const at = column > from ? Math.max(bottom[column], top[column - 1]) : bottom[column];
      context.lineTo(LEFT + column + 1, at);
      context.lineTo(LEFT + column, at);
    }
    last = to - 1;
  }
  context.fill();
  if (!crossed.length) return;
  context.setLineDash([]);
  context.beginPath();
  for (const [from, to] of crossed) {
    context.moveTo(LEFT + from + 0.5, bottom[from] - 0.5);
    context.lineTo(LEFT + to + 0.5, top[to] + 0.5);
  }
  context.stroke();
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
 * @param {{name: string, short?: string, middle: number, places: number[], texts?: string[]}} axis `short`: its name where
 *   there is no room for all of it
 */
export function drawValueAxis({ context, width }, colours, y, { name, short = name, middle, places, texts = tickTexts(places) }) {
  context.fillStyle = colours.soft;
  context.textAlign = "right";
  context.textBaseline = "middle";
  let written = Infinity; // px from the top, of the last text: in a low track the next one may have no room
  places.forEach((place, i) => {
    const at = y(place);
    context.strokeStyle = colours.line;
    context.lineWidth = 0.5;
    context.beginPath();
    context.moveTo(LEFT, at);
    context.lineTo(width - RIGHT, at);
    context.stroke();
    if (written - at < TEXT) return;
    context.fillText(texts[i], LEFT - 5, at);
    written = at;
  });
  context.save();
  context.translate(8, middle);
  context.rotate(-Math.PI / 2);
  context.textAlign = "center";
  context.fillText(fitted(context, context.measureText(name).width > 2 * middle ? short : name, 2 * middle), 0, 0);
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

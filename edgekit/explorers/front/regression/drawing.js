// Drawing of the regression explorer: axes and signal below; points, threshold and chosen window, which move, above.
import { canvasIn, layersIn } from "../shared/canvas.js";
import { keptDrawing } from "../shared/frames.js";
import { clamp } from "../shared/numbers.js";
import { placement } from "../shared/placement.js";
import { pointAt } from "../shared/points.js";
import { AXIS, TOP, timeScale } from "../shared/scales.js";
import { drawSignal } from "../shared/signal_track.js";
import { palette } from "../shared/theme.js";
import { drawKnob } from "../shared/threshold.js";
import { thumbnails } from "../shared/thumbnails.js";
import { drawMark, drawTimeAxis } from "../shared/time_track.js";
import { drawAllowed, drawPanel, drawRing, panelScale, placed } from "./panels.js";
import { pointsIn } from "./scatter.js";
/** @import { RegressionState } from "./state.js" */

/**
 * @param {RegressionState} state
 * @param {HTMLElement} root
 * @param {{predicted: HTMLElement, errors: HTMLElement, signal: HTMLElement, picture: HTMLElement, knob: HTMLElement}} places
 * @param {() => void} again is called once a picture is decoded
 */
export function regressionDrawing(state, root, places, again) {
  const { model, meta } = state, panels = [panelOf(state, places.predicted, false), panelOf(state, places.errors, true)];
  const ofErrors = panels[1], signal = sampleTrack(state, places.signal);
  const drawPicture = meta.pictures ? samplePicture(state, places.picture, again) : () => {};
  let colours = palette(root, meta.looks);
  const knobAt = () => clamp(ofErrors.scale().y(model.get("threshold")), TOP, ofErrors.scale().floor);
  return {
    below() {
      colours = palette(root, meta.looks);
      for (const panel of panels) panel.below(colours);
      signal.below();
      return colours;
    },
    above() {
      const [, surface] = panels.map((panel) => panel.above(colours));
      drawKnob(surface, colours, knobAt());
      signal.above(colours);
      drawPicture();
    },
    /** The knob's element, for the hand and the focus; what one sees of it is drawn. */
    placeKnob: () => void (places.knob.style.top = `${places.errors.offsetTop + knobAt()}px`),
    windowUnderPredicted: panels[0].windowUnder, windowUnderErrors: ofErrors.windowUnder,
    /** The error at this height of the panel of errors. @param {PointerEvent} event */
    errorUnder: ({ clientY }) => ofErrors.scale().value(clientY - places.errors.getBoundingClientRect().top),
    /** How many pixels a press is from the nearer dashed line of the panel of errors. @param {PointerEvent} event */
    fromLine({ clientY }) {
      const y = clientY - places.errors.getBoundingClientRect().top, { y: at } = ofErrors.scale(), threshold = model.get("threshold");
      return Math.min(Math.abs(y - at(threshold)), Math.abs(y - at(-threshold)));
    },
  };
}

/**
 * One panel of points.
 * @param {RegressionState} state
 * @param {HTMLElement} place
 * @param {boolean} errors whether errors stand upwards, else predicted numbers
 */
function panelOf({ model, meta, data, sorted, within, errorOf, marked }, place, errors) {
  const [base, middle, over] = layersIn(place, 3);
  let scale = panelScale(meta, 1, 1, errors), points = placed(scale, { expected: new Float64Array(), predicted: new Float64Array() }, errors); // until there is a size
  /** @type {ReturnType<typeof pointsIn>} */
  let drawPoints = () => {};
  const keepPoints = keptDrawing((colours) => {
    middle.begin();
    drawPoints(colours, within());
  });
  return {
    scale: () => scale,
    /** @param {Palette} colours */
    below(colours) {
      const surface = base.begin(), { context } = middle.begin();
      scale = panelScale(meta, surface.width, surface.height, errors);
      points = placed(scale, sorted, errors);
      drawPoints = pointsIn(context, context.canvas.width / Math.max(surface.width, 1), points, meta.most);
      drawPanel(surface, colours, scale, errors, meta.axis_names);
    },
    /** @param {Palette} colours */
    above(colours) {
      keepPoints(colours, points, within());
      const surface = over.begin(), chosen = model.get("window"), error = errorOf(chosen);
      const threshold = model.get("threshold");
      for (const { value } of marked()) if (value !== threshold) drawAllowed(surface, colours, scale, value, errors, [1, 3]);
      drawAllowed(surface, colours, scale, threshold, errors);
      if (!Number.isNaN(error)) drawRing(surface, colours, scale.x(data.expected[chosen]), scale.y(errors ? error : data.predicted[chosen]));
      return surface;
    },
    /** The window under the hand, -1 for none. @param {PointerEvent} event */
    windowUnder({ clientX, clientY }) {
      const { left, top } = place.getBoundingClientRect(), i = pointAt(points, clientX - left, clientY - top);
      return i < 0 ? -1 : sorted.order[i];
    },
  };
}

/**
 * The signal of the chosen window's sample: drawn when that is another one, the window marked in it.
 * @param {RegressionState} state
 * @param {HTMLElement} place
 */
function sampleTrack({ model, meta, data, view }, place) {
  const [base, over] = layersIn(place);
  let drawn = -1;
  /** @param {Palette} colours @param {number} sample */
  function draw(colours, sample) {
    const { context, width, height } = base.begin(), now = view(), inSample = { low: 0, high: now.high - now.low };
    const own = readingsOf(data, sample);
    drawSignal({ context, width, height: height - AXIS }, colours, own, { ...meta, samples: [] }, model.get("axes"), now);
    if (meta.timed) drawTimeAxis(context, colours, inSample, timeScale(inSample, width), height - AXIS);
    drawn = sample;
  }
  const keep = keptDrawing((colours) => {
    const chosen = model.get("window"), sample = data.sample[chosen];
    if (sample !== drawn) draw(colours, sample);
    const surface = over.begin(), now = view(), from = data.start[chosen], to = data.stop[chosen];
    if (from > now.low || to < now.high) drawMark(surface, colours, now, from, to, surface.height - AXIS);
  });
  return {
    below: () => void (drawn = -1),
    /** @param {Palette} colours */
    above: (colours) => keep(colours, model.get("window")),
  };
}

/**
 * The picture of the chosen window's sample, of those that have one.
 * @param {RegressionState} state
 * @param {HTMLElement} place
 * @param {() => void} again
 */
function samplePicture({ model, data }, place, again) {
  const canvas = canvasIn(place), imageOf = thumbnails(data, again);
  return () => {
    const { context } = canvas.begin(), image = imageOf(data.sample[model.get("window")]);
    if (!image) return;
    const { left, top, wide, high } = placement(image.height / image.width, place);
    context.drawImage(image, left, top, wide, high);
  };
}

/**
 * The readings of one sample alone: of those behind it, none shows at the edge.
 * @param {TimelineArrays} data
 * @param {number} sample
 * @returns {TimelineArrays}
 */
export function readingsOf(data, sample) {
  const { time, signal, breaks } = data;
  const from = breaks[sample], to = breaks[sample + 1] ?? time.length, count = to - from;
  const own = new Float32Array(time.length ? (signal.length / time.length) * count : 0);
  for (let axis = 0; axis * count < own.length; axis++) {
    own.set(signal.subarray(axis * time.length + from, axis * time.length + to), axis * count);
  }
  return { ...data, time: time.subarray(from, to), signal: own, breaks: Int32Array.of(0) };
}

// The histograms of cells and of pictures, one above the other on the same scale of scores.
import { layersIn } from "../shared/canvas.js";
import { h } from "../shared/elements.js";
import { drawHistogram, drawHistogramMark, drawHistogramMarked, drawHistogramThreshold } from "../shared/histogram.js";
import { counted } from "../shared/numbers.js";
import { dragInHistogram, sayThreshold } from "../shared/threshold.js";
/** @import { VisualState } from "./state.js" */

/** @param {VisualState} state */
export function scoreHistograms({ model, meta, data, grid, cell, cells, pictures, axis, setThresholdAt, counts, count, marked }) {
  const places = [
    { scores: cells, kinds: meta.cell_kinds, element: h("div", { class: "ek-track ek-flat", role: "img", "aria-label": "histogram of the scores of cells" }) },
    { scores: pictures, kinds: meta.picture_kinds, element: h("div", { class: "ek-track ek-flat", tabindex: "0", role: "slider", "aria-label": "threshold" }) },
  ].map((place) => {
    const [base, over] = layersIn(place.element);
    return { ...place, base, over };
  });
  places.forEach(({ element }) => dragInHistogram(element, setThresholdAt));
  const slider = places[1].element;
  return {
    element: h("div", { class: "ek-histograms" }, ...places.map((place) => place.element)),
    slider,
    below(/** @type {Palette} */ colours) {
      for (const { scores, kinds, base } of places) {
        drawHistogram(base.begin(), colours, scores, axis(), (number, kind) => (number ? counted(number, ...kinds[kind || "all"]) : `no ${kinds.all[1]} with a score`));
      }
    },
    above(/** @type {Palette} */ colours) {
      const threshold = model.get("threshold"), scale = axis();
      const looked = [grid().scores[cell()], data.score[model.get("picture")]];
      places.forEach(({ over, scores }, i) => {
        const surface = over.begin();
        if (threshold !== null) drawHistogramThreshold(surface, colours, scale, scores, threshold);
        drawHistogramMark(surface, colours, scale, scores, looked[i] ?? NaN);
        drawHistogramMarked(surface, colours, scale, scores, marked().filter(({ value }) => value !== threshold));
      });
    },
    /** The threshold for a screen reader. */
    say() {
      const threshold = model.get("threshold");
      sayThreshold(threshold, axis(), slider);
      if (threshold !== null) slider.setAttribute("aria-valuetext", `${Number(threshold.toPrecision(6))}, ${counts().above} of ${counted(count, "picture")} flagged`);
    },
  };
}

// The picture on show in words: which one, what it should be, its score and what that means at the threshold.
import { h, write } from "../shared/elements.js";
import { counted, figure } from "../shared/numbers.js";
import { isDetected } from "../shared/threshold_rules.js";
/** @import { VisualState } from "./state.js" */

/** @param {VisualState} state */
export function pictureCard({ model, meta, data, grid, verdict, threshold, cellsFlagged }) {
  const name = h("h3"), expected = h("p"), score = h("p", { class: "ek-figure" });
  const wrong = h("strong"), parts = h("p", { class: "ek-quiet" }), due = h("span", { class: "ek-quiet" });
  expected.append(due, wrong);
  const element = h("div", { class: "ek-card", role: "group", "aria-label": "the picture" }, name, expected, score, parts);
  /** Show the picture; returns what a screen reader says of it. */
  function show() {
    const i = model.get("picture"), picture = meta.pictures[i], now = verdict(), value = data.score[i], cells = grid().scores.length;
    const boxes = data.box_score.subarray(data.box_at[i], data.box_at[i + 1]).filter((one) => isDetected(one, threshold())).length;
    const said = Number.isNaN(value) ? "no score" : model.get("threshold") === null ? "no threshold" : now.flagged ? "flagged" : "not flagged";
    write(name, (name.title = picture.name));
    write(due, picture.expected ? `expected: ${picture.expected}` : "what it should be is not known");
    write(score, Number.isNaN(value) ? said : `${figure(value, 2)} ${now.flagged ? `${meta.looks.kinds.above.sign} ` : ""}${said}`);
    element.classList.toggle("ek-above", now.flagged);
    write(wrong, now.wrong && ` ${now.wrong}`);
    write(parts, [
      meta.method && `score: ${meta.method}`,
      cells ? `${cellsFlagged()} of ${counted(cells, "cell")} at or above` : "no grid of cells came",
      data.box_score.length ? counted(boxes, "box", "boxes") : "",
      data.truth_at[i + 1] > data.truth_at[i] ? "dashed: where the defect is" : "",
    ].filter(Boolean).join(" · "));
    return `${picture.name}, score ${figure(value, 2)}, ${said}${now.wrong && `, ${now.wrong}`}`;
  }
  return { element, show };
}

// What the threshold does to the pictures, in words and in a table.
import { counted, percent } from "../shared/numbers.js";
import { verdictTable } from "../shared/verdict_table.js";
/** @import { VisualState } from "./state.js" */

/** @param {VisualState} state */
export function verdicts({ model, known, count, cells, counts, other }) {
  const { element, show } = verdictTable({
    known, things: "pictures", sides: ["flagged", "not flagged"],
    compared: [["above", "pictures flagged"], ["cells", "cells at or above"], ["fp", "false alarms"], ["fn", "missed"]],
    rates: [["precision", "precision", percent], ["recall", "recall", percent], ["alarms", "false alarms of normal", percent]],
  });
  return {
    element,
    show() {
      if (model.get("threshold") === null) return show("no threshold", null);
      const now = counts(), compared = other(), cellWords = cells.all.length ? `, ${now.cells} of ${counted(cells.all.length, "cell")} at or above` : "";
      show(`${now.above} of ${counted(count, "picture")} flagged${cellWords}`, now,
        compared && { ...compared, counts: counts(compared.value) });
    },
  };
}

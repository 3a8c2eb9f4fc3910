// The explorer of object detections: the picture with truths, predictions and what went wrong, both countings,
// and all pictures in a row, worst first. Matching is done here, so that both sliders are followed at once.

const HALO = "rgb(255 255 255 / 80%)", PAD = 8;
const SLICE = 4; // ms of a frame that may go into pictures that are not on show

/** Draw a kind's marker; truths are hollow and larger, predictions filled. */
function drawMarker(context, shape, x, y, size, hollow, colour) {
  const corners = (points) => points.forEach(([dx, dy], i) => context[i ? "lineTo" : "moveTo"](x + dx * size, y + dy * size));
  const shapes = {
    o: () => context.arc(x, y, size, 0, 2 * Math.PI),
    s: () => context.rect(x - size * 0.9, y - size * 0.9, size * 1.8, size * 1.8),
    "^": () => corners([[0, -1.15], [1.05, 0.85], [-1.05, 0.85]]),
    v: () => corners([[0, 1.15], [1.05, -0.85], [-1.05, -0.85]]),
    D: () => corners([[0, -1.2], [1.2, 0], [0, 1.2], [-1.2, 0]]),
    X: () => corners([[-1, -0.4], [-0.4, -1], [0, -0.55], [0.4, -1], [1, -0.4], [0.55, 0], [1, 0.4], [0.4, 1], [0, 0.55], [-0.4, 1], [-1, 0.4], [-0.55, 0]]),
    P: () => corners([[-0.4, -1], [0.4, -1], [0.4, -0.4], [1, -0.4], [1, 0.4], [0.4, 0.4], [0.4, 1], [-0.4, 1], [-0.4, 0.4], [-1, 0.4], [-1, -0.4], [-0.4, -0.4]]),
  };
  context.beginPath();
  shapes[shape]();
  context.closePath();
  for (const [width, style] of [[hollow ? 5 : 3, HALO], [hollow ? 2.2 : 1, hollow ? colour : "#00000088"]]) {
    context.lineWidth = width;
    context.strokeStyle = style;
    context.stroke();
  }
  context.fillStyle = colour;
  if (!hollow) context.fill();
}

/** The objects of one picture as plain objects, out of the flat arrays. */
function objectsOf(data, meta, side, picture) {
  const at = data[`${side}_at`];
  return Array.from({ length: at[picture + 1] - at[picture] }, (_, k) => {
    const i = at[picture] + k, object = { index: k, label: data[`${side}_label`][i], score: data[`${side}_score`]?.[i] ?? NaN };
    [object.x, object.y, object.w, object.h] = data[`${side}_place`].subarray(4 * i, 4 * i + 4);
    object.name = object.label < 0 ? meta.unknown : meta.labels[object.label];
    return object;
  });
}

function render({ model, el }) {
  const meta = model.get("_meta"), data = unpack(meta.layout, model.get("_blob"));
  const count = meta.pictures.length, boxes = meta.boxes, distance = boxes ? boxDistance : centreDistance;
  const pictures = meta.pictures.map((_, i) => ({ truths: objectsOf(data, meta, "truth", i), all: objectsOf(data, meta, "prediction", i) }));
  const nearName = boxes ? "min_iou" : "min_distance";
  const centre = (object) => (boxes ? [object.x + object.w / 2, object.y + object.h / 2] : [object.x, object.y]);

  /** Match a picture at the sliders' values; the last answer of each picture is kept. */
  function matched(i) {
    const threshold = model.get("threshold"), near = model.get(nearName), picture = pictures[i];
    if (picture.threshold !== threshold || picture.near !== near) {
      const limit = boxes ? 1 - near : near, far = boxes ? Math.max(limit, 0.9) : 2 * near;
      picture.shown = picture.all.filter(({ score }) => !(score < threshold));
      picture.found = matchKinds(picture.truths, picture.shown, limit, far, distance);
      picture.counts = countsOf(picture.truths, picture.found);
      [picture.threshold, picture.near] = [threshold, near];
    }
    return picture;
  }

  // --- elements ---
  const stage = h("div", {
    class: "ek-stage", tabindex: "0", role: "slider", "aria-label": "picture, worst first",
    "aria-valuemin": "0", "aria-valuemax": String(count - 1),
  });
  const strip = h("div", { class: "ek-track ek-strip", role: "img", "aria-label": "F1 of every picture, one-to-one" });
  const pictureField = numberField("picture", { min: 0, max: count - 1, step: 1 }, choose);
  const thresholdSlider = rangeField("score at least", 0, 1, 0.01, (value) => put(model, "threshold", value));
  const nearSlider = boxes
    ? rangeField("IoU at least", 0.05, 0.95, 0.05, (value) => put(model, nearName, value))
    : rangeField("distance up to", 0, 0.5, 0.01, (value) => put(model, nearName, value));
  const cellBox = h("input", { type: "checkbox", onchange: () => put(model, "cells", cellBox.checked) });
  const name = h("h3"), about = h("p", { class: "ek-quiet" }), chosenHead = h("h3"), chosenText = h("p", { class: "ek-quiet" });
  const distances = h("tbody"), kinds = h("ul", { class: "ek-kinds" });
  const { element: figures, show: showFigures } = countTable(meta.counting);
  // the side is wide enough for the table of counts, headings on one line
  const root = h("div", { class: "ek", style: "--ek-side: 20.5rem", tabindex: "-1", role: "group", "aria-label": meta.title },
    h("div", { class: "ek-head" }, h("span", { class: "ek-title", title: meta.title }, meta.title),
      pictureField.label, thresholdSlider.label, nearSlider.label, meta.cells ? h("label", {}, cellBox, "cells") : null),
    h("div", { class: "ek-main" }, stage, count > 1 ? strip : null),
    h("div", { class: "ek-side" },
      h("div", { class: "ek-card", role: "group", "aria-label": "the picture" }, name, about),
      h("div", {}, kinds, h("p", { class: "ek-quiet" }, `filled: predictions, hollow${boxes ? " and dashed" : ""}: truths`)),
      h("div", {}, h("h3", {}, "Counted"), figures),
      h("div", { class: "ek-card", role: "group", "aria-label": "the object", "aria-live": "polite" }, chosenHead, chosenText,
        h("table", { class: "ek-near" }, h("caption", { class: "ek-hidden" }, "distances of the object"), distances))),
    keyHelp([["←", "→"], "pictures, ", ["shift"], "ten · ", ["n", "p"], "next, previous object · ", ["esc"], "none · ",
      ["↑", "↓"], "score · click an object for its distances", meta.note ? ` · ${meta.note}` : ""]));
  keepKeys(root);
  el.replaceChildren(root);
  const base = canvasIn(stage), over = canvasIn(stage), bars = canvasIn(strip);
  let colours = palette(root), image = null, imageOf = -1;

  // --- what the hand and the keys do ---
  function choose(i) {
    if (!Number.isFinite(i)) return;
    put(model, "chosen", []);
    put(model, "picture", clamp(Math.round(i), 0, count - 1));
  }
  const everything = () => {
    const { truths, shown } = matched(model.get("picture"));
    return [...shown.map((object) => ["prediction", object.index, object]), ...truths.map((object) => ["truth", object.index, object])];
  };
  function chooseNext(step) {
    const all = everything(), [side, index] = model.get("chosen");
    const now = all.findIndex(([s, i]) => s === side && i === index);
    if (all.length) put(model, "chosen", all[(now + (now < 0 && step < 0 ? 0 : step) + all.length) % all.length].slice(0, 2));
  }
  function chooseAt(event) {
    const { left, top } = stage.getBoundingClientRect(), place = frame();
    const near = everything().map(([side, index, object]) => {
      const [x, y] = centre(object);
      return { side, index, gap: Math.hypot(place.x(x) - (event.clientX - left), place.y(y) - (event.clientY - top)) };
    }).sort((a, b) => a.gap - b.gap)[0];
    put(model, "chosen", near && near.gap < 18 ? [near.side, near.index] : []);
  }

  // --- drawing ---
  /** Where the picture lies in the stage: as large as fits, in its own shape. */
  function frame() {
    const width = stage.clientWidth - 2 * PAD, height = stage.clientHeight - 2 * PAD;
    const shape = meta.pictures[model.get("picture")].shape, wide = Math.min(width, height / shape), high = wide * shape;
    const left = PAD + (width - wide) / 2, top = PAD + (height - high) / 2;
    return { left, top, wide, high, x: (x) => left + x * wide, y: (y) => top + y * high };
  }
  function drawBase() {
    colours = palette(root);
    const { context } = base.begin(), place = frame(), i = model.get("picture");
    context.fillStyle = colours.line;
    context.fillRect(place.left, place.top, place.wide, place.high);
    if (imageOf === i && image) {
      context.imageSmoothingEnabled = false;
      context.drawImage(image, place.left, place.top, place.wide, place.high);
    } else loadImage(i);
    if (model.get("cells") && meta.cells) drawCells(context, place, i);
  }
  function loadImage(i) {
    const [from, to] = [data.image_at[i], data.image_at[i + 1]];
    [image, imageOf] = [null, i];
    if (to <= from) return;
    createImageBitmap(new Blob([data.images.slice(from, to)])).then((bitmap) => {
      if (imageOf !== i) return bitmap.close();
      image = bitmap;
      loop.all();
    }, () => {}); // a picture that cannot be read: objects are shown without
  }
  function drawCells(context, place, i) {
    context.strokeStyle = "rgb(255 255 255 / 35%)";
    context.lineWidth = 0.5;
    const [across, down] = meta.cells;
    context.beginPath();
    for (let c = 1; c < across; c++) {
      context.moveTo(place.x(c / across), place.top);
      context.lineTo(place.x(c / across), place.top + place.high);
    }
    for (let r = 1; r < down; r++) {
      context.moveTo(place.left, place.y(r / down));
      context.lineTo(place.left + place.wide, place.y(r / down));
    }
    context.stroke();
    const { shown, found } = matched(i);
    shown.forEach((object, p) => {
      if (!(object.w > 0)) return;
      const [left, top] = boxes ? [object.x, object.y] : [object.x - object.w / 2, object.y - object.h / 2];
      context.fillStyle = `${meta.looks[found.predictions[p].kind][0]}66`;
      context.fillRect(place.x(left), place.y(top), object.w * place.wide, object.h * place.high);
    });
  }
  function drawOver() {
    const { context } = over.begin(), place = frame(), { truths, shown, found } = matched(model.get("picture"));
    const look = (kind) => meta.looks[kind], [side, index] = model.get("chosen");
    const at = (object) => centre(object).map((value, k) => (k ? place.y(value) : place.x(value)));
    const many = truths.length + shown.length > 40;
    const line = (a, b, colour, dash, width = 1.6) => {
      context.setLineDash(dash);
      for (const [wide, style] of [[width + 2.4, HALO], [width, colour]]) {
        context.lineWidth = wide;
        context.strokeStyle = style;
        context.beginPath();
        context.moveTo(...at(a));
        context.lineTo(...at(b));
        context.stroke();
      }
      context.setLineDash([]);
    };
    found.predictions.forEach(({ kind, partner }, p) => partner >= 0 && line(shown[p], truths[partner], look(kind)[0], kind === "hit" ? [] : [3, 3]));
    const draw = (object, { kind }, hollow) => {
      const [colour, shape] = look(kind), [x, y] = at(object);
      if (boxes) {
        context.setLineDash(hollow ? [5, 3] : []);
        context.lineWidth = 1.8;
        context.strokeStyle = colour;
        context.strokeRect(place.x(object.x), place.y(object.y), object.w * place.wide, object.h * place.high);
        context.setLineDash([]);
      }
      drawMarker(context, shape, x, y, hollow ? 8 : 5, hollow, colour);
      if ((hollow ? "truth" : "prediction") === side && object.index === index) {
        context.lineWidth = 2.5;
        for (const [radius, style] of [[13, "#000000"], [15, "#ffffff"]]) {
          context.strokeStyle = style;
          context.beginPath();
          context.arc(x, y, radius, 0, 2 * Math.PI);
          context.stroke();
        }
      }
      if (!many && !(hollow && meta.said.includes(kind))) drawName(context, `${object.name}${Number.isNaN(object.score) ? "" : ` ${object.score.toFixed(2)}`}`, x + 9, y + (hollow ? 13 : -9));
    };
    truths.forEach((object, t) => draw(object, found.truths[t], true));
    shown.forEach((object, p) => draw(object, found.predictions[p], false));
  }
  function drawName(context, text, x, y) {
    const short = text.length > 24 ? `${text.slice(0, 23)}…` : text, width = context.measureText(short).width;
    const left = Math.min(x, stage.clientWidth - width - 4);
    context.fillStyle = "rgb(255 255 255 / 75%)";
    context.fillRect(left - 2, y - 7, width + 4, 14);
    context.fillStyle = "#111111";
    context.textAlign = "left";
    context.textBaseline = "middle";
    context.fillText(short, left, y);
  }
  function drawStrip() {
    const { context, width, height } = bars.begin(), step = (width - 2 * PAD) / count, tall = height - 19;
    for (let i = 0; i < count; i++) {
      const { f1 } = ratesOf(matched(i).counts["one-to-one"]), x = PAD + i * step, wide = Math.max(step - (step > 4 ? 1 : 0), 0.5);
      context.fillStyle = i === model.get("picture") ? colours.ink : colours.line;
      context.fillRect(x, 2, wide, tall);
      context.fillStyle = f1 < 1 ? colours.series[0] : colours.series[2];
      context.fillRect(x, 2 + (1 - f1) * tall, wide, Math.max(f1 * tall, 1));
      if (i !== model.get("picture")) continue;
      context.fillStyle = colours.ink;
      context.fillRect(x, tall + 3, wide, 2);
    }
    context.fillStyle = colours.soft;
    context.textBaseline = "bottom";
    context.textAlign = "right";
    context.fillText("F1 of each picture, one-to-one; worst first when this was opened", width - PAD, height);
  }

  // --- text ---
  function showText() {
    const i = model.get("picture"), { truths, shown, found, counts } = matched(i), { name: title, server } = meta.pictures[i];
    pictureField.show(i);
    thresholdSlider.show(model.get("threshold"));
    nearSlider.show(model.get(nearName));
    cellBox.checked = model.get("cells");
    name.textContent = title;
    about.textContent = `${truths.length} truths, ${shown.length} of ${pictures[i].all.length} predictions` + (server === null ? "" : ` · the server says ${meta.figure} ${server.toFixed(3)}`);
    const tallied = new Map();
    [...found.predictions, ...found.truths.filter(({ kind }) => kind === "missed" || kind === "not in training")].forEach(({ kind }) => tallied.set(kind, (tallied.get(kind) ?? 0) + 1));
    kinds.replaceChildren(...Object.keys(meta.looks).filter((kind) => tallied.has(kind)).map((kind) => kindItem(kind, tallied.get(kind))));
    showFigures(meta.counting.map((name) => counts[name]));
    showChosen();
    stage.setAttribute("aria-valuenow", String(i));
    stage.setAttribute("aria-valuetext", `${title}: ${[...tallied].map(([kind, n]) => `${n} ${kind}`).join(", ") || "nothing there, nothing found"}`);
  }
  /** Match the other pictures too, a few milliseconds a frame, so that the one on show never waits for them. */
  function countAll() {
    const end = performance.now() + SLICE;
    for (let i = 0; i < count; i++) {
      matched(i);
      if (performance.now() < end || i === count - 1) continue;
      figures.setAttribute("aria-busy", "true");
      return restLoop.ask();
    }
    const total = (name) => pictures.reduce((sum, { counts }) => {
      return { tp: sum.tp + counts[name].tp, fp: sum.fp + counts[name].fp, fn: sum.fn + counts[name].fn };
    }, { tp: 0, fp: 0, fn: 0 });
    showFigures([null, null, ...meta.counting.map(total)]);
    drawStrip();
    figures.removeAttribute("aria-busy");
  }
  function kindItem(kind, number) {
    const canvas = h("canvas", { width: 36, height: 36, "aria-hidden": "true" }), context = canvas.getContext("2d");
    context.scale(2, 2);
    drawMarker(context, meta.looks[kind][1], 9, 9, 5, kind === "missed" || kind === "not in training", meta.looks[kind][0]);
    return h("li", {}, canvas, `${number} ${kind}`);
  }
  function showChosen() {
    const { truths, shown, found } = matched(model.get("picture")), [side, index] = model.get("chosen");
    const own = side === "truth" ? truths : shown, others = side === "truth" ? shown : truths;
    const place = own.findIndex((object) => object.index === index);
    chosenHead.textContent = place < 0 ? "No object chosen" : `${side} ${index}: ${own[place].name}`;
    if (place < 0) {
      chosenText.textContent = "Click one, or press n.";
      return distances.replaceChildren();
    }
    const { kind } = found[side === "truth" ? "truths" : "predictions"][place], { score } = own[place];
    chosenText.textContent = `${kind}${Number.isNaN(score) ? "" : `, score ${score.toFixed(3)}`}${others.length ? boxes ? "; IoU with" : "; distance to" : ""}`;
    const apart = others.map((other) => [other, distance(own[place], other)]).sort(([, a], [, b]) => a - b).slice(0, 5);
    distances.replaceChildren(...apart.map(([other, d]) => {
      const title = `${side === "truth" ? "prediction" : "truth"} ${other.index}: ${other.name}`;
      return h("tr", {}, h("th", { scope: "row", title }, title), h("td", {}, (boxes ? 1 - d : d).toFixed(3)));
    }));
  }

  // --- what leads to a new picture ---
  const restLoop = oncePerFrame(countAll);
  const nudge = (steps) => put(model, "threshold", Number(clamp(model.get("threshold") + steps / 100, 0, 1).toFixed(2)));
  const step = (event, size) => choose(model.get("picture") + (event.shiftKey ? 10 : 1) * size);
  onKeys(root, {
    ArrowLeft: (event) => step(event, -1), ArrowRight: (event) => step(event, 1), Home: () => choose(0), End: () => choose(count - 1),
    PageUp: () => choose(model.get("picture") + 10), PageDown: () => choose(model.get("picture") - 10),
    ArrowUp: (event) => nudge(event.shiftKey ? 10 : 1), ArrowDown: (event) => nudge(event.shiftKey ? -10 : -1),
    n: () => chooseNext(1), p: () => chooseNext(-1), Escape: () => put(model, "chosen", []),
  });
  onDrag(stage, () => true, (event, first) => first && chooseAt(event));
  onDrag(strip, () => true, (event) => {
    const { left, width } = strip.getBoundingClientRect();
    choose(Math.floor(((event.clientX - left - PAD) / (width - 2 * PAD)) * count));
  });
  const loop = drawingLoop(model, root, {
    often: ["chosen"], above: () => (drawOver(), showText(), countAll()),
    seldom: ["threshold", nearName, "picture", "cells"], below: drawBase,
  });
  return () => (loop.stop(), restLoop.cancel());
}

/** The figures of one picture and of all, each by every one of `counting`, the names of the countings. */
function countTable(counting) {
  const rows = ["tp", "fp", "fn", "precision", "recall", "f1"], titles = { tp: "TP", fp: "FP", fn: "FN", precision: "precision", recall: "recall", f1: "F1" };
  const whole = { tp: "true positives", fp: "false positives", fn: "false negatives" };
  const cells = rows.map(() => Array.from({ length: 4 }, () => h("td")));
  const group = (text) => h("th", { scope: "colgroup", colspan: "2" }, text);
  const element = h("table", { class: "ek-wide" }, h("caption", { class: "ek-hidden" }, "figures of this picture and of all"),
    h("thead", {}, h("tr", {}, h("td"), group("this picture"), group("all pictures")),
      h("tr", {}, h("td"), ...[...counting, ...counting].map((text) => h("th", { scope: "col" }, text)))),
    h("tbody", {}, ...rows.map((row, i) => h("tr", {}, h("th", { scope: "row" }, whole[row] ? h("abbr", { title: whole[row] }, titles[row]) : titles[row]), ...cells[i]))));
  const show = (counts) => counts.forEach((one, column) => {
    if (!one) return; // as it is
    const all = { ...one, ...ratesOf(one) };
    rows.forEach((row, i) => (cells[i][column].textContent = i < 3 ? String(all[row]) : all[row].toFixed(3)));
  });
  return { element, show };
}

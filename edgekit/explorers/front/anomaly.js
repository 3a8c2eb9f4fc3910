// The explorer of anomaly blocks: the signal, the scores with a threshold to drag, one window in detail, and what the
// threshold does to normal and anomalous windows. All of it is drawn from arrays that are here; Python hears of it after.

function render({ model, el }) {
  const meta = model.get("_meta"), data = unpack(meta.layout, model.get("_blob"));
  const windows = data.start.length, counts = tally(data);
  const known = counts.normal.length + counts.anomalous.length > 0;
  const endOf = (i) => data.start[i] + data.size[data.sample[i]];
  data.middle = Float64Array.from(data.start, (start, i) => (start + endOf(i)) / 2);
  const view = () => timeView(model, meta.end);
  const axis = () => scoreAxis(meta, model.get("log_scale"));

  // --- what the hand and the keys do ---
  function choose(i) {
    if (!windows || !Number.isFinite(i)) return;
    const next = clamp(Math.round(i), 0, windows - 1);
    put(model, "window", next);
    follow(model, meta.end, data.start[next], endOf(next));
  }
  function chooseAt(ms) {
    const after = lowerBound(data.middle, ms);
    choose(after > 0 && ms - data.middle[after - 1] < (data.middle[after] ?? Infinity) - ms ? after - 1 : after);
  }
  function chooseAlarm(step) {
    for (let i = model.get("window") + step; i >= 0 && i < windows; i += step) if (data.score[i] > model.get("threshold")) return choose(i);
  }
  const setThreshold = (value) => Number.isFinite(value) && put(model, "threshold", value);
  const nudge = (steps) => {
    const scale = axis(), share = scale.share(model.get("threshold") ?? scale.high);
    if ((share > 1 && steps > 0) || (share < 0 && steps < 0)) return; // beyond all scores already
    setThreshold(rounded(scale.at(share + steps / 100), scale));
  };
  /** A dragged threshold in as many digits as a pixel is worth. */
  const rounded = (value, scale) => {
    const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.max(scale.high - scale.low, 1e-6) / 10)));
    return Number(value.toFixed(Math.min(digits, 12)));
  };

  // --- elements ---
  const signalTrack = h("div", { class: "ek-track" }), scoreTrack = h("div", { class: "ek-track ek-tall" });
  const knob = h("div", { class: "ek-knob", tabindex: "0", role: "slider", "aria-label": "threshold", "aria-orientation": "vertical" });
  const tracks = h("div", {
    class: "ek-tracks", tabindex: "0", role: "slider", "aria-label": "window",
    "aria-valuemin": "0", "aria-valuemax": String(Math.max(windows - 1, 0)),
  }, signalTrack, scoreTrack);
  const histogram = h("div", { class: "ek-track ek-flat", role: "img", "aria-label": "histogram of scores" });
  const windowField = numberField("window", { min: 0, max: windows - 1, step: 1 }, choose);
  const thresholdField = numberField("threshold", { step: "any" }, setThreshold);
  const logBox = h("input", { type: "checkbox", onchange: () => put(model, "log_scale", logBox.checked) });
  const legend = axisLegend(model, meta, () => colours);
  const card = windowCard(meta, data), verdict = verdictTable(known);
  const root = h("div", { class: "ek", tabindex: "-1", role: "group", "aria-label": meta.title },
    h("div", { class: "ek-head" },
      h("span", { class: "ek-title", title: meta.title }, meta.title),
      windowField.label, thresholdField.label, h("label", {}, logBox, "log scale"),
      h("button", { type: "button", onclick: () => put(model, "span", []) }, "show all")),
    h("div", { class: "ek-main" }, legend.element, h("div", { class: "ek-stack" }, tracks, knob), histogram),
    h("div", { class: "ek-side" }, ...card.elements, verdict.element),
    keyHelp([["←", "→"], "step, ", ["shift"], "ten · ", ["↑", "↓"], "threshold · ", ["n", "p"], "next, previous alarm · ",
      ["+", "−", "0"], "zoom · drag the signal to zoom, the line to move the threshold", meta.note ? ` · ${meta.note}` : ""]));
  keepKeys(root);
  el.replaceChildren(root);
  const base = { signal: canvasIn(signalTrack), score: canvasIn(scoreTrack), bins: canvasIn(histogram) };
  const over = { signal: canvasIn(signalTrack), score: canvasIn(scoreTrack), bins: canvasIn(histogram) };
  let colours = palette(root), covered = [], peaks = [];

  // --- drawing: what moves seldom below, what follows the hand above ---
  function drawBase() {
    colours = palette(root);
    const now = view(), room = Math.floor(timeScale(now, scoreTrack.clientWidth).room);
    drawSignal(base.signal.begin(), colours, data, meta, model.get("axes"), now);
    drawScores(base.score.begin(), colours, data, meta, now, axis());
    drawHistogram(base.bins.begin(), colours, counts, axis());
    covered = coverage(data, meta.longest, now, room);
    peaks = envelope(data.middle, data.score, now.low, now.high, room).largest;
    legend.show();
  }
  function drawOver() {
    const threshold = model.get("threshold"), chosen = model.get("window"), now = view(), scale = axis();
    const surfaces = [[over.signal.begin(), 2], [over.score.begin(), AXIS]], score = surfaces[1][0], bins = over.bins.begin();
    const y = valueScale(scale.low, scale.high, score.height - AXIS, scale.bend);
    const onPicture = (value) => clamp(y(value), TOP, score.height - AXIS);
    knob.hidden = threshold === null;
    if (threshold !== null) {
      for (const [surface, below] of surfaces) drawCovered(surface, colours, covered, threshold, surface.height - below);
      drawAlarms(score, colours, data, now, scale, threshold, peaks);
      drawHistogramThreshold(bins, colours, scale, threshold);
      score.context.strokeStyle = colours.ink;
      score.context.lineWidth = 1.2;
      score.context.setLineDash([6, 3]);
      score.context.beginPath();
      score.context.moveTo(LEFT, onPicture(threshold));
      score.context.lineTo(score.width - RIGHT, onPicture(threshold));
      score.context.stroke();
      score.context.setLineDash([]);
      knob.style.top = `${scoreTrack.offsetTop + onPicture(threshold)}px`;
    }
    if (!windows) return;
    for (const [surface, below] of surfaces) drawMark(surface, colours, now, data.start[chosen], endOf(chosen), surface.height - below);
    if (!Number.isNaN(data.score[chosen])) {
      score.context.lineWidth = 2;
      score.context.strokeStyle = colours.ink;
      score.context.beginPath();
      score.context.arc(timeScale(now, score.width).x(data.middle[chosen]), onPicture(data.score[chosen]), 6, 0, 2 * Math.PI);
      score.context.stroke();
    }
  }
  function showText() {
    const threshold = model.get("threshold"), chosen = model.get("window"), scale = axis();
    windowField.show(chosen);
    thresholdField.show(threshold, 6);
    logBox.checked = model.get("log_scale");
    tracks.setAttribute("aria-valuenow", chosen);
    knob.setAttribute("aria-valuemin", Number(Math.min(scale.low, threshold).toPrecision(6)));
    knob.setAttribute("aria-valuemax", Number(Math.max(scale.high, threshold).toPrecision(6)));
    if (threshold !== null) knob.setAttribute("aria-valuenow", Number(threshold.toPrecision(6)));
    if (windows) tracks.setAttribute("aria-valuetext", card.show(chosen, threshold));
    verdict.show(threshold === null ? null : counts.at(threshold), windows, threshold === null ? 0 : eventsAbove(data, threshold));
  }

  // --- what leads to a new picture ---
  const step = (event, size) => choose(model.get("window") + (event.shiftKey ? 10 : 1) * size);
  const length = () => view().high - view().low;
  const about = () => (windows ? data.middle[model.get("window")] : length() / 2);
  const raise = (event) => nudge(event.shiftKey ? 10 : 1), lower = (event) => nudge(event.shiftKey ? -10 : -1);
  onKeys(knob, { ArrowLeft: lower, ArrowRight: raise }); // as of any slider; elsewhere these keys step windows
  onKeys(root, {
    ArrowLeft: (event) => step(event, -1), ArrowRight: (event) => step(event, 1),
    ArrowUp: raise, ArrowDown: lower,
    PageUp: () => choose(model.get("window") + 10), PageDown: () => choose(model.get("window") - 10),
    Home: () => choose(0), End: () => choose(windows - 1),
    n: () => chooseAlarm(1), p: () => chooseAlarm(-1),
    "+": () => zoom(model, meta.end, 0.5, about()), "=": () => zoom(model, meta.end, 0.5, about()),
    "-": () => zoom(model, meta.end, 2, about()), 0: () => put(model, "span", []),
  });
  const nearLine = (event) => !knob.hidden && Math.abs(event.clientY - knob.getBoundingClientRect().top - knob.offsetHeight / 2) < 7;
  timeGestures(model, meta.end, signalTrack, { choose: chooseAt, zooms: true });
  timeGestures(model, meta.end, scoreTrack, { choose: chooseAt, taken: nearLine });
  scoreTrack.addEventListener("pointermove", (event) => (scoreTrack.style.cursor = nearLine(event) ? "ns-resize" : ""));
  const dragThreshold = (event) => {
    const scale = axis(), box = scoreTrack.getBoundingClientRect();
    setThreshold(rounded(scale.at(1 - (event.clientY - box.top - TOP) / (box.height - AXIS - TOP - 2)), scale));
  };
  let pressed = null; // a click on the line leaves it where it is: it is moved once the hand has moved
  const dragLine = (event, first) => {
    if (first) pressed = event.clientY;
    if (pressed !== null && Math.abs(event.clientY - pressed) < 4) return;
    pressed = null;
    dragThreshold(event);
  };
  onDrag(knob, () => true, dragLine);
  onDrag(scoreTrack, nearLine, dragLine, (event) => {
    if (pressed !== null && event.type === "pointerup") chooseAt(timeUnder(model, meta.end, scoreTrack, event.clientX));
  });
  onDrag(histogram, () => true, (event) => {
    const scale = axis(), box = histogram.getBoundingClientRect();
    setThreshold(rounded(scale.at((event.clientX - box.left - LEFT) / (box.width - LEFT - RIGHT)), scale));
  });
  return drawingLoop(model, root, {
    often: ["window", "threshold"], above: () => (drawOver(), showText()),
    seldom: ["span", "axes", "log_scale"], below: drawBase,
  }).stop;
}

const MOST_BARS = 6; // of one kind: more would not fit on one screen

/** One window in words and bars; `show` returns what a screen reader says of it. */
function windowCard(meta, data) {
  const name = h("h3"), where = h("p", { class: "ek-quiet" }), score = h("p", { class: "ek-figure" }), sense = h("p", { class: "ek-quiet" });
  const box = h("div", { class: "ek-card", role: "group", "aria-label": "the window" }, name, where, score, sense);
  const probabilities = h("dl", { class: "ek-bars" }), shares = h("dl", { class: "ek-bars" }), why = h("h3");
  const elements = [box], many = meta.labels.length > MOST_BARS;
  const heading = many ? `Label probabilities (${MOST_BARS} of ${meta.labels.length})` : "Label probabilities";
  if (meta.labels.length) elements.push(h("div", {}, h("h3", {}, heading), probabilities));
  if (meta.features.length) elements.push(h("div", {}, why, shares));
  const rowOf = (array, names, i) => names.map((label, k) => [label, array[i * names.length + k]]);

  function show(i, threshold) {
    const sample = meta.samples[data.sample[i]], from = data.start[i] - sample.start, above = data.score[i] > threshold;
    const expected = meta.expected[data.expected[i]];
    name.textContent = `Window ${i}`;
    where.textContent = where.title = `${sample.name} · ${seconds(from)} to ${seconds(from + data.size[data.sample[i]])}` + (expected ? ` · expected: ${expected}` : "");
    score.textContent = `${figure(data.score[i], 2)} ${above ? "◆ above" : "not above"}`;
    box.classList.toggle("ek-above", above);
    const signed = data.signed ? data.signed[i] : NaN;
    sense.textContent = Number.isNaN(signed) ? meta.sense
      : `${figure(Math.abs(signed), 2)} standard deviations ${signed < 0 ? "more" : "less"} likely than usual`;
    if (meta.labels.length) {
      const rows = rowOf(data.probabilities, meta.labels, i);
      if (many) rows.sort(([, a], [, b]) => b - a);
      fillBars(probabilities, rows.slice(0, MOST_BARS).map(([label, p]) => [label, p, percent(p)]));
    }
    if (meta.features.length) {
      const rows = rowOf(data.shares, meta.features, i), total = rows.reduce((sum, [, share]) => sum + share, 0);
      rows.sort(([, a], [, b]) => Math.abs(b) - Math.abs(a));
      why.textContent = `Why: distance to ${meta.part} ${data.part[i]}`;
      fillBars(shares, rows.slice(0, MOST_BARS).map(([feature, share]) => [feature, share / total, percent(share / total)]));
    }
    return `window ${i}, score ${figure(data.score[i], 2)}, ${above ? "above" : "not above"} the threshold`;
  }
  return { elements, show };
}

/** What the threshold does, as text and two small tables. */
function verdictTable(known) {
  const said = h("p", { "aria-live": "polite" }), cells = {};
  const cell = (name) => (cells[name] = h("td"));
  const row = (name, ...tds) => h("tr", {}, h("th", { scope: "row" }, name), ...tds);
  const heads = ["above", "not above"].map((text) => h("th", { scope: "col" }, text));
  const tables = known ? [
    h("table", {}, h("caption", { class: "ek-hidden" }, "windows on each side of the threshold"),
      h("thead", {}, h("tr", {}, h("td"), ...heads)),
      h("tbody", {}, row("anomalous", cell("tp"), cell("fn")), row("normal", cell("fp"), cell("tn")))),
    h("table", {}, h("caption", { class: "ek-hidden" }, "how good the threshold is"),
      h("tbody", {}, row("precision", cell("precision")), row("recall", cell("recall")), row("false alarms an hour", cell("perHour")))),
  ] : [];
  function show(counts, windows, events) {
    said.textContent = counts ? `${counts.above} of ${windows} window${windows === 1 ? "" : "s"} above, in ${events} event${events === 1 ? "" : "s"}` : "no threshold";
    for (const [name, td] of Object.entries(cells)) {
      const value = counts?.[name] ?? NaN;
      td.textContent = name === "precision" || name === "recall" ? percent(value) : name === "perHour" ? figure(value, 1) : String(value);
    }
  }
  return { element: h("div", {}, h("h3", {}, "At this threshold"), said, ...tables), show };
}

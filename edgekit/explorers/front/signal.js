// The explorer of a signal: every axis over time, the labels above it, the reading one points at, figures of what is on show.

function render({ model, el }) {
  const meta = model.get("_meta"), data = unpack(meta.layout, model.get("_blob"));
  const readings = data.time.length;
  const view = () => timeView(model, meta.end);
  const values = meta.axes.map((_, i) => data.signal.subarray(i * readings, (i + 1) * readings));

  function choose(i) {
    if (!readings || !Number.isFinite(i)) return;
    const ms = data.time[clamp(Math.round(i), 0, readings - 1)];
    put(model, "time_ms", ms);
    follow(model, meta.end, ms, ms);
  }
  const nearest = (ms) => {
    const after = lowerBound(data.time, ms);
    return after > 0 && ms - data.time[after - 1] < (data.time[after] ?? Infinity) - ms ? after - 1 : Math.min(after, readings - 1);
  };
  const chosen = () => nearest(model.get("time_ms"));

  const track = h("div", { class: "ek-track ek-high" });
  const tracks = h("div", {
    class: "ek-tracks", tabindex: "0", role: "slider", "aria-label": "reading",
    "aria-valuemin": "0", "aria-valuemax": String(Math.max(readings - 1, 0)),
  }, track);
  const timeField = numberField("time in ms", { min: 0, max: meta.end, step: "any" }, (ms) => choose(nearest(ms)));
  const legend = axisLegend(model, meta, () => colours);
  const name = h("h3"), where = h("p", { class: "ek-quiet" }), at = h("tbody"), onShowHead = h("h3");
  const card = h("div", { class: "ek-card", role: "group", "aria-label": "the reading" }, name, where);
  const head = ["at the mark", "lowest", "highest", "RMS"].map((text) => h("th", { scope: "col" }, text));
  const root = h("div", { class: "ek", tabindex: "-1", role: "group", "aria-label": meta.title },
    h("div", { class: "ek-head" }, h("span", { class: "ek-title", title: meta.title }, meta.title),
      timeField.label, h("button", { type: "button", onclick: () => put(model, "span", []) }, "show all")),
    h("div", { class: "ek-main" }, legend.element, h("div", { class: "ek-stack" }, tracks)),
    h("div", { class: "ek-side" }, card, h("div", {}, onShowHead,
      h("table", {}, h("caption", { class: "ek-hidden" }, "values of each axis"), h("thead", {}, h("tr", {}, h("td"), ...head)), at))),
    keyHelp([["←", "→"], "step, ", ["shift"], "ten · ", ["+", "−", "0"], "zoom · drag to zoom"]));
  keepKeys(root);
  el.replaceChildren(root);
  const base = canvasIn(track), over = canvasIn(track);
  let colours = palette(root);

  function drawBase() {
    colours = palette(root);
    const surface = base.begin(), height = surface.height - AXIS, now = view();
    const scale = timeScale(now, surface.width);
    drawSignal({ ...surface, height }, colours, data, meta, model.get("axes"), now);
    drawTimeAxis(surface.context, colours, now, scale, height);
    legend.show();
    showFigures(now);
  }
  function drawOver() {
    const surface = over.begin(), now = view(), ms = model.get("time_ms");
    const x = timeScale(now, surface.width).x(ms);
    surface.context.fillStyle = colours.ink;
    if (x >= LEFT - 1 && x <= surface.width - RIGHT + 1) surface.context.fillRect(x - 0.75, TOP, 1.5, surface.height - AXIS - TOP);
  }
  function showFigures(now) {
    const [from, to] = onShow(data.time, now);
    const part = meta.shown ? ` (${meta.shown}: lowest, highest and RMS need every reading)` : "";
    onShowHead.textContent = `On show: ${seconds(Math.round(now.low))} to ${seconds(Math.round(now.high))}, ${to - from} readings${part}`;
    at.replaceChildren(...meta.axes.map((axis, i) => {
      let low = Infinity, high = -Infinity, squares = 0, count = 0;
      for (let k = from; k < (part ? from : to); k++) {
        const value = values[i][k];
        if (Number.isNaN(value)) continue;
        low = Math.min(low, value);
        high = Math.max(high, value);
        squares += value * value;
        count++;
      }
      const cells = count ? [low, high, Math.sqrt(squares / count)] : [NaN, NaN, NaN];
      return h("tr", {}, h("th", { scope: "row" }, axis), h("td"), ...cells.map((value) => h("td", {}, figure(value, 2))));
    }));
  }
  function showText() {
    const i = chosen(), ms = model.get("time_ms");
    timeField.show(ms, 3);
    const sample = meta.samples.find(({ end }) => ms < end) ?? meta.samples.at(-1);
    const label = meta.labels.find(([from, to]) => ms >= from && ms < to);
    name.textContent = readings ? `Reading ${i}` : "No readings";
    where.textContent = where.title = `${sample.name} · ${seconds(ms - sample.start)}${label ? ` · ${label[2]}` : ""}`;
    [...at.rows].forEach((row, k) => (row.cells[1].textContent = figure(values[k][i] ?? NaN, 2)));
    tracks.setAttribute("aria-valuenow", String(i));
    tracks.setAttribute("aria-valuetext", `${seconds(ms)}, ${meta.axes.map((axis, k) => `${axis} ${figure(values[k][i] ?? NaN, 2)}`).join(", ")}`);
  }

  const step = (event, size) => choose(chosen() + (event.shiftKey ? 10 : 1) * size);
  onKeys(root, {
    ArrowLeft: (event) => step(event, -1), ArrowRight: (event) => step(event, 1),
    PageUp: () => choose(chosen() + 10), PageDown: () => choose(chosen() - 10),
    Home: () => choose(0), End: () => choose(readings - 1),
    "+": () => zoom(model, meta.end, 0.5, model.get("time_ms")), "=": () => zoom(model, meta.end, 0.5, model.get("time_ms")),
    "-": () => zoom(model, meta.end, 2, model.get("time_ms")), 0: () => put(model, "span", []),
  });
  timeGestures(model, meta.end, track, { choose: (ms) => choose(nearest(ms)), zooms: true });
  return drawingLoop(model, root, {
    often: ["time_ms"], above: () => (drawOver(), showText()), seldom: ["span", "axes"], below: drawBase,
  }).stop;
}

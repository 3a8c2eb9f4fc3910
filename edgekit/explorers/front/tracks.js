// Tracks over time: the stretch of time they show, the signal, and how hand and keys move through them.

const LEFT = 54, RIGHT = 20, TOP = 4, AXIS = 20; // px around a track's picture; the axis only below the last track

/** The stretch of time on show, from the trait `span` ([start, end] in ms; [] is all of it). */
function timeView(model, end) {
  const wanted = model.get("span");
  const [low, high] = wanted.length === 2 ? wanted : [0, end];
  return { low, high: high > low ? high : low + 1 };
}

/** From times to pixels and back, for a track of this width. */
function timeScale({ low, high }, width) {
  const room = Math.max(width - LEFT - RIGHT, 1);
  return {
    room,
    x: (ms) => LEFT + ((ms - low) / (high - low)) * room,
    ms: (x) => low + ((x - LEFT) / room) * (high - low),
  };
}

/**
 * Smallest and largest value in each of `columns` pixel columns between low and high: no peak is lost, however many
 * values share a column. Columns without a value hold NaN. `joined` says which columns the line reaches from the one
 * before them that has a value: those where no value is missing (NaN) between the last value there and the first one
 * here, and no sample begins (`breaks`, indices, ascending).
 */
function envelope(times, values, low, high, columns, breaks = []) {
  const smallest = new Float64Array(columns).fill(NaN), largest = new Float64Array(columns).fill(NaN);
  const joined = new Uint8Array(columns);
  const scale = columns / (high - low), from = lowerBound(times, low), to = lowerBound(times, high);
  let next = lowerBound(breaks, from), begin = breaks[next] ?? Infinity;
  let whole = 0; // 1: there is a value before, and nothing missing since
  for (let i = from; i < to; i++) {
    const column = Math.min(((times[i] - low) * scale) | 0, columns - 1), value = values[i];
    if (i === begin) {
      whole = 0;
      begin = breaks[++next] ?? Infinity;
    }
    if (!(value >= smallest[column])) {
      if (Number.isNaN(value)) {
        whole = 0;
        continue;
      }
      if (Number.isNaN(smallest[column])) joined[column] = whole;
      smallest[column] = value;
    }
    if (!(value <= largest[column])) largest[column] = value;
    whole = 1;
  }
  return { smallest, largest, joined };
}

/**
 * Draw values over time: every one while there is room, else the envelope. `breaks`: indices where a sample begins.
 * The line has a gap where values are missing. One narrower than a pixel column that also holds values cannot be seen
 * until one zooms in: peaks are shown rather than gaps.
 */
function drawLine(context, times, values, breaks, view, scale, y) {
  const from = Math.max(lowerBound(times, view.low) - 1, 0), to = Math.min(lowerBound(times, view.high) + 1, times.length);
  context.beginPath();
  if (to - from <= 2 * scale.room) {
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
  } else {
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
  context.stroke();
}

/** Indices [from, to) of what lies in the stretch on show. */
const onShow = (times, { low, high }) => [lowerBound(times, low), lowerBound(times, high)];

/** Draw inside a track's picture only. */
function within(context, { room }, height, draw) {
  context.save();
  context.beginPath();
  context.rect(LEFT, 0, room, height);
  context.clip();
  draw();
  context.restore();
}

/** Vertical scale from a range of values to a track's pixels; `bend` maps values before they are spread evenly. */
function valueScale(low, high, height, bend = (value) => value) {
  const a = bend(low), b = bend(high), room = height - TOP - 2;
  const spread = b > a ? b - a : 1;
  return (value) => TOP + (1 - (bend(value) - a) / spread) * room;
}

function drawValueAxis(context, colours, places, y, width, name, texts = tickTexts(places)) {
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
  context.translate(8, y.middle);
  context.rotate(-Math.PI / 2);
  context.textAlign = "center";
  context.fillText(name, 0, 0);
  context.restore();
}

function drawTimeAxis(context, colours, view, scale, bottom) {
  context.fillStyle = colours.soft;
  context.textAlign = "center";
  context.textBaseline = "top";
  const places = ticks(view.low / 1000, view.high / 1000, scale.room / 90);
  tickTexts(places).forEach((text, i) => context.fillText(`${text} s`, scale.x(places[i] * 1000), bottom + 5));
}

/** Write on top of what is drawn, with a rim that keeps the text readable there. */
function writeOver(context, colours, text, x, y) {
  context.lineWidth = 3;
  context.lineJoin = "round";
  context.strokeStyle = colours.paper;
  context.strokeText(text, x, y);
  context.fillStyle = colours.ink;
  context.fillText(text, x, y);
}

/** Lines where one sample ends and the next one begins, with each one's name as far as there is room. */
function drawSamples(context, colours, samples, view, scale, bottom) {
  if (samples.length < 2) return;
  context.textAlign = "left";
  context.textBaseline = "top";
  let free = 0; // names never overlap: one without room stays out
  for (const { start, end, name } of samples) {
    if (end < view.low || start > view.high) continue;
    const from = Math.max(scale.x(start), LEFT), to = Math.min(scale.x(end), LEFT + scale.room);
    if (to - from < 3) continue;
    context.strokeStyle = colours.line;
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(from, TOP);
    context.lineTo(from, bottom);
    context.stroke();
    const text = name.length > 40 ? `${name.slice(0, 39)}…` : name;
    if (from < free || context.measureText(text).width + 6 > to - from) continue;
    writeOver(context, colours, text, from + 3, TOP);
    free = to;
  }
}

/** The signal's track: every axis on one scale, in the colour and dash of its legend. */
function drawSignal({ context, width, height }, colours, data, meta, shown, view) {
  const bottom = height - 2, scale = timeScale(view, width);
  const on = meta.axes.map((axis) => shown.includes(axis));
  let low = Infinity, high = -Infinity;
  meta.ranges.forEach(([least, most], i) => {
    if (!on[i]) return;
    low = Math.min(low, least ?? Infinity);
    high = Math.max(high, most ?? -Infinity);
  });
  if (!(low <= high)) [low, high] = [0, 1];
  if (low === high) [low, high] = [low - 1.2, high + 1.2]; // all readings alike: a line in the middle
  const y = valueScale(low, high, height);
  y.middle = height / 2;
  drawValueAxis(context, colours, ticks(low, high, 4), y, width, meta.unit);
  const readings = data.time.length;
  within(context, scale, height, () => {
    context.lineWidth = 1.2;
    meta.axes.forEach((_, i) => {
      if (!on[i]) return;
      context.strokeStyle = colours.series[i % colours.series.length];
      context.setLineDash(dashOf(i));
      drawLine(context, data.time, data.signal.subarray(i * readings, (i + 1) * readings), data.breaks, view, scale, y);
    });
  });
  drawSamples(context, colours, meta.samples, view, scale, bottom);
}

/** Mark the stretch of time [from, to) in a track, framed. */
function drawMark({ context, width, height }, colours, view, from, to, bottom) {
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

/** The time under the hand. */
const timeUnder = (model, end, track, clientX) =>
  timeScale(timeView(model, end), track.clientWidth).ms(clientX - track.getBoundingClientRect().left);

/**
 * What moves a track: a click chooses a time; a drag chooses on, or zooms where `zooms`; the wheel with ctrl zooms too.
 * Where `taken(event)` holds, the press belongs to somebody else.
 */
function timeGestures(model, end, track, { choose, zooms = false, taken = () => false }) {
  let from = null;
  const at = (event) => timeUnder(model, end, track, event.clientX);
  const band = h("div", { class: "ek-band", hidden: "" });
  track.append(band);
  onDrag(track, (event) => !taken(event), (event, first) => {
    if (!zooms) return choose(at(event));
    if (first) from = event.clientX;
    const left = track.getBoundingClientRect().left;
    band.hidden = Math.abs(event.clientX - from) < 4;
    band.style.left = `${Math.min(event.clientX, from) - left}px`;
    band.style.width = `${Math.abs(event.clientX - from)}px`;
  }, (event) => {
    if (!zooms) return;
    band.hidden = true;
    const x = (clientX) => clamp(at({ clientX }), 0, end), low = x(Math.min(from, event.clientX)), high = x(Math.max(from, event.clientX));
    if (event.type === "pointercancel") return;
    if (Math.abs(event.clientX - from) < 4) choose(x(event.clientX));
    else if (high > low) put(model, "span", [low, high]);
  });
  track.addEventListener("dblclick", () => put(model, "span", []));
  track.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    zoom(model, end, event.deltaY > 0 ? 1.25 : 0.8, at(event));
  }, { passive: false });
}

/** The dash of axis i: after six axes the colours begin anew, with other dashes. */
const dashOf = (i) => DASHES[(i + Math.floor(i / 6)) % DASHES.length];

/** A dash as CSS paints it, in the colour of the text. */
function dashPicture(dash) {
  let at = 0;
  const stops = dash.map((length, i) => `${i % 2 ? "transparent" : "currentcolor"} ${at}px ${(at += length)}px`);
  return dash.length ? `repeating-linear-gradient(90deg, ${stops.join(", ")})` : "currentcolor";
}

/** Buttons that show and hide axes; their state is the trait `axes`. */
function axisLegend(model, meta, colours) {
  const buttons = meta.axes.map((axis, i) => {
    const line = h("i", { "aria-hidden": "true" });
    line.style.background = dashPicture(dashOf(i));
    const button = h("button", { type: "button", title: `show or hide ${axis}` }, line, h("span", {}, meta.names[i]));
    button.addEventListener("click", () => {
      const shown = model.get("axes");
      const next = shown.includes(axis) ? shown.filter((name) => name !== axis) : [...shown, axis];
      put(model, "axes", meta.axes.filter((name) => next.includes(name)));
    });
    return button;
  });
  const show = () =>
    buttons.forEach((button, i) => {
      button.setAttribute("aria-pressed", model.get("axes").includes(meta.axes[i]));
      button.firstChild.style.color = colours().series[i % 6];
    });
  return { element: h("div", { class: "ek-legend", role: "group", "aria-label": "axes of the signal" }, ...buttons), show };
}

/** Zoom by `factor` about the time `about`, within [0, end]; all of it again where nothing is left to zoom. */
function zoom(model, end, factor, about) {
  const { low, high } = timeView(model, end);
  const length = clamp((high - low) * factor, Math.min(10, end), end);
  if (length >= end) return put(model, "span", []);
  const start = clamp(about - ((about - low) / (high - low)) * length, 0, end - length);
  put(model, "span", [start, start + length]);
}

/** Move the stretch on show so that [from, to] is in it. */
function follow(model, end, from, to) {
  const { low, high } = timeView(model, end), length = high - low;
  if (from >= low && to <= high) return;
  const start = clamp((from + to - length) / 2, 0, Math.max(end - length, 0));
  put(model, "span", [start, start + length]);
}

// Scores of windows: their scale, their track, their histogram, and what lies on each side of a threshold.

const BINS = 60;

/** First index whose value is above x; `values` ascends. */
function upperBound(values, x) {
  let from = 0, to = values.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (values[middle] <= x) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** What a threshold does: scores are sorted once, after that a threshold costs three searches. */
function tally({ score, truth, sample, increase }) {
  const sorted = (wanted) => score.filter((value, i) => !Number.isNaN(value) && wanted(truth[i])).sort();
  const normal = sorted((is) => is === 0), anomalous = sorted((is) => is === 1), all = sorted(() => true);
  const normalMs = score.reduce((sum, value, i) => sum + (truth[i] === 0 && !Number.isNaN(value) ? increase[sample[i]] : 0), 0);
  const above = (scores, threshold) => scores.length - upperBound(scores, threshold);
  return {
    normal, anomalous, all,
    at(threshold) {
      const fp = above(normal, threshold), tp = above(anomalous, threshold);
      return {
        tp, fp, fn: anomalous.length - tp, tn: normal.length - fp, above: above(all, threshold),
        precision: tp / (tp + fp), recall: tp / anomalous.length,
        perHour: fp / (normalMs / 3.6e6),
      };
    },
  };
}

/** How many events the windows above a threshold make: those of one sample that overlap or touch are one. */
function eventsAbove({ score, start, size, sample }, threshold) {
  let count = 0, reach = -Infinity, last = -1;
  for (let i = 0; i < score.length; i++) {
    if (!(score[i] > threshold)) continue;
    if (start[i] > reach || sample[i] !== last) count++;
    last = sample[i];
    reach = start[i] + size[last];
  }
  return count;
}

/** The scale of scores: from `low` to `high`, straight or (symmetric) logarithmic above 1, and round places on it. */
function scoreAxis({ lowest, highest }, logarithmic) {
  const rim = 0.04 * Math.max(highest - Math.min(lowest, 0), 1e-6), low = lowest < 0 ? lowest - rim : 0;
  const high = Math.max(highest, low + rim) + rim;
  const bend = logarithmic ? (value) => Math.sign(value) * Math.log1p(Math.abs(value)) : (value) => value;
  const unbend = logarithmic ? (value) => Math.sign(value) * Math.expm1(Math.abs(value)) : (value) => value;
  return {
    low, high, bend,
    places: (count) => (logarithmic ? decades(low, high) : ticks(low, high, count)),
    texts: (places) => (logarithmic ? places.map(decadeText) : tickTexts(places)),
    share: (value) => (bend(value) - bend(low)) / (bend(high) - bend(low)),
    at: (share) => unbend(bend(low) + clamp(share, 0, 1) * (bend(high) - bend(low))),
  };
}

/** Places for ticks of the logarithmic scale: 0, 1, 3, 10, … and below 0 alike; fewer where they would crowd. */
function decades(low, high) {
  const powers = [];
  for (let power = 1; power <= Math.max(-low, high); power *= 10) powers.push(power);
  const every = Math.ceil(powers.length / 8);
  const sizes = powers.length > 4 ? powers.filter((_, i) => i % every === 0) : powers.flatMap((power) => [power, 3 * power]);
  return [...sizes.map((size) => -size).reverse(), 0, ...sizes].filter((place) => place >= low && place <= high);
}

const decadeText = (place) => (Math.abs(place) < 1e5 ? String(place) : place.toExponential(0).replace("+", "")).replace("-", "−");

/** Highest score of the windows that cover each pixel column: a window wider than a column counts in all of them. */
function coverage({ score, start, size, sample }, longest, { low, high }, columns) {
  const highest = new Float64Array(columns).fill(-Infinity), perMs = columns / (high - low);
  const to = lowerBound(start, high);
  for (let i = lowerBound(start, low - longest); i < to; i++) {
    const first = Math.max(Math.floor((start[i] - low) * perMs), 0);
    const last = Math.min(Math.ceil((start[i] + size[sample[i]] - low) * perMs), columns);
    for (let column = first; column < last; column++) if (score[i] > highest[column]) highest[column] = score[i];
  }
  return highest;
}

/** Shade the time that windows above the threshold cover. */
function drawCovered({ context }, colours, covered, threshold, height) {
  context.fillStyle = colours.shade;
  for (let from = 0; from < covered.length; from++) {
    let to = from;
    while (to < covered.length && covered[to] > threshold) to++;
    if (to > from) context.fillRect(LEFT + from, TOP, to - from, height - TOP);
    from = to;
  }
}

/** The line of scores, each at the middle of its window, with a point a window while there is room. */
function drawScores({ context, width, height }, colours, data, meta, view, axis) {
  const scale = timeScale(view, width), y = valueScale(axis.low, axis.high, height - AXIS, axis.bend);
  y.middle = (height - AXIS) / 2;
  drawValueAxis(context, colours, axis.places(4), y, width, meta.score, axis.texts(axis.places(4)));
  drawSamples(context, colours, meta.samples.map((sample) => ({ ...sample, name: "" })), view, scale, height - AXIS);
  drawTimeAxis(context, colours, view, scale, height - AXIS);
  within(context, scale, height - AXIS, () => {
    context.strokeStyle = context.fillStyle = colours.series[0];
    context.lineWidth = 1.2;
    drawLine(context, data.middle, data.score, data.first, view, scale, y);
    const [from, to] = onShow(data.middle, view);
    if (to - from > scale.room / 6) return;
    for (let i = from; i < to; i++) {
      context.beginPath();
      context.arc(scale.x(data.middle[i]), y(data.score[i]), 2.4, 0, 2 * Math.PI);
      context.fill();
    }
  });
}

/** Windows above the threshold: a diamond each while there is room, else the part of each pixel column above it. */
function drawAlarms({ context, width, height }, colours, data, view, axis, threshold, peaks) {
  const scale = timeScale(view, width), y = valueScale(axis.low, axis.high, height - AXIS, axis.bend);
  const [from, to] = onShow(data.middle, view), at = (score) => y(Math.min(score, axis.high));
  context.fillStyle = colours.alarm;
  if (to - from > scale.room / 6) {
    const line = at(threshold), wide = Math.max(1.4, (0.8 * scale.room) / (to - from));
    peaks.forEach((peak, column) => {
      if (peak > threshold) context.fillRect(LEFT + column - wide / 2, at(peak), wide, Math.max(line - at(peak), 1.5));
    });
    return;
  }
  for (let i = from; i < to; i++) {
    if (!(data.score[i] > threshold)) continue;
    const x = scale.x(data.middle[i]), top = at(data.score[i]);
    context.beginPath();
    context.moveTo(x, top - 4.5);
    context.lineTo(x + 4.5, top);
    context.lineTo(x, top + 4.5);
    context.lineTo(x - 4.5, top);
    context.fill();
  }
}

/** Histogram of scores, normal windows upwards and anomalous ones downwards, each side to its own height. */
function drawHistogram({ context, width, height }, colours, counts, axis) {
  const both = counts.normal.length && counts.anomalous.length, floor = height - AXIS;
  const base = both ? floor / 2 : floor, room = Math.max(width - LEFT - RIGHT, 1), tall = base - 16; // px for the captions
  const normal = ["normal ", counts.normal, colours.series[0], -1], anomalous = ["anomalous ", counts.anomalous, colours.series[1], both ? 1 : -1];
  const known = [normal, anomalous].filter(([, scores]) => scores.length);
  const groups = known.length ? known : [["", counts.all, colours.series[0], -1]];
  for (const [name, scores, colour, direction] of groups) {
    const bins = new Float64Array(BINS);
    for (const score of scores) bins[clamp(Math.floor(axis.share(score) * BINS) || 0, 0, BINS - 1)]++;
    const most = Math.max(...bins, 1);
    context.fillStyle = colour;
    bins.forEach((count, i) => {
      const size = count && Math.max((count / most) * tall, 1.5);
      context.fillRect(LEFT + (i / BINS) * room + 0.5, direction < 0 ? base - size : base, room / BINS - 1, size);
    });
    context.textAlign = "right";
    context.textBaseline = direction < 0 ? "top" : "bottom";
    writeOver(context, colours, `${scores.length} ${name}window${scores.length === 1 ? "" : "s"}`, width - RIGHT, direction < 0 ? 2 : floor - 2);
  }
  context.fillStyle = colours.soft;
  context.fillRect(LEFT, base - 0.25, room, 0.5);
  context.textAlign = "center";
  context.textBaseline = "top";
  const places = axis.places(8);
  axis.texts(places).forEach((text, i) => context.fillText(text, LEFT + axis.share(places[i]) * room, floor + 4));
  context.textAlign = "left";
  context.fillText("score", 6, floor + 4);
}

/** The threshold in the histogram: what lies to its right is above. */
function drawHistogramThreshold({ context, width, height }, colours, axis, threshold) {
  const room = Math.max(width - LEFT - RIGHT, 1), at = LEFT + clamp(axis.share(threshold), 0, 1) * room;
  context.fillStyle = colours.shade;
  context.fillRect(at, 0, LEFT + room - at, height - AXIS);
  context.fillStyle = colours.ink;
  context.fillRect(at - 0.75, 0, 1.5, height - AXIS);
}

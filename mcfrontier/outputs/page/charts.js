// Figures as inline SVG, and the elements of the page.

const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes, listeners (on...) and children; text is never read as HTML. */
function h(tag, attributes = {}, ...children) {
  const svg = ["svg", "path", "line", "rect", "text", "circle", "g", "title", "style"].includes(tag);
  const element = svg ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === false || value === null) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "value") element.value = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const W = window.innerWidth < 640 ? 380 : 640; // units across a figure: texts stay readable on a phone

/** A horizontal axis: positions from left to right of values, on a logarithmic scale if `log`. */
function axis(low, high, log, left = 0, right = W, quantity = null) {
  const width = quantity ? 7 * Math.max(...[low, high].map((x) => amount(x, quantity, 0, 2).length)) + 16 : 90; // of a label
  const { to, from } = scaleOf(log ? "log" : "x");
  const [a, b] = [to(low), to(high)];
  const at = (x) => left + ((to(x) - a) / (b - a || 1)) * (right - left);
  return { low, high, log, at, valueAt: (place) => from(a + ((place - left) / (right - left)) * (b - a)), ticks: ticks(low, high, log, Math.max(2, Math.floor((right - left) / width))) };
}

/** Round values between two ends, at most `most` of them. */
function ticks(low, high, log, most) {
  if (!(high > low)) return [low];
  if (log) {
    const from = Math.floor(Math.log10(low)), to = Math.ceil(Math.log10(high));
    for (const digits of [[1, 2, 3, 5, 7], [1, 2, 5], [1, 3], [1]]) {
      const found = [];
      for (let power = from; power <= to; power++) for (const digit of digits) found.push(Number(`${digit}e${power}`));
      const inside = found.filter((x) => x >= low && x <= high);
      if (inside.length <= most && inside.length > 1) return inside;
    }
    const step = Math.ceil((to - from) / most);
    return Array.from({ length: most + 1 }, (_, k) => 10 ** (from + k * step)).filter((x) => x >= low && x <= high);
  }
  const raw = (high - low) / most, power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((digit) => digit * power).find((each) => each >= raw);
  const found = [];
  for (let x = Math.ceil(low / step) * step; x <= high * (1 + 1e-12); x += step) found.push(Math.abs(x) < step / 1e6 ? 0 : x);
  return found;
}

/** The line and the labels of an axis. */
function axisMarks(scale, quantity, y) {
  const labels = scale.ticks.map((x) => {
    const place = scale.at(x);
    const anchor = place < 30 ? "start" : place > W - 30 ? "end" : "middle";
    return [
      h("line", { x1: place, x2: place, y1: y, y2: y + 4, class: "axis" }),
      h("text", { x: place, y: y + 17, "text-anchor": anchor }, amount(x, quantity, 0, 3)),
    ];
  });
  return [h("line", { x1: 0, x2: W, y1: y, y2: y, class: "axis" }), ...labels.flat()];
}

/** A figure with a text for those who do not see it. */
function figure(height, text, ...children) {
  return h("svg", { viewBox: `0 0 ${W} ${height}`, role: "img", "aria-label": text }, h("title", {}, text), ...children);
}

/** The density of sorted draws on an axis: heights at `count` places, smoothed by a Gaussian kernel. */
function density({ sorted, cumulative }, scale, count = 120) {
  const bins = new Float64Array(count);
  const total = cumulative ? cumulative[cumulative.length - 1] : sorted.length;
  let mean = 0, square = 0;
  const places = sorted.map((x) => (scale.log && !(x > 0) ? -1e9 : (scale.at(x) / W) * count));
  places.forEach((place, i) => {
    const weight = cumulative ? cumulative[i] - (cumulative[i - 1] || 0) : 1;
    const k = Math.floor(place);
    if (k >= 0 && k < count) bins[k] += weight / total;
    const near = Math.min(Math.max(place, -count), 2 * count);
    mean += (weight / total) * near;
    square += (weight / total) * near * near;
  });
  const spread = Math.sqrt(Math.max(square - mean * mean, 0));
  const width = Math.max(0.7, 1.06 * spread * sorted.length ** -0.2);
  const reach = Math.ceil(3 * width);
  const out = new Float64Array(count);
  for (let k = 0; k < count; k++) {
    if (!bins[k]) continue;
    for (let j = Math.max(0, k - reach); j <= Math.min(count - 1, k + reach); j++) {
      out[j] += (bins[k] * Math.exp(-(((j - k) / width) ** 2) / 2)) / (width * Math.sqrt(2 * Math.PI));
    }
  }
  return out;
}

/** The path of heights between 0 and `top`, closed at the bottom if it is an area. */
function heightPath(heights, top, bottom, height, area) {
  const points = Array.from(heights, (y, k) => `${(((k + 0.5) / heights.length) * W).toFixed(1)},${(bottom - (y / top) * height).toFixed(1)}`);
  return area ? `M0,${bottom}L${points.join("L")}L${W},${bottom}Z` : `M${points.join("L")}`;
}

/** The axis on which two sets of sorted draws are displayed. */
function commonAxis(quantity, ...sets) {
  const ends = sets.map(({ sorted, cumulative }) => quantiles(sorted, [0.004, 0.996], cumulative)).filter(([low]) => Number.isFinite(low));
  let low = Math.min(...ends.map(([x]) => x)), high = Math.max(...ends.map(([, x]) => x));
  const log = quantity.log && low > 0 && high / low > 6;
  if (!(high > low)) [low, high] = [low - Math.abs(low || 1) / 2, high + Math.abs(high || 1) / 2];
  const { to, from } = scaleOf(log ? "log" : "x"), margin = 0.04 * (to(high) - to(low));
  const share = quantity.kind === "share" && quantity.unit === "share";
  [low, high] = [from(to(low) - margin), from(to(high) + margin)];
  return axis(share ? Math.max(low, 0) : low, share ? Math.min(high, 1) : high, log, 0, W, quantity);
}

/** Densities of the published priors (grey) and of the reader's beliefs, with their medians and published figures. */
function densityFigure(quantity, scale, before, after, changed, marks) {
  const height = 150, bottom = 165;
  const [grey, own] = [density(before, scale), density(after, scale)];
  const top = Math.max(...grey, ...own) || 1;
  const median = (set) => scale.at(quantiles(set.sorted, [0.5], set.cumulative)[0]);
  const text = `Density of ${quantity.label}`;
  return figure(
    195, text,
    h("path", { d: heightPath(grey, top, bottom, height, true), class: "before area" }),
    changed && h("path", { d: heightPath(own, top, bottom, height, true), class: "after area" }),
    changed && h("path", { d: heightPath(own, top, bottom, height), class: "after line" }),
    h("line", { x1: median(before), x2: median(before), y1: 20, y2: bottom, class: "before line" }),
    changed && h("line", { x1: median(after), x2: median(after), y1: 20, y2: bottom, class: "after line" }),
    marks.filter(({ value }) => value >= scale.low && value <= scale.high).map(({ value, text: words }) =>
      h("path", { d: `M${scale.at(value)},${bottom}l-5,-9h10Z`, class: "mark" }, h("title", {}, words))),
    axisMarks(scale, quantity, bottom),
  );
}

/** The probability above each value, with a line that the reader moves. */
function exceedanceFigure(quantity, scale, before, after, changed, threshold) {
  const height = 110, top = 10, bottom = top + height;
  const path = ({ sorted, cumulative }) => {
    const total = cumulative ? cumulative[cumulative.length - 1] : sorted.length;
    const points = [];
    for (let k = 0; k <= 128; k++) {
      const value = scale.valueAt((k / 128) * W);
      const i = upperBound(sorted, value, true);
      const below = cumulative ? (i ? cumulative[i - 1] : 0) : i;
      points.push(`${((k / 128) * W).toFixed(1)},${(top + (height * below) / total).toFixed(1)}`);
    }
    return `M${points.join("L")}`;
  };
  const place = Math.min(Math.max(scale.at(threshold), 0), W);
  return figure(
    bottom + 25, `Probability that ${quantity.label} is above a value`,
    [0, 0.5, 1].map((p) => h("line", { x1: 0, x2: W, y1: bottom - p * height, y2: bottom - p * height, class: "grid" })),
    [0.5, 1].map((p) => h("text", { x: 0, y: bottom - p * height + 12 }, `${100 * p} %`)),
    h("path", { d: path(before), class: "before line" }),
    changed && h("path", { d: path(after), class: "after line" }),
    h("line", { x1: place, x2: place, y1: 0, y2: bottom, class: "threshold" }),
    h("circle", { cx: place, cy: 8, r: 7, class: "threshold" }),
    axisMarks(scale, quantity, bottom),
  );
}

/** Bars from the value at p5 to that at p95 of each input. */
function tornadoFigure(data, quantity, { base, bars }) {
  const shown = bars.filter(({ low, high }) => Number.isFinite(low) && Number.isFinite(high)).slice(0, 10);
  if (!shown.length) return h("p", {}, "No uncertain input moves it.");
  const all = shown.flatMap(({ low, high }) => [low, high]).concat(base);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const left = Math.round(0.3 * W), line = 22, bottom = shown.length * line + 6;
  const scale = axis(low, high, quantity.log && low > 0 && high / low > 4, left, W - 10, quantity);
  const rows = shown.map((bar, i) => {
    const y = i * line + 4;
    const [from, to, middle] = [scale.at(bar.low), scale.at(bar.high), scale.at(base)];
    const name = inputLabel(data, bar.input, bar.k);
    const text = `${name}: ${amount(bar.low, quantity)} at its p5, ${amount(bar.high, quantity)} at its p95`;
    return h("g", {}, h("title", {}, text),
      h("text", { x: left - 8, y: y + 13, "text-anchor": "end" }, clipped(name, left)),
      h("rect", { x: Math.min(from, middle), y, width: Math.abs(middle - from), height: line - 7, class: "low" }),
      h("rect", { x: Math.min(to, middle), y, width: Math.abs(to - middle), height: line - 7, class: "high" }));
  });
  return figure(bottom + 26, `Tornado of ${quantity.label}`, rows,
    h("line", { x1: scale.at(base), x2: scale.at(base), y1: 0, y2: bottom, class: "before line" }),
    axisMarks(scale, quantity, bottom));
}

const inputLabel = (data, name, k) => data.quantities[name].label + (data.inputs[name].by ? ` [${data.dimensions[data.inputs[name].by][k]}]` : "");

/** A text cut to a width. */
const clipped = (text, width) => (text.length > width / 6.2 ? `${text.slice(0, Math.floor(width / 6.2) - 1)}…` : text);

/** Intervals from p5 to p95 with the median for each label, side by side; along a path as a fan. */
function labelsFigure(quantity, labels, before, after, changed, path) {
  const sets = [["before", before], ...(changed ? [["after", after]] : [])];
  const numbers = sets.flatMap(([, rows]) => rows.flat()).filter(Number.isFinite);
  if (!numbers.length) return h("p", {}, "No figures.");
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const log = quantity.log && !quantity.event && low > 0 && high / low > 6;
  if (path) return fanFigure(quantity, labels, sets, low, high, log);
  const left = Math.round(0.32 * W), line = changed ? 26 : 20, bottom = labels.length * line + 4;
  const scale = axis(low, high > low ? high : low + 1, log, left, W - 10, quantity);
  const rows = labels.map((label, i) =>
    h("g", {},
      h("text", { x: left - 8, y: i * line + 15, "text-anchor": "end" }, clipped(label, left)),
      sets.map(([kind, values], j) => {
        const [p5, p50, p95] = values[i].map((x) => scale.at(x)), y = i * line + 10 + 7 * j;
        if (!Number.isFinite(p50)) return null;
        const text = `${label}: ${amount(values[i][1], quantity)}, ${amount(values[i][0], quantity)} to ${amount(values[i][2], quantity)}`;
        return h("g", {}, h("title", {}, text), h("line", { x1: p5, x2: p95, y1: y, y2: y, class: `${kind} line` }), h("circle", { cx: p50, cy: y, r: 4, class: `${kind} dot` }));
      })));
  return figure(bottom + 26, `${quantity.label} by label`, rows, axisMarks(scale, quantity, bottom));
}

/** Bands from p5 to p95 along increasing labels. */
function fanFigure(quantity, labels, sets, low, high, log) {
  const bottom = 190, marks = ticks(low, high, log, 5).map((value) => [value, amount(value, quantity)]);
  const left = 7 * Math.max(9, ...marks.map(([, text]) => text.length)) + 7;
  const x = axis(Number(labels[0]), Number(labels[labels.length - 1]), false, left, W - 20);
  const y = axis(low, high, log, bottom, 12);
  const points = (rows, k) => rows.map((row, i) => `${x.at(Number(labels[i])).toFixed(1)},${y.at(row[k]).toFixed(1)}`).filter((_, i) => Number.isFinite(rows[i][k]));
  return figure(
    bottom + 26, `${quantity.label} by year`,
    marks.map(([value, text]) => [h("line", { x1: left, x2: W, y1: y.at(value), y2: y.at(value), class: "grid" }), h("text", { x: left - 6, y: y.at(value) + 4, "text-anchor": "end" }, text)]),
    sets.map(([kind, rows]) => [
      h("path", { d: `M${points(rows, 0).join("L")}L${points(rows, 2).reverse().join("L")}Z`, class: `${kind} area` }),
      h("path", { d: `M${points(rows, 1).join("L")}`, class: `${kind} line` }),
    ]),
    labels.map((label) => h("text", { x: x.at(Number(label)), y: bottom + 17, "text-anchor": "middle" }, label)),
  );
}

/** Shares of the components of a cost, published and changed. */
function sharesFigure(names, before, after, changed) {
  const left = Math.round(0.3 * W), line = 24;
  const rows = names.map((name, i) => {
    const y = i * line + 4, width = (share) => Math.max(0, share) * (W - left - 60);
    const share = changed ? after[i] : before[i];
    return [
      h("text", { x: left - 8, y: y + 14, "text-anchor": "end" }, clipped(name, left)),
      h("rect", { x: left, y, width: width(share), height: line - 8, class: changed ? "after bar" : "before bar" }),
      changed && h("line", { x1: left + width(before[i]), x2: left + width(before[i]), y1: y - 2, y2: y + line - 6, class: "before line" }),
      h("text", { x: left + width(Math.max(share, changed ? before[i] : 0)) + 6, y: y + 14 }, `${Math.round(100 * share)} %`),
    ];
  });
  return figure(names.length * line + 4, "Shares of the components", rows);
}

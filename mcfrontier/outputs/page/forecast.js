// A forecast for a continuous question on Metaculus: the CDF at the points of its scale that its server accepts.

const POINTS = 201;
const BILLION = 1e9;

/** The values at the points of a scale from `lower` to `upper`, logarithmic above a zero point unless that is null. */
function pointsOf({ lower, upper, zero }) {
  const ratio = zero === null ? 0 : Math.log((upper - zero) / (lower - zero));
  return Array.from({ length: POINTS }, (_, k) => {
    if (k === POINTS - 1) return upper;
    const position = k / (POINTS - 1);
    return lower + (upper - lower) * (ratio ? Math.expm1(position * ratio) / Math.expm1(ratio) : position);
  });
}

/** The share of the draws up to each point, without those beyond a closed bound; up to the first one, those below it. */
function sharesUpTo({ sorted, cumulative }, { lower, upper, openLower, openUpper }, points) {
  const first = openLower ? 0 : upperBound(sorted, lower, false);
  const last = openUpper ? sorted.length : upperBound(sorted, upper, true);
  const weight = (i) => (cumulative ? (i ? cumulative[i - 1] : 0) : i);
  const total = weight(last) - weight(first);
  return points.map((x, k) => {
    const i = Math.min(Math.max(upperBound(sorted, x, k > 0), first), last);
    return (weight(i) - weight(first)) / total;
  });
}

/** The number of sorted values below x, or up to it. */
function upperBound(sorted, x, inclusive) {
  let low = 0, high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < x || (inclusive && sorted[middle] === x)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where a piecewise linear increasing function is 0; an end of its range where it is not. */
function zeroOf(at, slope) {
  const i = slope.findIndex((value) => value >= 0);
  if (i === 0) return at[0];
  if (i < 0) return at[at.length - 1];
  return at[i - 1] + ((at[i] - at[i - 1]) * -slope[i - 1]) / (slope[i] - slope[i - 1]);
}

/** The CDF nearest to another one whose N steps are at least 0.01 / N and at most 40 / N, and which leaves 0.001 beyond
 * an open bound, in billionths: by dynamic programming, as `export --to metaculus` does. */
function standardised(cdf, openLower, openUpper) {
  const steps = cdf.length - 1;
  const least = Math.ceil(BILLION / 100 / steps), most = Math.min(Math.floor((40 * BILLION) / steps), BILLION);
  const first = openLower ? BILLION / 1000 : 0, last = BILLION - (openUpper ? BILLION / 1000 : 0);
  let at = [first, openLower ? last : first];
  let slope = at.map((x) => x - cdf[0] * BILLION);
  const best = [zeroOf(at, slope)];
  for (const share of cdf.slice(1)) {
    const below = at.filter((_, i) => slope[i] < 0).map((x) => x + least), above = at.filter((_, i) => slope[i] > 0).map((x) => x + most);
    const middle = best[best.length - 1];
    slope = [...slope.filter((x) => x < 0), 0, 0, ...slope.filter((x) => x > 0)];
    at = [...below, middle + least, middle + most, ...above];
    slope = slope.map((value, i) => value + at[i] - share * BILLION);
    best.push(zeroOf(at, slope));
  }
  const found = best.map(half);
  found[steps] = openUpper ? Math.min(found[steps], last) : last;
  for (let i = steps - 1; i >= 0; i--) found[i] = Math.min(Math.max(found[i], found[i + 1] - most), found[i + 1] - least);
  return found;
}

/** The forecast of a question as JSON text, from the draws of a quantity in its unit. */
function forecast(row, quantity, x, weights, question) {
  const { lower, upper, openLower, openUpper, zero } = question;
  if (!(lower < upper)) throw new Error("the lower bound must lie below the upper one");
  if (zero !== null && !(zero < lower)) throw new Error("on a logarithmic scale the lower bound must lie above 0");
  const top = quantity.capped ? x.reduce((most, value) => Math.max(most, value), -Infinity) : Infinity;
  if (upper > top) throw new Error(`it is computed up to ${amount(top, quantity)}, which stands for all larger values; take that or less`);
  const draws = ordered(x, weights);
  if (quantity.capped) draws.sorted = draws.sorted.map((value) => (value >= top ? Infinity : value));
  const cdf = sharesUpTo(draws, question, pointsOf(question));
  if (!cdf.every(Number.isFinite)) throw new Error("no draw lies between the bounds");
  const found = standardised(cdf, openLower, openUpper).map((each) => each / BILLION);
  const range = { lower, upper, open_lower: openLower, open_upper: openUpper, zero_point: zero, points: POINTS };
  return `${JSON.stringify({ quantity: row, unit: quantity.unit, grid: range, continuous_cdf: found }, null, 1)}\n`;
}

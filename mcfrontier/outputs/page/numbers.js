// Numbers: functions of formulas, quantiles with Monte Carlo errors, amounts as text and from text.

// --- functions of vectors: arrays of the draws at each label of a dimension ---

const vector = (x) => (Array.isArray(x) ? x : [x]);

/** A function of each element of some draws. */
function elementwise(f, args) {
  const n = args.reduce((most, x) => Math.max(most, x.length), 1);
  const [a, b, c, d, e] = args.map((x) => (x.length === n ? x : new Float64Array(n).fill(x[0])));
  const out = new Float64Array(n);
  if (args.length === 1) for (let i = 0; i < n; i++) out[i] = f(a[i]);
  else if (args.length === 2) for (let i = 0; i < n; i++) out[i] = f(a[i], b[i]);
  else if (args.length === 3) for (let i = 0; i < n; i++) out[i] = f(a[i], b[i], c[i]);
  else if (args.length === 4) for (let i = 0; i < n; i++) out[i] = f(a[i], b[i], c[i], d[i]);
  else if (args.length === 5) for (let i = 0; i < n; i++) out[i] = f(a[i], b[i], c[i], d[i], e[i]);
  else for (let i = 0; i < n; i++) out[i] = f(...args.map((x) => x[x.length === n ? i : 0]));
  return out;
}

/** A function of each element of vectors, draws and numbers; vectors of length 1 are stretched. */
function V(f, ...args) {
  const all = args.map((x) => (typeof x === "number" ? [x] : x)); // a number as one draw
  const rows = all.map((x) => (typeof x[0] === "number" ? [x] : x));
  if (!args.some((x) => Array.isArray(x))) return elementwise(f, all);
  const size = rows.reduce((most, x) => (x.length === 1 ? most : x.length), 1);
  return Array.from({ length: size }, (_, k) => elementwise(f, rows.map((x) => x[x.length === 1 ? 0 : k])));
}

/** The draws of a reduction of vectors over their elements, which may leave out those that are NaN. */
function reduced(x, start, step, skip) {
  const rows = vector(x), n = rows[0].length;
  const out = new Float64Array(n).fill(start), count = new Float64Array(n);
  for (const row of rows) {
    for (let i = 0; i < n; i++) {
      if (skip && Number.isNaN(row[i])) continue;
      out[i] = step(out[i], row[i]);
      count[i] += 1;
    }
  }
  return { out, count };
}

const plus = (total, value) => total + value;
const unlessEmpty = ({ out, count }) => out.map((value, i) => (count[i] ? value : NaN));
const divided = ({ out, count }) => out.map((total, i) => total / count[i]);
const sum = (x) => reduced(x, 0, plus, false).out;
const min = (x) => reduced(x, Infinity, Math.min, false).out;
const max = (x) => reduced(x, -Infinity, Math.max, false).out;
const mean = (x) => divided(reduced(x, 0, plus, false));
const nansum = (x) => reduced(x, 0, plus, true).out;
const nanmin = (x) => unlessEmpty(reduced(x, Infinity, Math.min, true));
const nanmax = (x) => unlessEmpty(reduced(x, -Infinity, Math.max, true));
const nanmean = (x) => divided(reduced(x, 0, plus, true));

// --- special functions ---

/** The sum of a polynomial, its highest coefficient first. */
const polynomial = (x, coefficients) => coefficients.reduce((total, c) => total * x + c, 0);

/** The regularised incomplete gamma function Q(1/2, t) = erfc(sqrt t): a series, or a continued fraction. */
function erfc(x) {
  if (x < 0) return 2 - erfc(-x);
  const t = x * x;
  if (t < 2) {
    let term = x, total = x;
    for (let k = 1; Math.abs(term) > 1e-17 * Math.abs(total) && k < 200; k++) {
      term *= (2 * t) / (2 * k + 1);
      total += term;
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * Math.exp(-t) * total;
  }
  let fraction = 0;
  for (let k = 120; k > 0; k--) fraction = k / 2 / (x + fraction);
  return Math.exp(-t) / Math.sqrt(Math.PI) / (x + fraction);
}

/** The probability below a normal score. */
const ndtr = (z) => erfc(-z * Math.SQRT1_2) / 2;

// Wichura (1988), algorithm AS 241, PPND16
const CENTRE = [
  [2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457, 13731.693765509461125,
    1971.5909503065514427, 133.14166789178437745, 3.387132872796366608],
  [5226.495278852545925, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867, 5394.1960214247511077,
    687.1870074920579083, 42.313330701600911252, 1],
];
const MIDDLE = [
  [7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258,
    3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734],
  [1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459,
    0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1],
];
const TAIL = [
  [2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386, 0.026532189526576123093,
    0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772],
  [2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
    0.0148753612908506148525, 0.13692988092273580531, 0.59983220655588793769, 1],
];

/** The normal score of a probability. */
function ndtri(p) {
  const ratio = ([top, bottom], r) => polynomial(r, top) / polynomial(r, bottom);
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) return q * ratio(CENTRE, 0.180625 - q * q);
  const r = Math.sqrt(-Math.log(q < 0 ? p : 1 - p));
  const z = r <= 5 ? ratio(MIDDLE, r - 1.6) : ratio(TAIL, r - 5);
  return r < Infinity ? Math.sign(q) * z : Math.sign(q) * Infinity;
}

/** The logarithm of the gamma function, by Stirling's series. */
function lgamma(x) {
  if (x < 15) return lgamma(x + 1) - Math.log(x);
  const y = 1 / (x * x);
  const series = polynomial(y, [-691 / 360360, 1 / 1188, -1 / 1680, 1 / 1260, -1 / 360, 1 / 12]) / x;
  return (x - 0.5) * Math.log(x) - x + Math.log(2 * Math.PI) / 2 + series;
}

/** The regularised incomplete beta function I_x(a, b), by its continued fraction (Lentz). */
function betainc(a, b, x) {
  if (x > (a + 1) / (a + b + 2)) return 1 - betainc(b, a, 1 - x);
  const away = (y) => (Math.abs(y) < 1e-300 ? 1e-300 : y);
  let c = 1, d = 1 / away(1 - ((a + b) * x) / (a + 1)), h = d;
  for (let m = 1; m < 1000; m++) {
    let step = 1;
    for (const e of [
      (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)),
      (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1)),
    ]) {
      d = 1 / away(1 + e * d);
      c = away(1 + e / c);
      step = c * d;
      h *= step;
    }
    if (Math.abs(step - 1) < 1e-16) break;
  }
  const log = lgamma(a + b) - lgamma(a) - lgamma(b) + a * Math.log(x) + b * Math.log1p(-x);
  return (Math.exp(log) * h) / a;
}

/** The quantile of Student's t with some degrees of freedom, by safeguarded Newton steps from the normal one. */
function stdtrit(df, p) {
  if (!(df > 0) || !(p >= 0 && p <= 1)) return NaN;
  if (p === 0.5) return 0;
  if (p > 0.5) return -stdtrit(df, 1 - p);
  const cdf = (t) => betainc(df / 2, 0.5, df / (df + t * t)) / 2;
  const scale = lgamma((df + 1) / 2) - lgamma(df / 2) - Math.log(df * Math.PI) / 2;
  let low = -1;
  while (cdf(low) > p && low > -1e300) low *= 4;
  let high = 0, t = Math.max(low, Math.min(ndtri(p), -1e-9));
  for (let k = 0; k < 200; k++) {
    const off = cdf(t) - p;
    if (off > 0) high = t;
    else low = t;
    let next = t - off / Math.exp(scale - ((df + 1) / 2) * Math.log1p((t * t) / df));
    if (!(next > low && next < high)) next = (low + high) / 2;
    if (Math.abs(next - t) <= 4e-16 * Math.abs(t)) return next;
    t = next;
  }
  return t;
}

// --- statistics of draws ---

const REPLICATES = 16; // draw i belongs to randomisation i mod 16
const LEVELS = [0.05, 0.25, 0.5, 0.75, 0.95];

/** Quantiles of sorted draws (Hazen's), weighted where cumulative weights are given. */
function quantiles(sorted, levels, cumulative) {
  const n = sorted.length;
  if (!n) return levels.map(() => NaN);
  return levels.map((p) => {
    if (cumulative) {
      const target = p * cumulative[n - 1];
      let low = 0, high = n - 1;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (cumulative[middle] < target) low = middle + 1;
        else high = middle;
      }
      return sorted[low];
    }
    const at = Math.min(Math.max(p * n - 0.5, 0), n - 1);
    const left = Math.floor(at);
    const right = Math.min(left + 1, n - 1);
    return sorted[left] + (sorted[right] - sorted[left]) * (at - left);
  });
}

/** Finite draws in ascending order, with the cumulative weights of each where they are weighted. */
function ordered(x, weights, from = 0, step = 1) {
  if (!weights) {
    const out = new Float64Array(Math.ceil((x.length - from) / step));
    let n = 0;
    for (let i = from; i < x.length; i += step) if (Number.isFinite(x[i])) out[n++] = x[i];
    return { sorted: out.subarray(0, n).sort() };
  }
  const places = [];
  for (let i = from; i < x.length; i += step) if (Number.isFinite(x[i]) && weights[i] > 0) places.push(i);
  places.sort((i, j) => x[i] - x[j]);
  let total = 0;
  return {
    sorted: Float64Array.from(places, (i) => x[i]),
    cumulative: Float64Array.from(places, (i) => (total += weights[i])),
  };
}

/** Mean and quantiles of draws with their Monte Carlo errors: [value, error] of each, the mean first. */
function statistics(x, weights, levels = LEVELS) {
  if (weights && weights.every((w) => w === 0 || w === 1)) { // conditions alone leave draws out
    const left = x.length > 1 ? x : weights.map(() => x[0]);
    return statistics(left.map((value, i) => (weights[i] ? value : NaN)), null, levels);
  }
  const of = ({ sorted, cumulative }) => {
    let total = 0;
    for (let i = 0; i < sorted.length; i++) total += sorted[i] * (cumulative ? cumulative[i] - (cumulative[i - 1] || 0) : 1);
    return [total / (cumulative ? cumulative[sorted.length - 1] : sorted.length), ...quantiles(sorted, levels, cumulative)];
  };
  const all = ordered(x, weights);
  const whole = of(all);
  if (x.length === 1) return { values: whole, errors: whole.map(() => 0), sorted: all.sorted };
  const parts = Array.from({ length: REPLICATES }, (_, r) => of(ordered(x, weights, r, REPLICATES)));
  const errors = whole.map((value, k) => {
    const centre = parts.reduce((total, part) => total + part[k], 0) / REPLICATES;
    const spread = parts.reduce((total, part) => total + (part[k] - centre) ** 2, 0) / (REPLICATES - 1);
    return Math.hypot(Math.sqrt(spread / REPLICATES), centre - value);
  });
  return { values: whole, errors, ...all };
}

// The model: draws of inputs from codes, other beliefs about them, and the graph of nodes, evaluated on demand.

const Z95 = 1.6448536269514722; // the normal score of 95 %
const MAX_SCORE = 5; // the end of tables over normal scores
const CODES = 65534; // the largest code; the next one stands for NaN

/** The numbers that base64 text holds. */
function decoded(text, Kind) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new Kind(bytes.buffer);
}

/** Numbers from their codes. */
function fromCodes([low, high, text]) {
  const codes = decoded(text, Uint16Array);
  const step = (high - low) / CODES;
  return Float64Array.from(codes, (code) => (code < CODES ? low + code * step : code === CODES ? high : NaN));
}

/** Draws from [scale, low, high, codes]. */
function fromCodedDraws([scale, ...codes]) {
  const x = fromCodes(codes);
  return scale === "log" ? x.map(Math.exp) : x;
}

/** The normal scores of 16 interleaved digital nets: point k is the exclusive or of the shift and of the directions at
 * the set bits of k. */
function netScores(text) {
  const words = decoded(text, Uint32Array);
  const size = 2 ** (words.length / REPLICATES - 1);
  const points = new Uint32Array(size * REPLICATES);
  points.set(words.subarray(0, REPLICATES));
  for (let bit = 0, filled = REPLICATES; filled < points.length; bit++, filled *= 2) {
    for (let i = 0; i < filled; i++) points[filled + i] = points[i] ^ words[(bit + 1) * REPLICATES + (i % REPLICATES)];
  }
  return Float64Array.from(points, (word) => ndtri((word + 0.5) / 2 ** 32));
}

// --- beliefs: the distribution of one row of an input ---

/** A scale on which distributions are shifted and stretched, and the way back. */
function scaleOf(t, whole = 1) {
  if (t === "log") return { to: Math.log, from: Math.exp };
  if (t === "logit") return { to: (x) => Math.log(x / (whole - x)), from: (y) => whole / (1 + Math.exp(-y)) };
  return { to: (x) => x, from: (y) => y };
}

/** The scale of the distribution that takes the place of one whose family has no member with some percentiles. */
function otherScale(input) {
  const [low, high] = input.range;
  if (high !== null) return "logit";
  return low === 0 ? "log" : "x";
}

/** A cubic through the four values of a table around a normal score. */
function interpolated(table, z) {
  const cells = table.length - 3;
  const place = Math.min(Math.max(((z / MAX_SCORE + 1) / 2) * cells, 0), cells);
  const k = Math.min(Math.floor(place), cells - 1);
  const t = place - k;
  const [a, b, c, d] = [table[k], table[k + 1], table[k + 2], table[k + 3]];
  return (
    (-t * (t - 1) * (t - 2) * a) / 6 + ((t + 1) * (t - 1) * (t - 2) * b) / 2 -
    ((t + 1) * t * (t - 2) * c) / 2 + ((t + 1) * t * (t - 1) * d) / 6
  );
}

/** The normal distribution on a scale with two percentiles, truncated at `cut`, as a function of normal scores. */
function normalBelief(t, whole, p5, p95, cut = [null, null]) {
  const { to, from } = scaleOf(t, whole);
  const mean = (to(p5) + to(p95)) / 2;
  const sd = (to(p95) - to(p5)) / (2 * Z95);
  if (cut[0] === null && cut[1] === null) return (z) => from(mean + sd * z);
  const [low, high] = [cut[0] ?? -Infinity, cut[1] ?? Infinity];
  const below = low > -Infinity && !(t !== "x" && low <= 0) ? ndtr((to(low) - mean) / sd) : 0;
  const above = high < Infinity && !(t === "logit" && high >= whole) ? ndtr((mean - to(high)) / sd) : 0;
  const mass = 1 - below - above;
  return (z) => {
    const score = z < 0 ? ndtri(below + ndtr(z) * mass) : -ndtri(above + ndtr(-z) * mass);
    return Math.min(Math.max(from(mean + sd * score), low), high);
  };
}

/** Whether an affine family has a member with some percentiles: its support stays in the range of the input. */
function staysInFamily(input, row, p5, p95) {
  if (row.form !== "affine") return row.form === "normal";
  if (row.t === "log") return p5 > 0;
  const stretch = (p95 - p5) / (row.p95 - row.p5);
  const [low, high] = row.support.map((end) => (end === null ? null : p5 + (end - row.p5) * stretch));
  const [least, most] = input.range;
  return (least === null || low === null || low >= least) && (most === null || high === null || high <= most);
}

/** The distribution of a row after a change ({p5, p95}, {value} or none): its percentiles, the scale of a normal one in
 * place of its family (null where it stays in it), and its draws and quantiles. */
function belief(input, row, change) {
  const constant = change && change.value !== undefined ? change.value : row.value;
  if (constant !== undefined) {
    const value = constant === null ? NaN : constant;
    return { p5: value, p95: value, constant: value, draws: () => [value], quantile: () => value, other: null };
  }
  row.z ??= row.net ? netScores(row.net) : fromCodes(row.scores);
  const { p5, p95 } = change || row;
  const other = change && !staysInFamily(input, row, p5, p95) ? otherScale(input) : null;
  if (row.form === "normal" || other) {
    const t = other || row.t;
    const whole = other ? input.range[1] ?? 1 : row.whole;
    const at = normalBelief(t, whole, p5, p95, other ? undefined : row.cut);
    return { p5, p95, other, draws: () => row.z.map(at), quantile: at };
  }
  const { to, from } = scaleOf(row.t);
  const stretch = (to(p95) - to(p5)) / (to(row.p95) - to(row.p5));
  const moved = change ? (x) => from(to(p5) + (to(x) - to(row.p5)) * stretch) : (x) => x;
  const base = () => {
    if (row.x) return (row.drawn ??= fromCodedDraws(row.x));
    row.values ??= decoded(row.table, Float32Array);
    return (row.drawn ??= row.z.map((z) => from(interpolated(row.values, z))));
  };
  const quantile = (z) => moved(z === 0 ? row.median : z < 0 ? row.p5 : row.p95);
  return { p5, p95, other, draws: () => (change ? base().map(moved) : base()), quantile };
}

// --- the graph ---

/** Draws as one array of numbers, never a list, which stands for rows along a dimension; null is a missing value. */
const drawArray = (x) => (Array.isArray(x) ? Float64Array.from(x, (each) => each ?? NaN) : x);

/** A study on some draws: `drawsOf(name, k)` are those of row k of an input, in base units. */
class Model {
  constructor(data, formulas, drawsOf, fixed) {
    Object.assign(this, { data, formulas, drawsOf, fixed });
    this.cache = new Map();
    this.users = new Map(); // the nodes that need a quantity
    for (const name of data.order) {
      for (const need of data.quantities[name].needs) {
        if (!this.users.has(need)) this.users.set(need, []);
        this.users.get(need).push(name);
      }
    }
  }

  /** Forget the values of a quantity and of all that depend on it. */
  forget(name) {
    const known = this.cache.has(name);
    this.cache.delete(name);
    if (known) for (const user of this.users.get(name) || []) this.forget(user);
    this.weighted = undefined;
  }

  /** The values of a quantity at labels {dimension: index}, in base units: all draws, or one value that is certain. */
  values(name, at = {}) {
    const own = this.data.quantities[name].dimensions.map((dimension) => at[dimension] || 0);
    const key = own.join();
    if (!this.cache.has(name)) this.cache.set(name, new Map());
    const rows = this.cache.get(name);
    if (!rows.has(key)) rows.set(key, this.computed(name, at, own));
    return rows.get(key);
  }

  computed(name, at, own) {
    const { needs, along, dimensions } = this.data.quantities[name];
    if (!needs) return drawArray(this.drawsOf(name, own[0] || 0));
    if (this.data.fixed[name]) {
      const place = dimensions.reduce((k, each, d) => k * this.data.dimensions[each].length + own[d], 0);
      for (const need of needs) this.values(need, at); // so that a change of an input is noticed
      return drawArray(this.fixed(name, place));
    }
    const formula = this.formulas[name];
    if (formula === null) return this.values(needs[0], at);
    const labels = (need) =>
      along && this.data.quantities[need].dimensions.includes(along)
        ? this.data.dimensions[along].map((_, k) => this.values(need, { ...at, [along]: k }))
        : [this.values(need, at)];
    const rows = needs.map(labels);
    const n = Math.max(1, ...rows.flat().map((x) => x.length));
    const full = (x) => (x.length === n ? x : new Float64Array(n).fill(x[0]));
    const found = formula(n, ...rows.map((own) => (along ? own.map(full) : full(own[0]))));
    if (!Array.isArray(found)) return found;
    return found[found.length > 1 && dimensions.includes(along) ? at[along] || 0 : 0];
  }

  /** The weights of draws by the evidence, the same in sum for each randomisation; null without evidence. */
  weights() {
    if (this.weighted !== undefined) return this.weighted;
    const { evidence, given } = this.data;
    if (!evidence.length && !given.length) return (this.weighted = null);
    const logs = new Float64Array(this.data.draws);
    given.forEach((condition, k) => {
      const holds = this.holds(condition, CONDITIONS[k]);
      for (let i = 0; i < logs.length; i++) if (!holds(i)) logs[i] = -Infinity;
    });
    for (const seen of evidence) {
      const own = this.logLikelihood(seen);
      for (let i = 0; i < logs.length; i++) logs[i] += own[i];
    }
    const top = logs.reduce((most, x) => Math.max(most, x), -Infinity);
    const weights = logs.map((x) => (top > -Infinity ? Math.exp(x - top) : 0));
    if (!evidence.length) return (this.weighted = weights);
    const totals = new Float64Array(REPLICATES);
    weights.forEach((w, i) => (totals[i % REPLICATES] += w));
    return (this.weighted = weights.map((w, i) => w / totals[i % REPLICATES]));
  }

  /** The log-likelihood of an observation given each draw. With the probability `wrong` it says nothing: it is then as
   * likely in each draw as in their mean, within each randomisation. */
  logLikelihood({ quantity, index, interval, log, factor, wrong }) {
    const x = this.values(quantity, index);
    const [low, high] = log ? interval.map(Math.log) : interval;
    const logs = new Float64Array(this.data.draws).map((_, i) => {
      const value = x[x.length > 1 ? i : 0] * factor;
      const residual = ((log ? Math.log(value) : value) - (low + high) / 2) / ((high - low) / (2 * Z95));
      return Number.isFinite(residual) ? -residual * residual / 2 : -Infinity;
    });
    if (!wrong) return logs;
    const totals = new Float64Array(REPLICATES);
    logs.forEach((each, i) => (totals[i % REPLICATES] += Math.exp(each)));
    return logs.map((each, i) => {
      const mean = totals[i % REPLICATES] / (logs.length / REPLICATES);
      return Math.log(wrong + (1 - wrong) * Math.exp(each) / (mean || 1));
    });
  }

  /** Whether a draw meets a condition: a comparison of two formulas. */
  holds({ sign, sides }, formulas) {
    const compared = { "<": (x, y) => x < y, ">": (x, y) => x > y, "<=": (x, y) => x <= y, ">=": (x, y) => x >= y }[sign];
    const [left, right] = sides.map((rows, side) => {
      const draws = rows.map(([name, at]) => this.values(name, at));
      const n = Math.max(1, ...draws.map((x) => x.length));
      return formulas[side](n, ...draws.map((x) => (x.length === n ? x : new Float64Array(n).fill(x[0]))));
    });
    return (i) => compared(left[left.length > 1 ? i : 0], right[right.length > 1 ? i : 0]);
  }

  /** The effective sample size of the draws by Kish's formula. */
  effective() {
    const weights = this.weights();
    if (!weights) return this.data.draws;
    return weights.reduce((a, w) => a + w, 0) ** 2 / weights.reduce((a, w) => a + w * w, 0);
  }
}

/** The name of a row of a quantity at labels. */
function rowName(data, name, at) {
  const own = data.quantities[name].dimensions.map((each) => data.dimensions[each][at[each] || 0]);
  return own.length ? `${name}[${own.join()}]` : name;
}

/** The name of row k of an input. */
const inputRow = (data, name, k) => (data.inputs[name].by ? `${name}[${data.dimensions[data.inputs[name].by][k]}]` : name);

/** A study with changed beliefs: `changes` are those of rows of inputs, by their names. */
class Study {
  constructor(data, formulas, changes = {}) {
    this.data = data;
    this.formulas = formulas;
    this.changes = changes;
    this.beliefs = new Map();
    const fixed = (name, k) => {
      const row = data.fixed[name].rows[k];
      return row.length > 1 ? fromCodedDraws(row) : row;
    };
    this.model = new Model(data, formulas, (name, k) => this.scaled(name, this.beliefOf(name, k).draws()), fixed);
  }

  scaled(name, x) {
    const { scale } = this.data.quantities[name];
    return Float64Array.from(x, (each) => each * scale);
  }

  beliefOf(name, k) {
    const key = inputRow(this.data, name, k);
    if (!this.beliefs.has(key)) {
      const input = this.data.inputs[name];
      this.beliefs.set(key, belief(input, input.rows[k], this.changes[key]));
    }
    return this.beliefs.get(key);
  }

  /** Change the belief about a row of an input; undefined takes a change back. */
  change(name, k, change) {
    const key = inputRow(this.data, name, k);
    if (change === undefined) delete this.changes[key];
    else this.changes[key] = change;
    this.beliefs.delete(key);
    this.model.forget(name);
  }

  /** The draws of a quantity in its unit. */
  draws(name, at = {}) {
    const { scale } = this.data.quantities[name];
    return this.model.values(name, at).map((x) => x / scale);
  }

  statistics(name, at, levels) {
    return statistics(this.draws(name, at), this.model.weights(), levels);
  }

  /** The uncertain rows of inputs that a quantity depends on at labels, as [name, row]. */
  inputsBehind(name, at) {
    const found = new Map();
    const visit = (each, here) => {
      const { needs, along } = this.data.quantities[each];
      const key = rowName(this.data, each, here);
      if (found.has(key)) return;
      found.set(key, null);
      if (!needs) {
        const k = here[this.data.inputs[each].by] || 0;
        if (this.beliefOf(each, k).constant === undefined) found.set(key, [each, k]);
        return;
      }
      const all = along ? this.data.dimensions[along].map((_, k) => ({ ...here, [along]: k })) : [here];
      for (const need of needs) for (const place of all) visit(need, place);
    };
    visit(name, at);
    return [...found.values()].filter((each) => each);
  }

  /** The swing of a quantity by each input from its p5 to its p95, the others at their medians, the widest first. */
  swings(name, at) {
    const varied = this.inputsBehind(name, at).filter(([input]) => !this.data.inputs[input].joint);
    const n = 2 * varied.length + 1;
    const place = new Map(varied.map(([input, k], i) => [inputRow(this.data, input, k), 1 + 2 * i]));
    const drawsOf = (input, k) => {
      const own = this.beliefOf(input, k);
      const x = new Float64Array(n).fill(own.quantile(0));
      const i = place.get(inputRow(this.data, input, k));
      if (i !== undefined) [x[i], x[i + 1]] = [own.quantile(-Z95), own.quantile(Z95)];
      return this.scaled(input, x);
    };
    const model = new Model(this.data, this.formulas, drawsOf, (node, k) => [this.data.fixed[node].centre[k]]);
    const { scale } = this.data.quantities[name];
    const values = model.values(name, at);
    const value = (i) => values[values.length > 1 ? i : 0] / scale;
    return {
      base: value(0),
      bars: varied
        .map(([input, k], i) => ({ input, k, low: value(1 + 2 * i), high: value(2 + 2 * i) }))
        .filter(({ low, high }) => Math.abs(high - low) > 1e-12 * Math.abs(value(0)))
        .sort((one, other) => Math.abs(other.high - other.low) - Math.abs(one.high - one.low)),
    };
  }
}

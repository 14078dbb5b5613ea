// The answer: the chosen quantity, what was published of it, and what the reader's beliefs make of it.

const element = (id) => document.getElementById(id);
const fill = (id, ...children) => element(id).replaceChildren(...children.flat(Infinity).filter((child) => child));

const MIN_EFFECTIVE = 800; // draws: with fewer the engine refuses the evidence

class Answer {
  constructor(page) {
    this.page = page;
    this.data = page.data;
    this.thresholds = {}; // by row: the line that the reader moved
    this.second = "";
    this.cached = new Map();
    const { headlines, targets } = this.data;
    this.show(headlines[0] || targets[0], true);
    element("threshold").addEventListener("change", (event) => this.typedThreshold(event.target, this.row));
    element("line").addEventListener("input", (event) => this.setThreshold(this.row, this.scale.valueAt((event.target.value / 1000) * W)));
    element("exceedance").addEventListener("pointerdown", (event) => this.drag(event));
    element("second-threshold").addEventListener("change", (event) => this.typedThreshold(event.target, this.second));
    element("second").addEventListener("change", (event) => {
      this.second = event.target.value;
      this.probabilities();
    });
  }

  get quantity() {
    return this.data.quantities[this.name];
  }

  get row() {
    return rowName(this.data, this.name, this.at);
  }

  /** Show a row of a target, such as cost[2027]; a name alone stands for the row that represents it. */
  show(wanted, quiet) {
    const name = wanted.split("[")[0];
    const row = wanted !== name ? wanted : this.data.headlines.find((each) => each.split("[")[0] === name) || name;
    if (!this.data.targets.includes(name)) return;
    const rows = rowsOf(this.data, name);
    this.name = name;
    this.at = rows.find((at) => rowName(this.data, name, at) === row) || rows[0] || {};
    this.second = "";
    this.choices();
    if (!quiet) this.page.shown();
  }

  /** The statistics of the shown row under the published priors, computed once. */
  before(name = this.name, at = this.at) {
    const row = rowName(this.data, name, at);
    if (!this.cached.has(row)) this.cached.set(row, this.page.published.statistics(name, at));
    return this.cached.get(row);
  }

  choices() {
    const option = (value, text, chosen) => h("option", { value, selected: chosen }, text);
    fill("choice",
      h("label", {}, "Quantity ", h("select", { id: "target", onchange: (event) => this.show(event.target.value) },
        this.data.targets.map((name) => option(name, this.data.quantities[name].label, name === this.name)))),
      this.quantity.dimensions.map((dimension) => {
        const fitting = this.data.dimensions[dimension].map((label, k) => [label, k, { ...this.at, [dimension]: k }])
          .filter(([, , at]) => !this.data.missing.includes(rowName(this.data, this.name, at)));
        return h("label", {}, `${dimension} `, h("select", { onchange: (event) => this.show(rowName(this.data, this.name, { ...this.at, [dimension]: Number(event.target.value) })) },
          fitting.map(([label, k]) => option(String(k), label, this.at[dimension] === k))));
      }),
      h("button", { type: "button", onclick: () => this.page.about(this.name) }, "What is it?"));
    const others = this.data.targets.filter((name) => name !== this.name && !this.data.quantities[name].event);
    fill("second", option("", "no second quantity", !this.second), others.map((name) => option(name, this.data.quantities[name].label, name === this.second)));
  }

  /** What changes with every movement: the headline, the two curves and the probability. */
  draw() {
    const { quantity, page } = this;
    const before = this.before();
    const after = page.isChanged ? page.own.statistics(this.name, this.at) : before;
    const changed = differs(before, after);
    Object.assign(this, { after, changed });
    this.headline(before, after, changed);
    const size = page.own.model.effective();
    if (size < MIN_EFFECTIVE) element("interval").append(` The evidence leaves an effective sample of only ${Math.round(size)} draws, so these figures are rough.`);
    const certain = before.sorted.length < 2 && after.sorted.length < 2;
    const event = quantity.event;
    element("curves").hidden = event || certain;
    if (event || certain) return;
    if (!this.scale || this.scaleOf !== this.row) {
      this.scale = commonAxis(quantity, before, after);
      this.scaleOf = this.row;
    } else if (changed) {
      const wanted = commonAxis(quantity, before, after); // wider only, so that nothing jumps while a handle moves
      if (wanted.low < this.scale.low || wanted.high > this.scale.high || wanted.log !== this.scale.log) this.scale = wanted;
    }
    const marks = this.data.disclosed.filter(({ row }) => row === this.row || row === this.name)
      .map(({ value, bound, source }) => ({ value, text: `published: ${bound} ${amount(value, quantity, 0, 4)} (${source})` }));
    fill("density", densityFigure(quantity, this.scale, before, after, changed, marks));
    this.probabilities();
  }

  headline(before, after, changed) {
    const { quantity } = this;
    const published = this.data.published[this.row] || {};
    if (quantity.event) {
      const [value, error] = changed || !published.probability ? [after.values[0], after.errors[0]] : published.probability;
      fill("figure", chance(value, error));
      fill("interval", `probability, ± ${amount(error, { unit: "share", kind: "share" }, 0, 1)} Monte Carlo error${changed && published.probability ? `; published ${chance(...published.probability)}` : ""}`);
      return;
    }
    const figures = changed || !published.p50 ? [1, 3, 5].map((i) => [after.values[i], after.errors[i]]) : [published.p5, published.p50, published.p95];
    const digits = quantity.kind === "date" && figures[2][0] - figures[0][0] < 0.25 ? 4 : 3; // days of close dates
    const [p5, p50, p95] = figures.map(([value, error]) => amount(value, quantity, error, digits));
    fill("figure", p50);
    fill("interval", figures[0][0] === figures[2][0] ? "without uncertainty" : `median; 90 % of draws between ${p5} and ${p95}`, changed && published.p50 ? `; published: ${amount(published.p50[0], quantity, published.p50[1])}` : "");
    const words = { p5: 1, p25: 2, p50: 3, p75: 4, p95: 5 };
    const head = h("tr", {}, ["", "published", "± MC error", changed && "yours", changed && "± MC error", changed && "change"].filter((text) => text !== false).map((text) => h("th", { scope: "col" }, text)));
    const lines = Object.entries(words).map(([word, i]) => {
      const [value, error] = published[word] || [before.values[i], before.errors[i]];
      const own = changed ? [amount(after.values[i], quantity, after.errors[i]), amount(after.errors[i], quantity, 0, 1), changeText(before.values[i], after.values[i], quantity)] : [];
      return h("tr", {}, h("th", { scope: "row" }, word), [amount(value, quantity, error), amount(error, quantity, 0, 1), ...own].map((text) => h("td", {}, text)));
    });
    fill("percentiles", h("thead", {}, head), h("tbody", {}, lines));
  }

  // --- the probability above a line ---

  thresholdOf(row, at = this.at) {
    if (this.thresholds[row] === undefined) {
      const name = row.split("[")[0];
      const value = this.before(name, at).values[3];
      const [p5, p95] = [this.before(name, at).values[1], this.before(name, at).values[5]];
      this.thresholds[row] = readable(value, (p95 - p5) || Infinity);
    }
    return this.thresholds[row];
  }

  setThreshold(row, value) {
    if (!Number.isFinite(value)) return;
    this.thresholds[row] = readable(value, row === this.row ? this.scale.high - this.scale.low : Infinity);
    this.probabilities();
  }

  typedThreshold(field, row) {
    const quantity = this.data.quantities[row.split("[")[0]];
    try {
      this.setThreshold(row, beliefOf(field.value, quantity, [null, null]).value);
      field.setCustomValidity("");
    } catch (problem) {
      field.setCustomValidity(problem.message);
      field.reportValidity();
    }
  }

  drag(event) {
    const box = element("exceedance").querySelector("svg").getBoundingClientRect();
    const move = ({ clientX }) => this.setThreshold(this.row, this.scale.valueAt(Math.min(Math.max(((clientX - box.left) / box.width) * W, 0), W)));
    const stop = () => window.removeEventListener("pointermove", move);
    move(event);
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", stop, { once: true });
  }

  /** The share of draws with a property, with its Monte Carlo error; of those `given` another property. */
  share(model, test, given = () => true) {
    const weights = model.weights(), n = this.data.draws;
    const hit = new Float64Array(REPLICATES), all = new Float64Array(REPLICATES);
    for (let i = 0; i < n; i++) {
      if (!given(i)) continue;
      const weight = weights ? weights[i] : 1;
      all[i % REPLICATES] += weight;
      if (test(i)) hit[i % REPLICATES] += weight;
    }
    const total = (x) => x.reduce(plus, 0);
    const value = total(hit) / total(all);
    const parts = hit.map((x, r) => x / all[r]), centre = total(parts) / REPLICATES;
    const spread = total(parts.map((x) => (x - centre) ** 2)) / (REPLICATES - 1);
    return [value, Math.hypot(Math.sqrt(spread / REPLICATES), centre - value)];
  }

  probabilities() {
    const { quantity, row, changed } = this;
    const threshold = this.thresholdOf(row);
    fill("exceedance", exceedanceFigure(quantity, this.scale, this.before(), this.after, changed, threshold));
    if (document.activeElement !== element("threshold")) element("threshold").value = numberText(threshold, 6);
    if (document.activeElement !== element("line")) element("line").value = Math.round((this.scale.at(threshold) / W) * 1000);
    element("line").setAttribute("aria-valuetext", amount(threshold, quantity));
    const draws = (study, name) => {
      const x = study.draws(name, this.at);
      return (i) => x[x.length > 1 ? i : 0];
    };
    const text = (study) => {
      const x = draws(study, this.name);
      const over = (i) => x(i) > threshold;
      const found = this.share(study.model, over);
      const error = found[1] ? ` ± ${amount(found[1], { unit: "share", kind: "share" }, 0, 1)}` : "";
      const first = chanceOf(found, this.data.draws) + error;
      if (!this.second) return first;
      const y = draws(study, this.second), line = this.thresholdOf(this.second);
      const other = (i) => y(i) > line;
      const both = this.share(study.model, (i) => over(i) && other(i)), given = this.share(study.model, over, other);
      return `${first}; both ${chanceOf(both, this.data.draws)}; the first given the second ${Number.isFinite(given[0]) ? chance(...given) : "–"}`;
    };
    fill("chance", changed ? `${text(this.page.own)} (published priors: ${text(this.page.published)})` : text(this.page.published));
    element("second-line").hidden = !this.second;
    const unit = (name) => (name && this.data.quantities[name].unit !== "1" ? this.data.quantities[name].unit : "");
    element("threshold-unit").textContent = unit(this.name);
    element("second-unit").textContent = unit(this.second);
    if (this.second && document.activeElement !== element("second-threshold")) element("second-threshold").value = numberText(this.thresholdOf(this.second), 6);
  }

  // --- what is drawn a moment after the last movement ---

  drawRest() {
    const { data, quantity, page, changed } = this;
    fill("tornado", quantity.event ? h("p", {}, "An event: choose another quantity for its tornado.") : tornadoFigure(data, quantity, page.own.swings(this.name, this.at)));
    this.variance();
    this.moves();
    this.labels();
    this.components();
    const line = (name) => {
      const at = rowsOf(data, name).find((each) => quantityFits(data, name, each, this.at)) || {};
      const own = data.quantities[name], before = this.before(name, at), after = page.isChanged ? page.own.statistics(name, at) : before;
      const figures = data.published[rowName(data, name, at)] || {};
      const central = own.event ? 0 : 3;
      const [value, error] = (own.event ? figures.probability : figures.p50) || [before.values[central], before.errors[central]];
      const published = own.event ? chance(value, error) : amount(value, own, error);
      const cells = [published];
      if (page.isChanged && differs(before, after)) cells.push(amount(after.values[central], own, after.errors[central]), changeText(before.values[central], after.values[central], own));
      else if (page.isChanged) cells.push(published, "none");
      return h("tr", {}, h("th", { scope: "row" }, h("button", { type: "button", class: "link", onclick: () => this.show(rowName(data, name, at)) }, own.label)), cells.map((text) => h("td", {}, text)));
    };
    const head = ["", "published median", ...(page.isChanged ? ["yours", "change"] : [])];
    fill("targets", h("thead", {}, h("tr", {}, head.map((text) => h("th", { scope: "col" }, text)))), h("tbody", {}, data.targets.map(line)));
  }

  /** The share of the variance that each input explains alone. */
  variance() {
    const { data, page, quantity } = this;
    const found = page.own.model.weights() || quantity.event ? null : firstOrder(page.own, this.name, this.at);
    const shares = found ? found.shares.filter(({ share }) => share > 0.005).slice(0, 8) : [];
    const text = shares.length
      ? `First-order Sobol' indices: the part of the variance of ${found.log ? "its logarithm" : "it"} that each input explains alone.`
      : "Not computed here of an event, given evidence or conditions, or of draws that are not finite.";
    fill("variance-text", text);
    fill("variance", shares.length > 0 && sharesFigure(shares.map(({ input, k }) => inputLabel(data, input, k)), shares.map(({ share }) => share), [], false));
  }

  /** How far the answer moved, and by which change. */
  moves() {
    const { data, quantity, page } = this;
    const rows = Object.keys(page.own.changes);
    const central = quantity.event ? 0 : 3;
    const base = this.before().values[central];
    if (!rows.length) return fill("moves");
    const alone = rows.slice(0, 12).map((row) => {
      const study = new Study(data, page.formulas, { [row]: page.own.changes[row] });
      const [name, k] = page.rows.get(row);
      return [inputLabel(data, name, k), study.statistics(this.name, this.at).values[central]];
    });
    const items = alone.map(([name, value]) => h("li", {}, `${name} alone: ${changeText(base, value, quantity)}`));
    const total = changeText(base, this.after.values[central], quantity);
    fill("moves", h("p", {}, `Change of the ${quantity.event ? "probability" : "median"}: ${total}.`), h("ul", {}, items));
  }

  /** The shown quantity at all labels of one of its dimensions. */
  labels() {
    const { data, quantity, page, changed } = this;
    element("labels-part").hidden = !quantity.dimensions.length;
    if (element("labels-part").hidden) return;
    fill("labels", quantity.dimensions.map((dimension) => {
      const places = data.dimensions[dimension].map((label, k) => [label, { ...this.at, [dimension]: k }])
        .filter(([, at]) => !data.missing.includes(rowName(data, this.name, at))).slice(0, 60);
      const of = (study) => places.map(([, at]) => {
        const { values } = study.statistics(this.name, at, [0.05, 0.5, 0.95]);
        return quantity.event ? [values[0], values[0], values[0]] : values.slice(1); // of an event its probability
      });
      const key = `${rowName(data, this.name, this.at)} ${dimension}`;
      if (!this.cached.has(key)) this.cached.set(key, of(page.published));
      return labelsFigure(quantity, places.map(([label]) => label), this.cached.get(key), changed ? of(page.own) : [], changed, data.paths[this.name] === dimension);
    }));
  }

  /** The shares of the components of the shown cost. */
  components() {
    const { data, page, changed } = this;
    const parts = Object.entries(data.components[this.name] || {});
    element("shares-part").hidden = !parts.length;
    if (!parts.length) return;
    const means = (study) => parts.map(([, name]) => study.statistics(name, this.at).values[0]);
    fill("shares", sharesFigure(parts.map(([word]) => word), means(page.published), changed ? means(page.own) : [], changed));
  }
}

/** Whether statistics differ by more than rounding. */
const differs = (before, after) => after.values.some((value, i) => Math.abs(value - before.values[i]) > 1e-9 * Math.abs(value));

/** Whether a row has the labels that are shown, in the dimensions it has. */
const quantityFits = (data, name, at, shown) => data.quantities[name].dimensions.every((each) => shown[each] === undefined || shown[each] === at[each]);

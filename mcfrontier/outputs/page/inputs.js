// The inputs: a density with a handle for p5 and one for p95, a field for typed amounts, and a way back.

const STEPS = 1000; // of a handle
const MOST = 100; // inputs of the folded list that are displayed at once

class InputRow {
  constructor(page, name, k) {
    Object.assign(this, { page, name, k, data: page.data });
    this.key = inputRow(this.data, name, k);
    this.quantity = this.data.quantities[name];
    this.input = this.data.inputs[name];
    this.row = this.input.rows[k];
    this.known = this.row.value !== undefined;
    this.frozen = frozen(this.data, name, this.row);
    this.label = inputLabel(this.data, name, k);
    const handle = (word) => h("input", { type: "range", min: 0, max: STEPS, class: word, "aria-label": `${word} of ${this.label}`, oninput: () => this.dragged(word) });
    this.field = h("input", { type: "text", class: "typed", "aria-label": `${this.label}: ${this.known ? "a number" : "p5..p95, or one number"} in ${this.quantity.unit}`, spellcheck: "false", autocomplete: "off", disabled: Boolean(this.frozen), onchange: () => this.typed() });
    this.pin = h("button", { type: "button", title: "Set it to its median", onclick: () => this.set({ value: readable(this.base.quantity(0), this.width) }) }, "pin");
    this.reset = h("button", { type: "button", title: "Back to the published prior", onclick: () => this.set(undefined) }, "reset");
    this.word = h("p", { class: "word" });
    this.effect = h("span", { class: "effect" });
    const unit = this.quantity.unit === "1" ? "" : this.quantity.unit;
    const line = h("div", { class: "line" }, h("button", { type: "button", class: "link", onclick: () => page.about(name) }, this.label), this.effect, h("span", { class: "entry" }, this.field, h("span", { class: "unit" }, unit), !this.known && !this.input.by && !this.frozen && this.pin, this.reset));
    this.element = h("li", { class: "input", "data-row": this.key }, line);
    this.base = page.published.beliefOf(name, k);
    this.width = this.base.p95 - this.base.p5 || Infinity;
    if (!this.known && !this.frozen) {
      [this.low, this.high] = [handle("p5"), handle("p95")];
      this.picture = h("div", { class: "picture" });
      this.element.append(h("div", { class: "handles" }, this.picture, this.low, this.high));
      this.span();
    }
    this.element.append(this.word);
  }

  /** The values that the handles reach: on a logarithmic scale where the input has one. */
  span() {
    const { p5, p95 } = this.base, [least, most] = this.input.range;
    const own = this.page.own.beliefOf(this.name, this.k);
    const low = Math.min(p5, own.p5), high = Math.max(p95, own.p95);
    const log = least === 0 && most === null && high / low > 2;
    const { to, from } = scaleOf(log ? "log" : "x");
    const width = to(high) - to(low);
    let [a, b] = [from(to(low) - 0.7 * width), from(to(high) + 0.7 * width)];
    const margin = 0.002 * (b - a);
    if (least !== null && !log) a = Math.max(a, least + margin);
    if (most !== null) b = Math.min(b, most - 0.002 * most);
    this.scale = axis(a, b, log, 0, STEPS);
  }

  dragged(word) {
    const [low, high] = [Number(this.low.value), Number(this.high.value)];
    const gap = STEPS / 100; // p5 stays below p95
    if (low > high - gap) {
      if (word === "p5") this.low.value = Math.max(0, high - gap);
      else this.high.value = Math.min(STEPS, low + gap);
    }
    const now = this.page.own.beliefOf(this.name, this.k);
    const value = (handle) => readable(this.scale.valueAt(Number(handle.value)), this.width);
    const pinned = now.constant !== undefined;
    const p5 = word === "p5" || pinned ? value(this.low) : now.p5, p95 = word === "p95" || pinned ? value(this.high) : now.p95;
    const six = (value) => Number(value.toPrecision(6)); // as the field displays
    if (p5 < p95) this.set({ p5: six(p5), p95: six(p95) }, true);
  }

  typed() {
    if (this.field.value.trim() === "") return this.set(undefined);
    try {
      const change = beliefOf(this.field.value, this.quantity, this.input.range);
      this.set(change);
    } catch (problem) {
      this.word.textContent = problem.message;
      this.field.setAttribute("aria-invalid", "true");
    }
  }

  set(change, dragging) {
    try {
      if (change) checkChange(this.data, this.name, this.k, change);
    } catch (problem) {
      this.draw();
      this.word.textContent = problem.message;
      return;
    }
    this.page.own.change(this.name, this.k, change);
    this.field.removeAttribute("aria-invalid");
    if (!dragging && this.low) this.span();
    this.draw(true);
    this.page.changed();
  }

  /** Show the belief: the field, the handles, the density. */
  draw(own) {
    const change = this.page.own.changes[this.key], now = this.page.own.beliefOf(this.name, this.k);
    const changed = change !== undefined;
    this.element.classList.toggle("changed", changed);
    this.reset.disabled = !changed;
    if (document.activeElement !== this.field || own) {
      this.field.value = now.constant !== undefined ? numberText(now.constant, 6) : beliefText(now, changed || this.quantity.kind === "date" ? 6 : 3);
    }
    if (!this.low) {
      if (!this.known) this.word.textContent = this.frozen;
      return;
    }
    const place = (x) => Math.round(Math.min(Math.max(this.scale.at(x), 0), STEPS));
    if (document.activeElement !== this.low || !own) this.low.value = place(now.p5);
    if (document.activeElement !== this.high || !own) this.high.value = place(now.p95);
    this.low.setAttribute("aria-valuetext", amount(now.p5, this.quantity));
    this.high.setAttribute("aria-valuetext", amount(now.p95, this.quantity));
    const families = { x: "normal", log: "lognormal", logit: "logitnormal" };
    const why = this.row.form === "affine" ? `a ${this.input.family} one with these percentiles would leave its range` : `the family ${this.input.family} has no parameters p5 and p95`;
    this.word.textContent = now.other ? `as a ${families[now.other]} distribution: ${why}` : now.constant !== undefined ? "pinned" : "";
    this.density(now, changed);
  }

  density(now, changed) {
    const bars = (belief) => {
      const x = Float64Array.from(belief.draws()).sort();
      return density({ sorted: x }, { ...this.scale, at: (value) => (this.scale.at(value) / STEPS) * W }, 80);
    };
    this.grey ??= { scale: null };
    if (this.grey.scale !== this.scale) this.grey = { scale: this.scale, heights: bars(this.base) };
    const own = changed && now.constant === undefined ? bars(now) : null;
    const top = Math.max(...this.grey.heights, ...(own || [0])) || 1;
    const place = (x) => Math.min(Math.max((this.scale.at(x) / STEPS) * W, 0), W);
    const picture = h("svg", { viewBox: `0 0 ${W} 60`, preserveAspectRatio: "none", "aria-hidden": "true" },
      h("path", { d: heightPath(this.grey.heights, top, 60, 54, true), class: "before area" }),
      own && h("path", { d: heightPath(own, top, 60, 54, true), class: "after area" }),
      own && h("path", { d: heightPath(own, top, 60, 54), class: "after line" }),
      h("line", { x1: place(now.p5), x2: place(now.p95), y1: 58, y2: 58, class: changed ? "after span" : "before span" }));
    this.picture.replaceChildren(picture);
  }
}

/** The list of inputs, those that move the shown quantity first. */
class Inputs {
  constructor(page) {
    this.page = page;
    this.rows = new Map();
    for (const [name, input] of Object.entries(page.data.inputs)) {
      input.rows.forEach((row, k) => {
        if (!(input.by && row.value !== undefined)) this.rows.set(inputRow(page.data, name, k), [name, k]);
      });
    }
    this.made = new Map();
    element("search").addEventListener("input", () => this.order());
  }

  row(key) {
    if (!this.made.has(key)) this.made.set(key, new InputRow(this.page, ...this.rows.get(key)));
    return this.made.get(key);
  }

  /** Order by the swing of the shown quantity under the published priors; the rest is folded. */
  order() {
    const { page } = this, { name, at } = page.answer;
    const widest = page.published.swings(name, at).bars.map(({ input, k }) => [inputRow(page.data, input, k)]);
    const behind = page.published.inputsBehind(name, at).map(([input, k]) => inputRow(page.data, input, k));
    const first = [...widest.map(([key]) => key), ...behind.filter((key) => !widest.some(([other]) => other === key))].filter((key) => this.rows.has(key));
    const wanted = element("search").value.trim().toLowerCase();
    const found = (key) => !wanted || `${key} ${page.data.quantities[this.rows.get(key)[0]].label}`.toLowerCase().includes(wanted);
    const changed = Object.keys(page.own.changes).filter((key) => !first.includes(key));
    const top = [...first.slice(0, wanted ? 40 : 8), ...changed].filter(found);
    const rest = [...this.rows.keys()].filter((key) => !top.includes(key) && found(key));
    const draw = (key) => {
      this.row(key).draw();
      return this.row(key).element;
    };
    const none = !top.length && !rest.length && h("li", { class: "hint" }, "No input has that name; a computed quantity opens by What is it?");
    fill("inputs", none || top.map(draw));
    element("rest").hidden = !rest.length;
    element("rest-count").textContent = `${rest.length} more: less influence, known numbers, other rows`;
    const fold = () => fill("rest-inputs", element("rest").open ? rest.slice(0, MOST).map(draw) : [], rest.length > MOST && h("li", { class: "hint" }, "Search to find others."));
    element("rest").ontoggle = () => {
      fold();
      this.effects();
    };
    if (wanted) element("rest").open = true;
    fold();
    this.effects();
  }

  /** The shown quantity with each input at its p5 and at its p95, under the reader's beliefs. */
  effects() {
    const { page } = this, { name, at, quantity } = page.answer;
    const { base, bars } = page.own.swings(name, at);
    const swings = new Map(bars.map(({ input, k, low, high }) => [inputRow(page.data, input, k), [low, high]]));
    for (const [key, row] of this.made) {
      const swing = swings.get(key);
      row.effect.textContent = swing && !quantity.event ? swing.map((end) => amount(end, quantity, 0, 2)).join(" to ") : "";
      row.effect.title = swing ? `${quantity.label} with it at its p5 and at its p95, all others at their medians (${amount(base, quantity)})` : "";
    }
  }

  draw() {
    for (const row of this.made.values()) {
      if (row.low) row.span();
      row.draw();
    }
  }
}

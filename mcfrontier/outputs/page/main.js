// The page: starts everything, and writes what a reader takes away.

const PAUSE = 80; // milliseconds after the last movement, until the slower parts are drawn

class Page {
  constructor(data, formulas) {
    Object.assign(this, { data, formulas });
    this.rows = changeableRows(data);
    this.published = new Study(data, formulas);
    this.own = new Study(data, formulas);
    this.answer = new Answer(this);
    this.inputs = new Inputs(this);
    this.history = [];
    this.sources = {};
    for (const [id, action] of Object.entries({
      "reset-all": () => this.resetAll(), link: () => this.copyLink(), save: () => this.openSave(), csv: () => this.saveCsv(),
      svg: () => this.saveSvg(), back: () => this.back(), forecast: () => this.openForecast(), "forecast-download": () => this.saveForecast(), download: () => this.saveFile(),
    })) element(id).addEventListener("click", action);
    for (const dialog of document.querySelectorAll("dialog")) {
      dialog.querySelector(".close").addEventListener("click", () => dialog.close());
    }
    element("save").hidden = !data.extends;
    window.addEventListener("hashchange", () => this.restore());
    this.restore();
    document.documentElement.classList.add("ready");
  }

  get isChanged() {
    return Object.keys(this.own.changes).length > 0;
  }

  /** Take over the changes of the address. */
  restore(anyway) {
    if (location.hash === this.written) return;
    const { changes, shown, problems, other } = readFragment(this.data, location.hash);
    const words = [...problems];
    if (other && !anyway && Object.keys(changes).length) words.unshift(`The changes of this link are not applied: ${other}.`);
    fill("banner", words.map((text) => h("p", {}, text)), other && !anyway && h("button", { type: "button", onclick: () => this.restore(true) }, "Apply them anyway"));
    element("banner").hidden = !words.length;
    this.own = new Study(this.data, this.formulas, other && !anyway ? {} : changes);
    if (shown) this.answer.show(shown, true);
    this.shown(true);
    this.inputs.draw();
  }

  /** Another quantity is shown. */
  shown(restored) {
    this.inputs.order();
    this.changed(restored);
  }

  /** A belief has changed: draw what moves at once, the rest after a pause. */
  changed(restored) {
    element("reset-all").disabled = !this.isChanged;
    this.answer.draw();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.answer.drawRest();
      this.inputs.effects();
      if (!restored) this.writeAddress();
    }, PAUSE);
  }

  writeAddress() {
    const fragment = fragmentOf(this.data, this.own.changes, this.answer.row);
    this.written = fragment;
    try {
      history.replaceState(null, "", fragment || location.pathname + location.search);
    } catch {
      location.hash = fragment; // a browser that does not let a file of the disk replace its address
    }
  }

  resetAll() {
    this.own = new Study(this.data, this.formulas);
    this.inputs.draw();
    this.changed();
  }

  async copyLink() {
    this.writeAddress();
    const link = location.href.split("#")[0] + this.written;
    try {
      await navigator.clipboard.writeText(link);
      element("note").textContent = "The link is in the clipboard.";
    } catch {
      element("note").textContent = "Copy the address of this page: it holds your changes.";
    }
  }

  // --- what everything is, from target to inputs ---

  about(name) {
    this.history.push(name);
    this.drawAbout();
    if (!element("about").open) element("about").showModal();
  }

  back() {
    this.history.pop();
    this.drawAbout();
  }

  drawAbout() {
    const name = this.history[this.history.length - 1];
    const { data } = this, quantity = data.quantities[name], input = data.inputs[name];
    const at = Object.fromEntries(quantity.dimensions.map((each) => [each, this.answer.at[each] || 0]));
    const link = (other) => h("button", { type: "button", class: "link", onclick: () => this.about(other) }, data.quantities[other].label);
    const run = !this.isChanged && data.published[rowName(data, name, at)];
    const values = [...this.own.statistics(name, at).values];
    if (run && run.p50) [values[1], values[3], values[5]] = [run.p5[0], run.p50[0], run.p95[0]];
    const figures = quantity.event ? chance(values[0]) : values[1] === values[5] ? amount(values[3], quantity) : `${amount(values[3], quantity)} (${amount(values[1], quantity)} to ${amount(values[5], quantity)})`;
    const line = (head, ...content) => [h("dt", {}, head), h("dd", {}, ...content)];
    const k = input ? at[input.by] || 0 : 0;
    const users = data.order.filter((each) => data.quantities[each].needs.includes(name));
    fill("about-text",
      h("h2", {}, rowName(data, name, at).replace(name, quantity.label)),
      h("p", {}, quantity.about), quantity.remarks && h("p", {}, quantity.remarks),
      h("dl", {},
        line("Value", figures), line("Unit", quantity.unit),
        quantity.needs && line("Formula", h("code", {}, quantity.formula)),
        quantity.needs && quantity.needs.length > 0 && line("From", quantity.needs.flatMap((need, i) => [i ? ", " : "", link(need)])),
        data.fixed[name] && line("On this page", `as published: its formula has ${data.fixed[name].why}, which is not computed here`),
        input && line("Family", input.family),
        input && line("Source", input.source[input.source.length > 1 ? k : 0] || "–"),
        input && (input.note[input.note.length > 1 ? k : 0] || "") && line("Note", input.note[input.note.length > 1 ? k : 0]),
        users.length > 0 && line("Used by", users.flatMap((user, i) => [i ? ", " : "", link(user)]))));
    element("back").disabled = this.history.length < 2;
    element("about").onclose = () => (this.history = []);
  }

  // --- files ---

  download(name, text, type) {
    const address = URL.createObjectURL(new Blob([text], { type }));
    h("a", { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  }

  fileName(end) {
    return `${this.data.study.split("/").pop()}-${end}`;
  }

  openSave() {
    const names = [...new Set(Object.keys(this.own.changes).map((row) => this.rows.get(row)[0]))];
    const saved = names.filter((name) => !this.data.inputs[name].gaps);
    const left = names.filter((name) => !saved.includes(name)).map((name) => h("p", {}, `${this.data.quantities[name].label} is not in the file: some of its rows have no figure, so it is changed in its table.`));
    fill("sources", left, saved.length ? saved.map((name) => h("label", {}, `Source of your ${this.data.quantities[name].label}`, h("input", { type: "text", maxlength: 2000, value: this.sources[name] || "", oninput: (event) => (this.sources[name] = event.target.value) }))) : !left.length && h("p", {}, "Nothing is changed yet."));
    fill("command", runCommand(this.data, this.own.changes, this.fileName("own.toml")));
    element("download").disabled = !saved.length;
    element("save-dialog").showModal();
  }

  saveFile() {
    const name = this.fileName("own.toml");
    this.download(name, priorsFile(this.data, this.own.changes, this.sources, name), "application/toml");
    element("save-dialog").close();
  }

  saveCsv() {
    this.download(this.fileName("page.csv"), csvTable(this.data, this.published, this.own), "text/csv");
  }

  openForecast() {
    const { answer } = this, { quantity, row, scale } = answer;
    if (quantity.event || !scale) return;
    fill("forecast-row", row);
    fill("forecast-unit", quantity.unit);
    element("lower").value = numberText(readable(scale.low, scale.high - scale.low), 6);
    element("upper").value = numberText(readable(scale.high, scale.high - scale.low), 6);
    element("logarithmic").checked = scale.log;
    element("forecast-dialog").showModal();
  }

  saveForecast() {
    const { quantity, name, at, row } = this.answer;
    try {
      const bound = (id) => beliefOf(element(id).value, quantity, [null, null]).value;
      const question = {
        lower: bound("lower"), upper: bound("upper"), zero: element("logarithmic").checked ? 0 : null,
        openLower: element("open-lower").checked, openUpper: element("open-upper").checked,
      };
      const text = forecast(row, quantity, this.own.draws(name, at), this.own.model.weights(), question);
      this.download(this.fileName(`${name}.json`), text, "application/json");
      element("forecast-dialog").close();
    } catch (problem) {
      fill("forecast-problem", problem.message);
    }
  }

  saveSvg() {
    const shown = element("density").querySelector("svg");
    if (!shown) return;
    const copy = shown.cloneNode(true);
    copy.setAttribute("xmlns", SVG);
    copy.setAttribute("width", W);
    const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]).map((rule) => rule.cssText).filter((text) => /svg|:root \{/.test(text));
    copy.prepend(h("style", {}, rules.join("\n")));
    this.download(this.fileName(`${this.answer.name}.svg`), new XMLSerializer().serializeToString(copy), "image/svg+xml");
  }
}

new Page(JSON.parse(element("data").textContent), FORMULAS);

// What a reader takes away: the link, the priors file, tables.

/** The start of the hash of the priors, which a link states. */
const shortHash = (data) => data.hash.slice(0, 12);

/** The fragment of the address: what is changed, the study and its priors. */
function fragmentOf(data, changes, shown) {
  const parts = Object.entries(changes).map(([row, change]) => [row, change.value !== undefined ? String(change.value) : `${change.p5}..${change.p95}`]);
  if (shown !== data.headlines[0]) parts.push(["show", shown]);
  if (!parts.length) return "";
  parts.push(["study", data.study], ["priors", shortHash(data)]);
  return `#${parts.map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`).join("&")}`;
}

/** The rows of inputs that a reader may change, by name: [input, row]. */
function changeableRows(data) {
  const found = new Map();
  for (const [name, input] of Object.entries(data.inputs)) {
    input.rows.forEach((row, k) => {
      if (!frozen(data, name, row)) found.set(inputRow(data, name, k), [name, k]);
    });
  }
  return found;
}

/** Why a row cannot be changed here; empty where it can. */
function frozen(data, name, row) {
  for (const [node, { inputs }] of Object.entries(data.fixed)) {
    if (inputs.includes(name)) return `${data.quantities[node].label} is as published on this page, and depends on it`;
  }
  if (data.inputs[name].by && row.value !== undefined) return "a known row of a table";
  return row.fixed || "";
}

/** What a fragment states: {changes, shown, problem}. A link made from other priors has a problem. */
function readFragment(data, text) {
  const changes = {}, problems = [], rows = changeableRows(data);
  let shown = null, stated = {};
  for (const part of text.replace(/^#/, "").split("&").filter(Boolean)) {
    const [key, value = ""] = part.split("=").map((each) => {
      try {
        return decodeURIComponent(each);
      } catch {
        return each;
      }
    });
    if (key === "study" || key === "priors") stated[key] = value;
    else if (key === "show") shown = value;
    else if (!rows.has(key)) problems.push(`${key} is not an input that can be changed here`);
    else {
      const [name, k] = rows.get(key);
      try {
        const change = beliefOf(value, data.quantities[name], data.inputs[name].range);
        checkChange(data, name, k, change);
        changes[key] = change;
      } catch (problem) {
        problems.push(`${key}: ${problem.message}`);
      }
    }
  }
  let other = "";
  if (stated.study && stated.study !== data.study) other = `it was made for another study, ${stated.study}`;
  else if (stated.priors && stated.priors !== shortHash(data)) other = "it was made from other priors of this study";
  return { changes, shown, problems, other };
}

/** Refuse a change that a row cannot take. */
function checkChange(data, name, k, change) {
  const input = data.inputs[name], row = input.rows[k];
  if (change.value === undefined && row.value !== undefined) throw new Error("a known number: state one number");
  if (!input.by) return;
  if (change.value !== undefined) throw new Error("a row of a table takes two percentiles, LOW..HIGH");
  if (!staysInFamily(input, row, change.p5, change.p95)) throw new Error(`the ${input.family} distribution would leave the range of it`);
}

// --- the priors file ---

const tomlText = (text) => `"${text.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/[\u0000-\u001f\u007f]/g, " ")}"`;
const tomlNumber = (value) => (Number.isFinite(value) ? String(value).replace(/^(-?\d+)e/, "$1.0e") : "nan");
const tomlList = (values) => (values.length === 1 ? tomlNumber(values[0]) : `[${values.map((value) => tomlNumber(value)).join(", ")}]`);

/** The keys of a distribution after a change, before `times`: [family, {key: number}]. */
function statedKeys(data, name, k, change) {
  const input = data.inputs[name], row = input.rows[k], times = row.times || 1;
  if (change && change.value !== undefined) return ["value", { value: change.value / times }];
  const { p5, p95 } = change || row;
  const other = change && !staysInFamily(input, row, p5, p95) ? otherScale(input) : null;
  if (row.form === "affine" && !other) {
    const { to, from } = scaleOf(row.t);
    const stretch = (to(p95) - to(p5)) / (to(row.p95) - to(row.p5));
    const shift = { at: (x) => from(to(p5) + (to(x * times) - to(row.p5)) * stretch) / times, by: (x) => x * stretch, as: (x) => x };
    return [input.family, Object.fromEntries(Object.entries(row.keys).map(([key, [x, how]]) => [key, shift[how](x)]))];
  }
  const families = { x: "normal", log: "lognormal", logit: "logitnormal" };
  const keys = { p5: p5 / times, p95: p95 / times };
  if (!other && row.cut[0] !== null) keys.low = row.cut[0] / times;
  if (!other && row.cut[1] !== null) keys.high = row.cut[1] / times;
  return [families[other || row.t], keys];
}

/** The entry of an input with changed rows. */
function entryText(data, name, changes, source) {
  const input = data.inputs[name], { unit } = data.quantities[name];
  const rows = input.rows.map((row, k) => (row.value !== undefined && input.by ? null : statedKeys(data, name, k, changes[inputRow(data, name, k)])));
  const [family, keys] = rows.find((row) => row);
  const lines = [`[inputs.${name}]`, `family = ${tomlText(family)}`];
  for (const key of Object.keys(keys)) lines.push(`${key} = ${tomlList(rows.map((row) => (row ? row[1][key] : NaN)))}`);
  const times = input.rows.map((row) => row.times || 1);
  if (times.some((each) => each !== 1)) lines.push(`times = ${tomlList(times)}`);
  if (input.by) lines.push(`by = ${tomlText(input.by)}`);
  if (input.autocorrelation !== null) lines.push(`autocorrelation = ${tomlNumber(input.autocorrelation)}`);
  const before = input.source[0] ? `; in place of: ${input.source.length > 1 ? "the sources of its rows" : input.source[0]}` : "";
  lines.push(`unit = ${tomlText(unit)}`, `source = ${tomlText(`${source}${before}`.slice(0, 9000))}`);
  return lines.join("\n");
}

/** The command that runs a saved priors file on the draws of this page. */
function runCommand(data, changes, file) {
  const pins = Object.entries(data.pins).filter(([name]) => !(name in changes)).map(([, option]) => option);
  return ["python -m mcfrontier run", file, `--draws ${data.draws} --method order`, ...data.options, ...pins].join(" ");
}

/** A priors file with the changes of a reader; `sources` are the reader's, by input. */
function priorsFile(data, changes, sources, file) {
  const rows = changeableRows(data);
  const names = [...new Set(Object.keys(changes).map((row) => rows.get(row)[0]))].filter((name) => !data.inputs[name].gaps);
  const head = [
    `# ${data.title.replace(/[\r\n]/g, " ")}, with other beliefs, from the page of the study (priors ${shortHash(data)}).`,
    `# ${runCommand(data, changes, file).replace(/[\r\n]/g, " ")}`,
    "format = 1",
    `title = ${tomlText(`${data.title}, with other beliefs`.slice(0, 200))}`,
    `extends = [${tomlText(data.extends)}]`,
    `targets = [${data.targets.map(tomlText).join(", ")}]`,
  ];
  if (data.question) head.push(`question = ${tomlText(data.question)}`);
  const entries = names.map((name) => entryText(data, name, changes, sources[name] || "a reader's own belief, no source stated"));
  return `${[head.join("\n"), ...entries].join("\n\n")}\n`;
}

// --- tables ---

const csvCell = (value) => {
  const text = String(value);
  const safe = /^[=+\-@\t\r]/.test(text) && !/^-?[\d.]+(e[-+]?\d+)?$/i.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
};

/** All rows of a quantity, as labels {dimension: index}, without those missing by design. */
function rowsOf(data, name) {
  let found = [{}];
  for (const each of data.quantities[name].dimensions) {
    found = found.flatMap((at) => data.dimensions[each].map((_, k) => ({ ...at, [each]: k })));
  }
  return found.filter((at) => !data.missing.includes(rowName(data, name, at)));
}

/** Percentiles of all targets as CSV, with the reader's changes and without. */
function csvTable(data, published, own) {
  const words = ["p5", "p25", "p50", "p75", "p95"];
  const lines = [["quantity", "unit", "statistic", "published priors", "own beliefs", "mc_error"]];
  for (const name of data.targets) {
    const { unit, event } = data.quantities[name];
    for (const at of rowsOf(data, name)) {
      const before = published.statistics(name, at), after = own.statistics(name, at);
      const picked = event ? [["probability", 0]] : words.map((word, i) => [word, i + 1]);
      for (const [word, i] of picked) lines.push([rowName(data, name, at), unit, word, before.values[i], after.values[i], after.errors[i]]);
    }
  }
  return `${lines.map((line) => line.map(csvCell).join(",")).join("\n")}\n`;
}

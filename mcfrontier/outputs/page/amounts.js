// Amounts as text, as in the report, and from text, as in a priors file.

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const PREFIXES = [[1e18, "E"], [1e15, "P"], [1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"]];
const MONEY = { USD: "$", EUR: "€" };
const MONEY_STEPS = [[1e12, "T"], [1e9, "B"], [1e6, "M"]];
const NUMBER_STEPS = [[1e12, " trillion"], [1e9, " billion"], [1e6, " million"]];
const PLURALS = {
  chip: "chips", token: "tokens", parameter: "parameters", person: "people", "chip*h": "chip-hours",
  day: "days", month: "months", year: "years", h: "hours",
};

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

const floorLog = (x) => Math.floor(Math.log10(Math.abs(x)) + 1e-12);
const half = (x) => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x)); // to even, as Python rounds

/** A value with no more digits than its Monte Carlo error allows, and the power of ten of its last digit. */
function rounded(value, error = 0, digits = 3) {
  if (value === 0 || !Number.isFinite(value)) return [value, 0];
  const leading = floorLog(value);
  let last = leading - digits + 1;
  if (error > 0) last = Math.min(Math.max(last, Math.floor(Math.log10(error / 0.95) + 1e-12)), leading);
  const result = half(value / 10 ** last) * 10 ** last;
  if (Math.abs(result) >= 10 ** (leading + 1) && last < leading) last = Math.max(last, leading - digits + 2);
  let whole = half(result / 10 ** last);
  while (!(error > 0) && whole && whole % 10 === 0) [whole, last] = [whole / 10, last + 1];
  return [result, last];
}

/** A number down to a power of ten, with thousands separators and a true minus sign. */
function plain(value, last) {
  const [whole, fraction] = Math.abs(value).toFixed(Math.min(Math.max(0, -last), 100)).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return (value < 0 ? "−" : "") + grouped + (fraction ? `.${fraction}` : "");
}

function number(value, last) {
  const size = Math.abs(value);
  if (!value || (size >= 1e-4 && size < 1e7)) return plain(value, last);
  const power = floorLog(value);
  const raised = String(power).replace(/-/, "⁻").replace(/\d/g, (digit) => SUPERSCRIPTS[digit]);
  return `${plain(value / 10 ** power, last - power)} × 10${raised}`;
}

function stepped(value, last, steps) {
  for (const [size, suffix] of steps) {
    if (Math.abs(value) >= size * 0.9995) return number(value / size, last - Math.round(Math.log10(size))) + suffix;
  }
  return number(value, last);
}

/** A value of a quantity as text. */
function amount(value, { unit, kind }, error = 0, digits = 3) {
  if (value === null || !Number.isFinite(value)) return "–";
  if (kind === "event" && value > 0.5) {
    const [rest, last] = rounded(100 * (1 - value), 100 * error, digits);
    return `${plain(100 - rest, last)}%`;
  }
  if (kind === "share" || kind === "event") {
    const factor = unit === "%" ? 1 : 100;
    const [result, last] = rounded(factor * value, factor * error, digits);
    return `${Math.abs(result) < 1e7 ? plain(result, last) : number(result, last)}%`;
  }
  if (kind === "date") {
    return dateText(value, error, digits);
  }
  if (kind === "money") return moneyText(value, unit, error, digits);
  return ratioText(value, unit, error, digits);
}

/** A month of the calendar; with more than three digits a day; a whole year that has no error alone. */
function dateText(value, error, digits) {
  if (!(Math.abs(value) >= 1000 && Math.abs(value) < 1e7)) return ratioText(value, "year", error, digits);
  if (!(value >= 1000 && value < 9999)) return value.toFixed(1);
  const year = Math.floor(value), start = new Date(Date.UTC(year, 0, 1)), day = 86400000;
  const days = (Date.UTC(year + 1, 0, 1) - start) / day;
  const date = new Date(start.getTime() + day * Math.min(Math.floor((value - year) * days + 1e-4), days - 1));
  if (value === year && !(error > 0)) return String(year);
  return `${digits > 3 ? `${date.getUTCDate()} ` : ""}${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}

function moneyText(value, unit, error, digits) {
  const [result, last] = rounded(value, error, digits);
  const [head, ...rest] = unit.split("/");
  const per = rest.join("/");
  const words = per.includes("(") ? per : per.replaceAll("/", "-").replaceAll("-h", "-hour");
  return (result < 0 ? "−" : "") + MONEY[head] + stepped(Math.abs(result), last, MONEY_STEPS) + (per ? `/${words}` : "");
}

function ratioText(value, unit, error, digits) {
  const match = /^([kMGTPE])((?:Wh|W|B|FLOP)(?:\/.*)?)$/.exec(unit);
  const base = match ? match[2] : unit;
  const prefix = match ? PREFIXES.find(([, letter]) => letter === match[1])[0] : 1;
  const [result, last] = rounded(value * prefix, error * prefix, digits);
  const size = Math.abs(result);
  if (/^(W|Wh|B|FLOP\/s)(\/|$)/.test(base) && ((size >= 1e-4 && size < 1e21) || !size)) {
    const [count, letter = ""] = stepped(result, last, PREFIXES.map(([step, p]) => [step, ` ${p}`])).split(" ");
    return `${count} ${letter}${base}`;
  }
  if (base in PLURALS) {
    const count = stepped(result, last, NUMBER_STEPS);
    const singular = base === "person" ? "person" : PLURALS[base].replace(/s$/, "");
    return `${count} ${count === "1" ? singular : PLURALS[base]}`;
  }
  return number(result, last) + (base === "1" ? "" : base.startsWith("1/") ? base.slice(1) : ` ${base}`);
}

/** A probability with its error. */
const chance = (value, error) => amount(value, { unit: "share", kind: "event" }, error);

/** The probability of a share of draws; a bound where none or all of them have the event. */
function chanceOf([value, error], draws) {
  const bound = 3.7 / draws; // as many draws may be missing, at 95 %
  if (value === 0) return `below ${chance(bound, bound)}`;
  return value === 1 ? `above ${chance(1 - bound, bound)}` : chance(value, error);
}

/** A change from one value to another: a factor where ratios have a meaning, else a difference. */
function changeText(before, after, quantity) {
  if (Math.abs(after - before) <= 1e-9 * Math.abs(before)) return "none";
  if (quantity.kind === "share" || quantity.kind === "event") {
    const points = (after - before) * (quantity.unit === "%" ? 1 : 100);
    return `${points < 0 ? "−" : "+"}${plain(...rounded(Math.abs(points), 0, 2))} points`;
  }
  if (quantity.log && before > 0 && after > 0) {
    const ratio = after / before;
    if (ratio >= 2 || ratio <= 0.4) return `× ${plain(...rounded(ratio, 0, 2))}`;
    return `${ratio < 1 ? "−" : "+"}${plain(Math.abs(100 * (ratio - 1)), Math.abs(ratio - 1) < 0.1 ? -1 : 0)} %`;
  }
  const text = amount(Math.abs(after - before), quantity.kind === "date" ? { unit: "year", kind: "ratio scale" } : quantity);
  return `${after < before ? "−" : "+"}${text}`;
}

// --- text of beliefs ---

const SUFFIXES = { k: 1e3, M: 1e6, B: 1e9, T: 1e12 };

/** A number as a reader's change states it: to three digits, or to a hundredth of a width where that is finer. */
function readable(value, width = Infinity) {
  if (!value || !Number.isFinite(value)) return value;
  const step = 10 ** Math.min(floorLog(value) - 2, floorLog(width) - 2);
  return Number((Math.round(value / step) * step).toPrecision(12));
}

/** A number as the grammar of priors files reads it: 9k, 1.5M, 0.07, 2.1e25. */
function numberText(value, digits = 3) {
  if (value === null || !Number.isFinite(value)) return "";
  const size = Math.abs(value);
  for (const [suffix, step] of Object.entries(SUFFIXES).reverse()) {
    if (size >= step * (step === 1e3 ? 9.9995 : 1) && size < 1e15) return `${Number((value / step).toPrecision(digits))}${suffix}`;
  }
  return String(Number(value.toPrecision(size >= 1000 && size < 1e4 ? Math.max(4, digits) : digits)));
}

/** A belief as text: 9k..20k, or one number. */
function beliefText({ value, p5, p95 }, digits = 3) {
  return value !== undefined ? numberText(value, digits) : `${numberText(p5, digits)}..${numberText(p95, digits)}`;
}

/** The number that a text states, in the unit of a quantity. */
function numberOf(text, quantity) {
  const day = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  if (day && quantity.kind === "date") {
    const start = (year) => Date.UTC(year, 0, 1);
    const [year, month, date] = day.slice(1).map(Number);
    return year + (Date.UTC(year, month - 1, date) - start(year)) / (start(year + 1) - start(year));
  }
  const match = /^([-+−]?)\s*[$€]?\s*((?:\d[\d_]*)?\.?\d[\d_]*(?:[eE][-+]?\d+)?)\s?([kMBT]?)\s*(%?)$/.exec(text.trim());
  if (!match) throw new Error(`“${text}” is not a number; write one such as 15000, 15k or 1.5e4`);
  const value = Number(match[2].replaceAll("_", "")) * (SUFFIXES[match[3]] || 1) * (match[4] && quantity.unit === "share" ? 0.01 : 1);
  if (match[4] && !["share", "%"].includes(quantity.unit)) throw new Error(`% is not a unit of it; give it in ${quantity.unit}`);
  return match[1] && match[1] !== "+" ? -value : value;
}

/** The belief that a text states: {p5, p95} of LOW..HIGH, {value} of one number; a unit after it is that of the input. */
function beliefOf(text, quantity, [least, most]) {
  let rest = text.trim();
  if (quantity.unit !== "1" && rest.endsWith(quantity.unit) && quantity.unit !== "%") rest = rest.slice(0, -quantity.unit.length).trim();
  const unit = /[\d%kMBT]\s+([A-Za-z][\w*/^()]*)$/.exec(rest);
  if (unit && !/^[kMBT]$/.test(unit[1])) throw new Error(`“${unit[1]}” is not the unit of it; give it in ${quantity.unit}`);
  const parts = rest.split(/\s*(?:\.\.|–|\bto\b)\s*/);
  if (parts.length === 2 && /%$/.test(parts[1]) && !/%$/.test(parts[0])) parts[0] += "%";
  const numbers = parts.map((part) => numberOf(part, quantity));
  if (numbers.length > 2) throw new Error("write LOW..HIGH, its p5 and p95, or one number");
  for (const value of numbers) {
    const open = numbers.length === 2; // percentiles lie within the range, a value may be an end of it
    if ((least !== null && (value < least || (open && value === least))) || (most !== null && (value > most || (open && value === most)))) {
      throw new Error(`${numberText(value)} is outside of its range, ${least ?? "−∞"} to ${most ?? "∞"}`);
    }
  }
  if (numbers.length === 1) return { value: numbers[0] };
  if (!(numbers[0] < numbers[1])) throw new Error("the first number is p5 and must lie below the second, p95");
  return { p5: numbers[0], p95: numbers[1] };
}

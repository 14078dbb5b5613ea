"""Mutations of values, trees, CSV texts and bytes, each by a random choice."""

from __future__ import annotations

import copy
import csv
import io
import math
from typing import Any


class Raw(str):
    """A text that is written into a TOML file as it is, without quotes."""


NUMBERS = (
    0, -0.0, 1, -1, 2, 0.5, 100, 1e-320, 1e-300, 1e300, 1e308, -1e308, 1.0000001, 0.1 + 0.2,
    math.inf, -math.inf, math.nan, 2**31, 2**53 + 1, 2**63, -(2**64), 10**18, 10**400,
)  # fmt: skip
WORDS = (
    "", " ", "x", "x" * 300, "x" * 200_000, "a\nb", "\n", "a\tb", "\0", "a\0b", "\x1b[31mred\x1b[0m",
    "\x1b]52;c;aGk=\x07",
    "\u202eabc", "\u2066abc", "a\u2028b", "\x85", "\x7f", "\r", "a\rb", "\ufeff", "\u200b", "é", "日本語", "😀",
    "e\u0301" * 50,
    "=1+1", "@x", "../..", "/etc/passwd", "/dev/zero", ".", "nan", "inf", "1e999", "1e3", "5%", "$3M", "-", "null",
    "true",
    "[bold]x[/bold]", "[/x]", "#let x = 1", "$x^2$", "\\",
    '"', "'", "{0}", "%s", "*", "_", "a,b", "a[b]", "mfu[x]", "a ~ b",
    "1", "%", "share", "USD", "usd", "USD/chip/h", "chip*h", "FLOP/s/chip", "USD**9**9**9**9", "USD^-9", "m**0.5",
    "1/USD", "(USD",
    "USD/USD", "AD", "year", "h", "s", "degC", "dB", "USD" + "*USD" * 200, "(" * 500, "3 d", "1e5 USD", "2 * USD",
    "mfu", "gpu_price", "training_compute", "energy", "draw", "chain", "figure", "quantile", "kind", "pairs",
    "lognormal", "normal", "uniform", "value", "mixture", "discrete", "empirical", "dirichlet", "metalog", "beta",
    "gamma",
    "pert", "triangular", "student-t", "skew-normal", "logitnormal", "weibull", "study", "same", "log", "raw",
    "above", "at least",
    "2026-11-22", "2026-07", "common", "study", "gpt4", "chips/a100", "tables/chips.csv", "priors", "p5", "p50",
    "p95", "p2_5",
)  # fmt: skip
KEYS = (
    "p5", "p50", "p95", "p2_5", "p99", "p100", "low", "high", "mode", "mean", "sd", "best", "by", "value", "values",
    "weights", "parts",
    "terms", "df", "shape", "scale", "location", "concentration", "file", "column", "times", "study", "quantity",
    "unit", "family",
    "source", "note", "name", "reported_low", "reported_high", "narrower", "targets", "extends", "same", "only",
    "evidence",
)  # fmt: skip
RAW = (
    "5%", "$3M", "10k", ".5", "05", "10,000", "1e999", "-", "", "9" * 400, "9" * 5000, "0x" + "f" * 5000, "2026-07",
    "2026-13-40",
    "2026-11-22T10:00:00Z", "07:32:00", "[" * 3000 + "]" * 3000, "{ a = " * 500 + "1" + " }" * 500, "'''\na\nb'''",
    "nan", "+inf",
    '"\\u0000"', '"\\u001b]8;;x"', '"unclosed', "[1, [2, [3]]]", "{}", "[]", "1_000", "1__0", '"""\\\n  a"""', "a.b.c",
)  # fmt: skip
BYTES = (b"\0", b"\xff", b"\xef\xbb\xbf", b"\x1b[2J", b"\r", b"\n", b"\r\n",
b'"', b"'", b",", b";", b"\t", b"#", b"=", b"[", b"{",
         b"\xe2\x80\xae", b"\xe2\x80\xa8", b"\xc2\x85", b"9" * 5000, b"1e999", b"=", b"null", b"NaN",
         b"-")  # fmt: skip


def value(rng: Any, old: Any = None) -> Any:
    """Another value: of the same type, changed, more often than of another."""
    choices = [lambda: rng.choice(NUMBERS), lambda: rng.choice(WORDS), lambda: rng.random() < 0.5]
    choices += [list, dict, lambda: [old], lambda: {"x": old}, lambda: [old] * rng.choice((2, 3, 1000))]
    if isinstance(old, int | float) and not isinstance(old, bool) and math.isfinite(old) and abs(old) < 1e300:
        factors = (-1, 0.01, 0.5, 1.000001, 2, 100, 1e6, 1e-6, 1e30, 1e150)
        choices += [lambda: old * rng.choice(factors)] * 6 + [lambda: rng.choice(NUMBERS)] * 4
    elif isinstance(old, str):
        choices += [lambda: rng.choice(WORDS)] * 8
        choices += [lambda: spliced(rng, old)] * 4
    elif isinstance(old, list) and old:
        choices += [
            lambda: old[:-1],
            lambda: old + old[:1],
            lambda: old * 2,
            lambda: old[::-1],
            lambda: rng.sample(old, len(old)),
        ]
    return rng.choice(choices)()


def spliced(rng: Any, text: str) -> str:
    """A text with a word inserted, or a part of it removed."""
    at = rng.randrange(len(text) + 1)
    return text[:at] + (rng.choice(WORDS) + text[at:] if rng.random() < 0.7 else text[at + rng.randrange(1, 9) :])


def slots(tree: Any, trail: tuple[Any, ...] = ()) -> list[tuple[Any, Any, tuple[Any, ...]]]:
    """Every place in a tree of dictionaries and lists: container, key and the path to it."""
    pairs = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    found = []
    for key, inner in [*pairs][:200]:
        found += [(tree, key, (*trail, key)), *slots(inner, (*trail, key))]
    return found


def tree(rng: Any, root: Any, donors: Any = ()) -> str:
    """Change one place of a tree; `donors` are trees of which a part may be copied there. Returns what was done."""
    places = slots(root)
    if not places:
        return "nothing to change"
    container, key, trail = rng.choice(places)
    if len(trail) > 1 and rng.random() < 0.3:  # large branches have most of the leaves
        top = rng.choice([*root]) if isinstance(root, dict) else key
        container, key, trail = rng.choice([each for each in places if each[2][0] == top] or places)
    place, old = ".".join(map(str, trail)), container[key]
    what = rng.choice(("value",) * 10 + ("drop",) * 3 + ("rename",) * 2 + ("add", "copy", "copy", "swap", "nest"))
    if what == "value":
        container[key] = value(rng, old)
    elif what == "drop":
        del container[key]
    elif what == "rename" and isinstance(container, dict):
        container[rng.choice((*WORDS, *KEYS, *KEYS))] = container.pop(key)
    elif what == "add" and isinstance(container, dict):
        container[rng.choice(KEYS)] = value(rng, old)
    elif what == "copy":
        other, there, _ = rng.choice(slots(rng.choice([root, *donors])) or places)
        container[key] = copy.deepcopy(other[there])
    elif what == "swap":
        other, there, _ = rng.choice(places)
        container[key], other[there] = copy.deepcopy(other[there]), copy.deepcopy(old)
    else:
        for _ in range(rng.choice((1, 2, 30))):
            container[key] = rng.choice(([container[key]], {"x": container[key]}))
    return f"{what} {place[:100]}"


def numbers(rng: Any, root: Any) -> str:
    """Change some numbers of a tree to others, mostly of the same sign and size."""
    places = [each for each in slots(root) if type(each[0][each[1]]) in (int, float)]
    chosen = rng.choices(places, k=rng.choice((1, 2, 5))) if places else []
    for container, key, _ in chosen:
        factor = rng.choice((0.5, 0.9, 0.999999, 1.1, 2, 2, 10, 1e3, 1e-9, 1e9, 1e100, 1e-100, -1, 0))
        container[key] = container[key] * factor if rng.random() < 0.9 else rng.choice(NUMBERS)
    return f"numbers {', '.join('.'.join(map(str, trail)) for _, _, trail in chosen)}"[:200]


def texts(rng: Any, root: Any) -> str:
    """Change some texts of a tree that are not names, but shown to people: titles, sources, notes, labels."""
    places = [each for each in slots(root) if isinstance(each[0][each[1]], str) and shown(each[2])]
    chosen = rng.choices(places, k=rng.choice((1, 3, 8))) if places else []
    for container, key, _ in chosen:
        container[key] = spliced(rng, container[key]) if rng.random() < 0.5 else rng.choice(WORDS)
    return f"texts {', '.join('.'.join(map(str, trail)) for _, _, trail in chosen)}"[:200]


def shown(trail: tuple[Any, ...]) -> bool:
    """Whether the text at a place of a tree is for people alone."""
    return trail[0] == "dimensions" or trail[-1] in ("title", "about", "question", "source", "note", "narrower", "name")


def raw_bytes(rng: Any, content: bytes) -> bytes:
    """Bytes cut short, with some of them flipped, removed, repeated or inserted, or lines exchanged."""
    size = len(content)
    start = rng.randrange(size + 1)
    stop = min(size, start + rng.choice((1, 2, 8, 100, 5000)))
    what = rng.choice(("cut", "flip", "insert", "insert", "remove", "repeat", "lines", "fill"))
    if what == "cut":
        return content[: rng.choice((0, 1, start, max(0, size - 1)))]
    if what == "flip" and start < size:
        return content[:start] + bytes([content[start] ^ 1 << rng.randrange(8)]) + content[start + 1 :]
    if what == "insert":
        return content[:start] + rng.choice(BYTES) + content[start:]
    if what == "repeat":
        return content[:stop] + content[start:stop] + content[stop:]
    if what == "lines":
        lines = content.splitlines(keepends=True) or [b""]
        lines.insert(rng.randrange(len(lines) + 1), rng.choice(lines))
        return b"".join(lines)
    if what == "fill":
        return content[:start] + bytes([rng.choice((0, 255))]) * (stop - start) + content[stop:]
    return content[:start] + content[stop:]


def csv_text(rng: Any, text: str) -> str:
    """The text of a CSV file with other cells, columns, rows, separators or quotes."""
    rows = [*csv.reader(io.StringIO("".join(line for line in text.splitlines(True) if line[0] != "#")))]
    for _ in range(rng.choice((1, 1, 2, 4))):
        row = rng.choice(rows[:1] * 3 + rows) if rows else [""]
        at = rng.randrange(len(row)) if row else 0
        what = rng.choice(("cell",) * 6 + ("head", "short", "long", "twice", "remove", "column", "row"))
        if what == "cell" and row:
            row[at] = str(rng.choice((*NUMBERS, *WORDS, *WORDS))) if rng.random() < 0.7 else spliced(rng, row[at])
        elif what == "head" and row:
            row[at] = rng.choice((f"x [{rng.choice(WORDS)}]", f"{row[at].split(' [')[0]} [{rng.choice(WORDS)}]"))
        elif what == "short":
            del row[at:]
        elif what == "long":
            row += [rng.choice(WORDS)] * rng.choice((1, 300))
        elif what == "twice":
            rows.insert(rng.randrange(len(rows) + 1), [*row])
        elif what == "remove":
            rows = rows[: rng.randrange(len(rows) + 1)]
        elif what == "column":
            place = rng.randrange(9)
            for each in rows:
                each[place : place + 1] = each[place : place + 1] * rng.choice((0, 2))
        else:
            rows.append([])
    out = io.StringIO()
    style = rng.choice(("comma",) * 6 + ("semicolon", "tab", "quoted", "apostrophe", "carriage return"))
    separator = {"semicolon": ";", "tab": "\t"}.get(style, ",")
    quoting = csv.QUOTE_ALL if style == "quoted" else csv.QUOTE_MINIMAL
    end = "\r" if style == "carriage return" else rng.choice(("\n", "\r\n"))
    quote = "'" if style == "apostrophe" else '"'
    csv.writer(out, delimiter=separator, quoting=quoting, lineterminator=end, quotechar=quote).writerows(rows)
    return out.getvalue()

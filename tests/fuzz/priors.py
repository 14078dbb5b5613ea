"""Priors files: the shipped ones, changed as trees or as bytes."""

from __future__ import annotations

import copy
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from tests.conftest import ROOT
from tests.fuzz import mutate
from tests.fuzz.families import distribute, entries
from tests.fuzz.toml_text import toml_text

SLOW = {"history", "frontier-cost", "frontier-cost-2025", "claude-next"}  # studies that are only checked and shown
WRONG_TEXTS = {
    "wide": 'targets = ["x"]\n[dimensions]\n' + "".join(f"d{i} = {[str(j) for j in range(200)]}\n" for i in range(4))
    + '[inputs.x]\nfamily = "value"\nunit = "1"\nsource = "s"\nvalue = 1\nby = ["d0", "d1", "d2", "d3"]\n',
    "labels": 'targets = ["x"]\n[dimensions]\nd = [' + "".join(f'"{i}",' for i in range(200_000))
    + ']\n[inputs.x]\nfamily = "value"\nunit = "1"\nsource = "s"\nvalue = 1\nby = "d"\n',
    "parts": 'targets = ["x"]\n[inputs.x]\nfamily = "mixture"\nunit = "1"\nsource = "s"\nparts = ['
    + '{ family = "uniform", low = 1, high = 2 },' * 3000 + "]\n",
    "extends": "extends = [" + '"common",' * 3000 + "]\n",
    "lines": "\n" * 3_000_000,
}  # fmt: skip


@cache
def shipped() -> dict[str, dict[str, Any]]:
    """The trees of all shipped priors files, and of the files of tests, by name."""
    folders = (ROOT / "priors", ROOT / "tests" / "cases")
    found = {
        path.relative_to(folder).with_suffix("").as_posix(): path
        for folder in folders
        for path in folder.rglob("*.toml")
    }
    return {name: tomllib.loads(found[name].read_text(encoding="utf-8")) for name in sorted(found)}


def make(rng: Any) -> tuple[list[list[str]], list[str]]:
    """A changed file under its own name in ./priors, and commands that read it, or a study that extends it."""
    name = rng.choice([name for name in shipped() if not name.startswith("documents/")])
    content, changes = changed(rng, name)
    write(name, content)
    study = rng.choice([study for study in shipped() if name in shipped()[study].get("extends", ())] or [name])
    if "targets" in shipped()[name] or rng.random() < 0.2:
        study = name
    if study != name:  # beside the changed file, which it finds first
        write(study, toml_text(shipped()[study]).encode())
    return commands_of(rng, study), [name, *changes]


def write(name: str, content: bytes) -> None:
    """Write a file of ./priors."""
    path = Path("priors", f"{name}.toml")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def changed(rng: Any, name: str) -> tuple[bytes, list[str]]:
    """The content of a changed file, and what was changed."""
    root = copy.deepcopy(shipped()[name])
    what = rng.choice(("tree",) * 6 + ("structure",) * 4 + ("numbers",) * 5 + ("texts",) * 3 + ("raw", "bytes", "text"))
    if what == "tree":
        donors = rng.sample([*shipped().values()], 3)
        changes = [mutate.tree(rng, root, donors) for _ in range(rng.choice((1, 1, 2, 3, 6)))]
    elif what in ("numbers", "texts"):
        changes = [mutate.numbers(rng, root) if what == "numbers" else mutate.texts(rng, root)]
    elif what == "raw":
        container, key, trail = rng.choice(mutate.slots(root))
        container[key] = mutate.Raw(rng.choice(mutate.RAW))
        changes = [f"raw {'.'.join(map(str, trail))[:100]}"]
    elif what == "structure":
        changes = [rng.choice(STRUCTURES)(rng, root, name)]
    elif what == "text":
        kind = rng.choice([*WRONG_TEXTS])
        return WRONG_TEXTS[kind].encode(), [kind]
    else:
        content = toml_text(root).encode()
        for _ in range(rng.choice((1, 1, 3))):
            content = mutate.raw_bytes(rng, content)
        return content, ["bytes"]
    return toml_text(root).encode(errors="surrogatepass"), changes


def extend(rng: Any, root: dict[str, Any], name: str) -> str:
    """Extend another file, oneself, or the same twice."""
    root["extends"] = [*root.get("extends", []), rng.choice([name, *shipped(), *shipped(), *mutate.WORDS])]
    return f"extends {root['extends'][-1][:50]!r}"


def correlate(rng: Any, root: dict[str, Any], name: str) -> str:
    """Correlate inputs, or what is none."""
    names = [*entries(root), "gpu_price", "mfu", rng.choice(mutate.WORDS)]
    for _ in range(rng.choice((1, 2, 6))):
        pair = " ~ ".join(rng.choices(names, k=rng.choice((1, 2, 2, 2, 2, 3))))
        root.setdefault("correlation", {})[pair] = rng.choice((0.9, -0.9, 0.99999, 1, -1, 0, *mutate.NUMBERS))
    if rng.random() < 0.3:
        root["correlation"]["kind"] = rng.choice(("normal", "spearman", rng.choice(mutate.WORDS)))
    return "correlation"


def observe(rng: Any, root: dict[str, Any], name: str) -> str:
    """Add evidence, a disclosed figure or a decision, of a target or of something else."""
    figure = {
        "quantity": rng.choice([*root.get("targets", []), *entries(root), rng.choice(mutate.WORDS)]),
        "unit": rng.choice(("USD", "1", "chip*h", "share", rng.choice(mutate.WORDS))),
    }
    number = rng.choice((1, 0.5, 1e6, 2e8, *mutate.NUMBERS))
    kind = rng.choice(("evidence", "disclosed", "decision"))
    if kind == "decision":
        root[kind] = figure | {"act": rng.choice(("below", "above", "x")), "threshold": number}
        if rng.random() < 0.5:
            root[kind] |= {"gain": rng.choice(mutate.NUMBERS), "loss": rng.choice(mutate.NUMBERS)}
    elif kind == "evidence":
        root[kind] = {"e": figure | {"p5": number, "p95": rng.choice((number * 2, number)), "source": "s"}}
    else:
        root[kind] = {"d": figure | {"value": number, "source": "s", "bound": rng.choice(("about", "at most", "x"))}}
    return kind


def label(rng: Any, root: dict[str, Any], name: str) -> str:
    """Add a dimension, or change its labels, and state an input by it."""
    known = root.setdefault("dimensions", {})
    dimension = rng.choice([*known, "kind", rng.choice(mutate.WORDS)])
    labels = rng.choice(([], ["a"], ["a", "b"], ["a", "a"], ["a,b", "c"], ["a]", "[b"], ["2", "1e3"], [" a", "a"]))
    known[dimension] = [*labels, *rng.choices(mutate.WORDS, k=rng.choice((0, 0, 1, 2)))]
    for key in rng.choices([*entries(root)], k=2):
        if isinstance(entries(root)[key], dict):
            entries(root)[key]["by"] = rng.choice((dimension, [dimension], [dimension, dimension]))
    if rng.random() < 0.3:
        root["only"] = {dimension: known[dimension][: rng.randrange(3)]}
    return f"labels of {dimension[:50]!r}"


def alias(rng: Any, root: dict[str, Any], name: str) -> str:
    """State that quantities are the same, in circles too."""
    names = [*entries(root), "gpu_price", "energy", "cloud_cost", rng.choice(mutate.WORDS)]
    root["same"] = {rng.choice(names): rng.choice(names) for _ in range(rng.choice((1, 2, 3)))}
    return f"same {str(root['same'])[:100]}"


def refer(rng: Any, root: dict[str, Any], name: str) -> str:
    """Take an input from another study, or from oneself."""
    key = rng.choice([*entries(root)])
    entries(root)[key] = {
        "family": "study",
        "study": rng.choice((name, name, "gpt4", "chips", "common", rng.choice(mutate.WORDS))),
        "quantity": rng.choice((key, "energy", "cloud_cost", rng.choice(mutate.WORDS))),
        "unit": rng.choice(("1", "USD", "kWh")),
        "source": "s",
    }
    return f"{key} of study {entries(root)[key]['study'][:50]!r}"


FORMULAS = (
    "{0} + {1}", "{0} * {1} / {0}", "where({0} > {1}, {0}, 3 USD)", "sum({0}, along=run)", "{0}^{1}", "-{0}^0.5",
    "1 / ({0} - {0})",
    "exp({0} / {0})^99", "{0} < {1}", "2027-01-01", "9^9^9", "{0}[a]", "max({0})", "1e308 * 1e308 USD", "log({0})",
    "(" * 300,
)  # fmt: skip


def compute(rng: Any, root: dict[str, Any], name: str) -> str:
    """State formulas, in circles too, and beliefs in one line."""
    names = [*entries(root), *root.get("targets", []), "gpu_price", rng.choice(mutate.WORDS)]
    for _ in range(rng.choice((1, 2))):
        text = rng.choice(FORMULAS).format(*rng.choices(names, k=2))
        made = {"is": text, "unit": rng.choice(("USD", "1", "share", "AD", rng.choice(mutate.WORDS)))}
        root.setdefault("formulas", {})[rng.choice(names)] = made
    if rng.random() < 0.5:
        text = rng.choice(("1..2", "80% 1..2 USD", "1 +- 2", "pert 1/2/3", "0.5: 1 | 0.5: 2", rng.choice(mutate.WORDS)))
        entries(root)[rng.choice([*entries(root)])] = {"is": text}
    return f"formulas {str(root['formulas'])[:100]}"


STRUCTURES = (extend, compute, correlate, observe, observe, distribute, distribute, distribute, label, alias, refer)


def commands_of(rng: Any, name: str) -> list[list[str]]:
    """One or two commands that read a study."""
    draws = ["--draws", rng.choice(("64", "64", "256", "1000"))]
    run = ["run", name, *draws, "--sampler", rng.choice(("sobol", "sobol", "random", "lhs"))]
    check, show = ["check", name], ["show", name]
    if name in SLOW:
        return [rng.choice((check, show, ["run", name, "--point"]))]
    target = rng.choice((*shipped()[name].get("targets", ()), "energy"))
    choices = [
        *[[check, [*run, "--no-report"]]] * 6,
        [[*run, "--no-report"], ["percentiles", f"reports/{name}"]],
        *[[run]] * 3,
        [[*run, "--point", "--json"]],
        [show, check],
        [["percentiles", name, *draws, "--format", rng.choice(("csv", "json", "table"))]],
        [["compare", name, rng.choice(("gpt3", "openai-2022")), *draws]],
        [["solve", name, "--for", rng.choice([*entries(shipped()[name])]), "--so-that", f"{target} < 1", *draws]],
        [["list"]],
    ]
    return rng.choices(choices, [*[4] * (len(choices) - 1), 1])[0]

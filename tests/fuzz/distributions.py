"""Studies of one to three inputs of any family, in short and long runs, with reports, comparisons and exports."""

from __future__ import annotations

from typing import Any

from tests.fuzz import commands, folders, mutate, priors
from tests.fuzz.families import distribute
from tests.fuzz.toml_text import toml_text

LEVELS = ("0.001,99.999", "50", "5,95", "1e-12,99.9999999")


def make(rng: Any) -> tuple[list[list[str]], list[str]]:
    """A study, and commands that run it and read the run."""
    names = ["x", "y", "z"][: rng.choice((1, 1, 2, 2, 3))]
    units = rng.choices(("1", "1", "1", "USD", "share", "%", "h", "AD"), k=len(names))
    root: dict[str, Any] = {"title": "A study", "targets": names}
    root["inputs"] = {name: {"unit": unit, "source": "s"} for name, unit in zip(names, units, strict=True)}
    changes = [distribute(rng, root, name, key=name) for name in names]
    if rng.random() < 0.4:
        changes.append(rng.choice((priors.correlate, priors.observe, priors.observe, priors.label))(rng, root, "study"))
    priors.write("study", toml_text(root).encode())
    draws = ["--draws", rng.choice(("64", "1024", "4096", "4096"))]
    if rng.random() < 0.05:
        draws = ["--draws", str(folders.LONG_RUN_DRAWS)]
    run = ["run", "study", *draws, "--out", "run"]
    only_run = [*run, "--no-report"]
    x = rng.choice((*mutate.NUMBERS, 0.5, 1.5))
    choices = [
        [run],
        [run],
        [["check", "study"], ["show", "study"]],
        [only_run, ["verify", "run"]],
        [only_run, ["percentiles", "run", "--quantiles", rng.choice(LEVELS)]],
        [only_run, ["export", "run", "--to", rng.choice(folders.FORMATS), "--out", "made"]],
        [only_run, ["export", "run", "--to", rng.choice(("metaculus", "squiggle")), "--target", "x"]],
        [only_run, ["score", "run", "--outcome", f"x={x} {units[0]}"], ["score", "--all"]],
        [["compare", "study", "--set", f"x={x}", *draws, *rng.choice(([], ["--json"], ["--out", "made"]))]],
        [["solve", "study", "--for", "x", "--so-that", f"{names[-1]} < {x} {units[-1]}", *draws]],
        [["run", "study", "--point", "--set", f"x={x}"]],
        [[*only_run, "--json", "--set", f"x={rng.choice(commands.COUNTS)}"]],
    ]
    return rng.choice(choices), changes

"""Command lines: options with changed values, repeated, missing and combined."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

from tests.fuzz import folders, mutate


def words(text: str) -> tuple[str, ...]:
    """The words of a text, with | between them."""
    return tuple(text.split("|"))


NAMES = words("gpt4|gpt4|gpt3|small|small|budget|chips|common|reports/run|priors/small.toml|.|nothing")
TARGETS = words("amortised_cost|energy|mfu|gpu_price|cloud_cost|energy_cost|chip_time|peak_rate[A100]|nothing")
COUNTS = words("64|256|100|1|0|-1|15|16|17|1e2|1e999|1e18|64.5|1_00||x|nan|0x40")
SHARES = words("50%|0.5|1%|100%|0|-1|nan|inf|1e-300||x|5 %")
SAMPLER = words("sobol|lhs|random|x")
PINS = words(
    "mfu=0.4|mfu=40%|gpu_price=15000|gpu_price=15 kUSD/chip|energy=3|mfu=|=3|mfu|mfu=nan|mfu=1e400|mfu=0.4 share|"
    "gpu_price=1 USD**9**9**9|chip_count=1e308|energy_price=-1|chip_count=0|peak_rate[A100]=3 TFLOP/s/chip"
)
SWEEPS = words(
    "mfu=0.3,0.4|chip_count=1e3..3e3:3|mfu=0.3..0.4:65|mfu=0.3..|energy=1,2|gpu_price=15,000|mfu=1,1|=,|x=..:3"
)
CONDITIONS = words(
    "amortised_cost < 5e7 USD|energy_cost < 1|energy>1 GWh|energy = 3|energy <|< 3|mfu >= 40%|energy < nan|"
    "5e7 > amortised_cost|cloud_cost / energy < 1k USD/MWh|energy^x < 1|sqrt(energy)*2<3|9^9^9 < mfu|log(mfu-1) < 0"
)
BELIEFS = words(
    "mfu = 30..50%|gpu_price = 9k..20k USD/chip|gpu_price=pert 1/2/3|energy = 1..2 GWh|mfu=2..1|gpu_price = 0 +- 0|"
    "mfu = p5=1% p95=90%|mfu = 99.9999% 0.1..0.2|gpu_price = 1e-300..1e300|mfu = x|=|mfu|gpu_price = {}|mfu = 1..2|"
    'gpu_price = {"family": "value"}|energy = 9-3|gpu_price = -1..1|tokens = uniform 0..0|chip_time = 0'
)
BELIEFS += ("mfu = 0.3: 1%..2% | 0.7: 3%", "mfu = 0: 1% | 0: 2%", "mfu = 1e308: 1% | 1e308: 2%", "mfu = " + "(" * 999)
PERCENTS = words("5,50,95|2.5|0|100|-1|nan||,|50,50|1e-300|99.9999999999|5;95|" + ",".join(["50"] * 3000))
FLAG = ()
COMPACT = {"--compact": FLAG, "--page": words("1|2|0|99|x")}
OPTIONS: dict[str, dict[str, tuple[str, ...]]] = {  # of each command, with values; a flag has none
    "run": {
        **COMPACT,
        "--seed": COUNTS,
        "--nested-seed": COUNTS,
        "--sampler": SAMPLER,
        "--set": PINS,
        "--sweep": SWEEPS,
        "--prior": BELIEFS,
        "--given": CONDITIONS,
        "--target": TARGETS,
        "--out": words("made|run|reports/run||x/y"),
        "--no-report": FLAG,
        "--save-draws": FLAG,
        "--draws-as": words("float64|float32|x"),
        "--no-draws": FLAG,
        "--method": words("auto|order|x"),
        "--points": words("64|100|0|x"),
        "--engine": words("local|threads|x"),
        "--workers": words("1|2|0|x"),
        "--resume": FLAG,
        "--point": FLAG,
        "--all": FLAG,
        "--json": FLAG,
        "--quiet": FLAG,
    },
    "percentiles": {
        **COMPACT,
        "--quantiles": PERCENTS,
        "--format": words("table|csv|json|x"),
        "--seed": COUNTS,
        "--set": PINS,
        "--sweep": SWEEPS,
        "--prior": BELIEFS,
        "--given": CONDITIONS,
    },
    "export": {
        "--to": words("csv|parquet|xlsx|zarr|arviz|metaculus|squiggle|squigglepy|x"),
        "--target": TARGETS,
        "--given": CONDITIONS,
        "--out": words("made|run/draws.nc|run|made/x.csv|"),
        "--lower": words("1|1e6 USD|nan|x"),
        "--upper": words("1e9|1e9 USD|0"),
        "--points": COUNTS,
        "--zero-point": words("0|-1|x"),
        "--open-lower": FLAG,
    },
    "import": {"--to": words("made.toml|priors/small.toml|x.csv|"), "--sheet": words("x|")},
    "new": {
        "--chip": words("b200|h100|a100|x|"),
        "--chips": COUNTS,
        "--days": COUNTS,
        "--parameters": COUNTS,
        "--tokens": COUNTS,
        "--precision": words("fp8|bf16|x"),
        "--date": words("2026-03-01|0001-01-01|9999-12-31|x"),
        "--like": NAMES,
        "--out": words("made.toml|run/x.toml|run|"),
    },
    "compare": {
        **COMPACT,
        "--set": PINS,
        "--sweep": SWEEPS,
        "--prior": BELIEFS,
        "--given": CONDITIONS,
        "--target": TARGETS,
        "--json": FLAG,
        "--out": words("made|run"),
        "--seed": COUNTS,
    },
    "solve": {
        "--for": (*TARGETS, "money_budget"),
        "--so-that": CONDITIONS,
        "--with": SHARES,
        "--set": PINS,
        "--sweep": SWEEPS,
        "--prior": BELIEFS,
        "--given": CONDITIONS,
        "--json": FLAG,
        "--seed": COUNTS,
        "--sampler": SAMPLER,
    },
    "probability": {
        **COMPACT,
        "--that": CONDITIONS,
        "--given": CONDITIONS,
        "--set": PINS,
        "--prior": BELIEFS,
        "--json": FLAG,
        "--seed": COUNTS,
    },
    "show": {"--json": FLAG, **COMPACT},
    "preview": {},
    "explain": {"--json": FLAG, "--depth": COUNTS, **COMPACT},
    "lineage": {"--json": FLAG, **COMPACT},
    "crux": {"--target": TARGETS, "--that": CONDITIONS, "--json": FLAG, "--seed": COUNTS},
    "list": {"--json": FLAG, **COMPACT},
    "check": {"--strict": FLAG, "--json": FLAG, **COMPACT},
    "verify": {"--json": FLAG},
    "score": {
        "--outcome": words("amortised_cost=5e7 USD|energy=3|mfu=40%|x"),
        "--source": words("s"),
        "--note": words("n"),
        "--ledger": words("ledger.csv|made.csv|run|"),
        "--all": FLAG,
        "--json": FLAG,
        "--out": words("made"),
    },
    "calibrate": {"--json": FLAG, "--out": words("made")},
    "backtest": {"--as-of": words("2022-03-01|2018-06-30|2010-01-01|x"), "--json": FLAG, "--out": words("made")},
    "reproduce": {"--json": FLAG, "--out": words("made")},
}
REQUIRED = {"--to", "--for", "--so-that", "--that", "--as-of"}
DRAWS = (
    "run",
    "percentiles",
    "compare",
    "solve",
    "probability",
    "crux",
)  # commands that take a number of draws, which would else be large


def make(rng: Any) -> tuple[list[list[str]], list[str]]:
    """A command line in a folder with a study and a run."""
    Path("priors").mkdir()
    Path("priors", "small.toml").write_text(folders.SMALL_STUDY)
    shutil.copytree(folders.saved_runs() / "gpt4", "reports/run")
    name = rng.choice([*OPTIONS] * 2 + [*DRAWS])
    arguments = [name, *names(rng, name)]
    for option, values in OPTIONS[name].items():
        for _ in range(rng.choice((1, 1, 1, 2) if option in REQUIRED else (0, 0, 0, 0, 1, 1, 2))):
            arguments += [option] if values is FLAG else [option, changed(rng, rng.choice(values[:2] * 3 + values))]
    if name in DRAWS:
        arguments += ["--draws", rng.choice(("64", "64", "64", *COUNTS))]
        arguments += ["--no-report"] if name == "run" and rng.random() < 0.9 else []
    if name == "run" and rng.random() < 0.03:
        arguments += ["--precision", rng.choice(SHARES[2:]), "--target", "mfu"]
    for _ in range(rng.choice((0,) * 8 + (1, 2))):
        at = rng.randrange(len(arguments) + 1)
        arguments = rng.choice((
            arguments[:at] + arguments[at + 1 :],
            [*arguments[:at], rng.choice(mutate.WORDS), *arguments[at:]],
            [*arguments, "--help"],
        ))  # fmt: skip
    if name in DRAWS and "--draws" not in arguments:
        arguments += ["--draws", "64"]
    return [[harmless(each) for each in arguments]], []


def harmless(text: str) -> str:
    """An argument without the paths of the system, which a command could write to."""
    return re.sub("/(etc|dev|proc)/[a-z]*", "/dev/null/x", text)


def names(rng: Any, command: str) -> list[str]:
    """The arguments of a command that are no options."""
    if command in ("export", "verify", "score"):
        return [changed(rng, rng.choice(("reports/run", "reports/run", "reports/run", *NAMES)))]
    if command == "reproduce":
        return [changed(rng, rng.choice(("L1", "T2", "B4", "x")))]
    if command in ("explain", "lineage"):
        return [changed(rng, rng.choice(NAMES)), changed(rng, rng.choice(TARGETS))]
    if command == "preview":
        return [changed(rng, rng.choice(("lognormal 9k..20k USD/chip", "-3..5 USD", "5 chip", "1..2 parsec")))]
    if command == "import":
        return [changed(rng, rng.choice(("reports/run/percentiles.csv", "reports/run/draws.nc", "x.csv", "x.xlsx")))]
    if command in ("list", "calibrate", "backtest"):
        return []
    count = rng.choice((1, 1, 2, 3)) if command in ("compare", "check") else 2 if command == "crux" else 1
    more = rng.choices(TARGETS, k=rng.choice((0, 1, 3))) if command == "percentiles" else []
    return [changed(rng, rng.choice(NAMES)) for _ in range(count)] + more


def changed(rng: Any, text: str) -> str:
    """A value of an option, changed now and then."""
    return rng.choices((text, mutate.spliced(rng, text), rng.choice(mutate.WORDS)), (88, 8, 4))[0]

"""CSV tables beside priors files: the shipped ones and a small one, as cells, as text and as bytes."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from typing import Any

from tests.conftest import ROOT
from tests.fuzz import mutate

SMALL_TABLE = 'run,low [kUSD],high [kUSD],share [%],remark\na,1,3,20,"x, y"\nb,2,5,,\n"c ""d""",3,4e3,40,z\n'
STUDY = """targets = ["total"]
[tables.run]
file = "tables/small.csv"
source = "s"
[inputs.total]
family = "{family}"
by = "run"
p5 = "low"
p95 = "high"
unit = "{unit}"
source = "s"
[inputs.sample]
family = "empirical"
file = "tables/small.csv"
column = "{column}"
unit = "USD"
source = "s"
[inputs.member]
family = "reference"
by = "run"
file = "tables/small.csv"
column = "{column}"
where = {{ remark = "remark", run = "{label}" }}
without = {{ run = "{left_out}" }}
group = "{group}"
offsets = [{offsets}]
unit = "USD"
source = "s"
"""
PRICED = """targets = ["price", "rent"]
price_date = 2026-03-01
rent_term = "{term}"
[inputs.price]
family = "price"
chip = "{chip}"
what = "server"
unit = "USD/chip"
source = "s"
[inputs.rent]
family = "price"
chip = "{chip}"
what = "rent"
unit = "USD/chip/h"
source = "s"
"""


@cache
def shipped() -> dict[str, str]:
    """The text of the tables, by name."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted((ROOT / "priors" / "tables").glob("*.csv"))}


def make(rng: Any) -> tuple[list[list[str]], list[str]]:
    """A changed table, and commands that read it."""
    name, study = rng.choice((*[("small", "study")] * 3, ("chips", "chips"), ("runs", "history"), ("prices", "study")))
    path = Path("priors", "tables", f"{name}.csv")
    path.parent.mkdir(parents=True)
    text = SMALL_TABLE if name == "small" else shipped()[name]
    path.write_bytes(changed(rng, text))
    if name == "prices":
        words = {"term": rng.choice(("on demand", "3 years")), "chip": rng.choice(("H100", "GB300", "TPU v7"))}
        Path("priors", "study.toml").write_text(PRICED.format(**words))
    elif name != "small":
        shutil.copy(ROOT / "priors" / f"{study}.toml", "priors")
    else:
        words = {
            "family": rng.choice(("lognormal", "normal", "uniform", "gamma")),
            "unit": rng.choice(("USD", "USD", "kUSD", "h", "1")),
            "column": rng.choice(("low", "high", "remark", "run", "share", "nothing")),
            "label": rng.choice(("a", "b", "z")),
            "left_out": rng.choice(("a", "run", "remark", "z", "")),
            "group": rng.choice(("", "remark", "run", "nothing")),
            "offsets": rng.choice(("", '"run"', '"run", "remark"', '"remark", "nothing"')),
        }
        text = STUDY.format(**words)
        Path("priors", "study.toml").write_text(text if rng.random() < 0.3 else text.partition("[inputs.sample]")[0])
    if name == "runs":
        return [["check", study]], [name]
    choices = [[["check", study], ["run", study, "--draws", "64", "--no-report"]]] * 5
    choices += [
        [["show", study], ["check", study]],
        [["run", study, "--draws", "64"]],
        [["percentiles", study, "--draws", "64"]],
    ]
    choices += [
        [
            ["run", study, "--draws", "64", "--no-report"],
            ["export", f"reports/{study}", "--to", rng.choice(("csv", "arviz")), "--out", "made"],
        ]
    ]
    return rng.choice(choices), [name]


def changed(rng: Any, text: str) -> bytes:
    """The content of a changed table."""
    if rng.random() < 0.6:
        text = mutate.csv_text(rng, text)
        if rng.random() < 0.1:
            return text.encode(rng.choice(("utf-8-sig", "utf-16", "latin-1")), errors="replace")
        return text.encode(errors="surrogatepass")
    content = text.encode()
    for _ in range(rng.choice((1, 1, 2, 4))):
        content = mutate.raw_bytes(rng, content)
    return content

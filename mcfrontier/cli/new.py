"""python -m mcfrontier new"""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from mcfrontier.cli.terminal import day, given, registry_option, say
from mcfrontier.core.errors import InputError

PRECISIONS = ("bf16", "fp8", "fp4")
ARCHITECTURES = ("dense", "moe")


@click.command()
@click.argument("name", metavar="NAME")
@click.option("--like", metavar="STUDY", help="Study to change: its uncertain inputs are listed, ready to edit.")
@click.option("--chip", metavar="CHIP", help="Chip of the run, a file of priors/chips such as b200.")
@click.option("--chips", type=float, metavar="COUNT", help="Number of chips.")
@click.option("--days", type=float, metavar="DAYS", help="Length of the run; operations follow from chips and days.")
@click.option("--parameters", type=float, metavar="COUNT", help="Parameters used for each token, such as 405e9.")
@click.option("--tokens", type=float, metavar="COUNT", help="Tokens; chip-hours follow from parameters and tokens.")
@registry_option("--precision", registry=PRECISIONS, help="Precision of the arithmetic.  [default: bf16]")
@registry_option("--architecture", registry=ARCHITECTURES, help="Dense or mixture of experts.  [default: either]")
@click.option("--date", "price_date", type=day, metavar="DATE", help="Day of the prices.  [default: today]")
@click.option("--out", metavar="FILE", help="File to write.  [default: priors/NAME.toml]")
def command(name: str, like: str | None, out: str | None, **stated: Any) -> None:
    """Write the priors file of a new study.

    State a chip and either its number and the days, or parameters and tokens; or a study to change. The file runs as it
    is, and marks the sources that are to be filled in.
    """
    from mcfrontier.study import locate
    from mcfrontier.tasks.new import new
    from mcfrontier.tasks.new.run import TrainingRun

    numbers = given(**stated)
    if like is not None and numbers:
        option = "--date" if "price_date" in numbers else f"--{next(iter(numbers))}"
        raise InputError(f"{option}: the study of --like determines the run; leave one of the two out")
    if like is None and "chip" not in numbers:
        raise InputError("the chip is missing; state --chip CHIP and the size of the run, or --like STUDY")
    day_of_prices = numbers.pop("price_date", date.today())
    path = new.write(name, like or TrainingRun(day=day_of_prices, **numbers), out)
    study = str(path) if out else name
    say(f"wrote {locate.display_path(path)}")
    say(f"  python -m mcfrontier check {study}")
    say(f"  python -m mcfrontier run {study}")

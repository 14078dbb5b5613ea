"""The text of a priors file that changes a study."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mcfrontier.core.kinds import currencies
from mcfrontier.core.text import toml
from mcfrontier.runs.load import load
from mcfrontier.study import locate
from mcfrontier.study.prior import Prior
from mcfrontier.study.study import Study

HEAD = """\
# Made by `python -m mcfrontier new`. It is the study {like} until an entry below is changed.
#   python -m mcfrontier run {name}                writes percentiles, draws and a report
#   python -m mcfrontier compare {like} {name}    attributes the difference to the inputs
format = 1
title = {title}
question = {question}
extends = [{extends}]
targets = [
{targets}
]
"""
ENTRIES = """
# The uncertain inputs of {like}. To change one, remove the # before its lines, and state the source of the figures.
"""


def changed_study(name: str, like: str) -> str:
    """A priors file that extends the study `like`, with its uncertain inputs as comments."""
    study = load(like)
    head = HEAD.format(
        name=name,
        like=study.name,
        title=toml.value(f"{study.title}, changed"),
        question=toml.value(study.file.stated.question),
        extends=toml.value(study.name),
        targets="\n".join(f"    {toml.value(target)}," for target in study.targets),
    )
    waivers = "".join(
        f"\n[{table}]\n" + "".join(f"{toml.key(key)} = {toml.value(reason)}\n" for key, reason in reasons.items())
        for table in ("skewed", "unusual")
        if (reasons := getattr(study.file.stated, table))
    )
    entries = [toml.commented(toml.entry(name, stated)) for name, stated in uncertain(study)]
    return "\n".join([head + waivers + ENTRIES.format(like=study.name), *(f"{each}\n" for each in entries)])


def uncertain(study: Study) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The uncertain inputs of a study as their files state them, but those that state other labels than the study."""
    _, roots = locate.find(study.file.command)
    files = {locate.display_path(path): path for root in reversed(roots) for path in root.rglob("*.toml")}
    for prior in study.uncertain:
        stated = locate.parse(files[prior.where])["inputs"][prior.name] if prior.where in files else {}
        lists = (
            [x for x in stated.values() if isinstance(x, list) and not isinstance(x[0], str)] if prior.labels else []
        )
        if stated and all(len(x) == len(prior.labels) for x in lists):
            yield prior.name, {**money_year(prior, study), **stated}


def money_year(prior: Prior, study: Study) -> dict[str, int]:
    """The year of the amounts of an input that states none, where it is that of its file and not of the study."""
    stated, own = prior.price_year, study.file.stated.price_year
    dated = prior.entry.__struct_config__.tag in ("price", "study")  # in money of its day, or of the nested study
    if dated or stated is None or stated == own or not currencies(prior.entry.unit):
        return {}
    return {"money_year": stated}

"""The scenarios of a comparison: their studies and names, common targets and common draws."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from mcfrontier.core.errors import InputError, located
from mcfrontier.core.formatting import list_names
from mcfrontier.core.kinds import currencies
from mcfrontier.runs import recipe
from mcfrontier.runs.load import Day, Model, Source, load
from mcfrontier.runs.sweeps import is_sweep
from mcfrontier.sampling import streams
from mcfrontier.sampling.plan import Sampler
from mcfrontier.study import money
from mcfrontier.study.study import Study, retained_draws

SCENARIO_DRAWS = 2**14  # of each study and of each hybrid of two; given evidence, as many as a run has by default


def load_scenarios(
    sources: Sequence[Source | Study],
    model: Model | None,
    targets: Sequence[str] | None,
    pins: dict[str, str | float],
    as_of: Day | None,
    given: str | Sequence[str] | None,
    against: dict[str, str | float],
    nested_seed: int,
) -> tuple[list[str], list[Study]]:
    """The names and the studies of the scenarios.

    A scenario has the name of its study; if two studies have the same name, the text that the user gave.
    """
    if against and (len(sources) > 1 or not pins):
        raise InputError("compare: against: it compares one study with itself; name one, and --set what the other has")
    if not sources or (len(sources) == 1 and not (pins or as_of)):
        raise InputError(
            "compare: name two studies, or one and a quantity to set in it, such as --set gpu_price=20_000, another "
            'prior, such as --prior "gpu_price = 9k..20k", or a day of its tables, such as --as-of 2025-06-30'
        )
    if len(sources) == 1:
        check_single_values(pins | against)
        days, text = ((as_of, as_of), pins_text(pins)) if pins else ((None, as_of), f"as of {as_of}")
        scenarios = [
            load_scenario(sources[0], model, targets, own, day, given)
            for own, day in zip((against, pins), days, strict=True)
        ]
        resolved = [recipe.resolved(each, nested_seed) for each in scenarios]
        name = scenarios[0].name
        return [f"{name} {pins_text(against)}" if against else name, f"{name} {text}"], resolved
    scenarios = [load_scenario(source, model, targets, pins, as_of, given) for source in sources]
    names, first = scenario_names(sources, scenarios), scenarios[0]
    scenarios[1:] = [
        in_price_year(name, study, names[0], first.file.stated.price_year, pins)
        for name, study in zip(names[1:], scenarios[1:], strict=True)
    ]
    return names, [recipe.resolved(study, nested_seed) for study in scenarios]


def pins_text(pins: Mapping[str, str | float]) -> str:
    """The values that quantities are set to, behind the name of a study."""
    return "with " + ", ".join(f"{name}={value}" for name, value in pins.items())


def check_single_values(pins: Mapping[str, str | float]) -> None:
    """Refuse several values of a quantity."""
    for name, value in pins.items():
        if is_sweep(value):
            raise InputError(f"compare: set {name}={value}: one value is expected; `run --sweep` takes several")


def in_price_year(name: str, study: Study, first: str, year: int | None, pins: Container[str]) -> Study:
    """A scenario in money of the price year of the first one, with a note that says so. Quantities that all scenarios
    pin have the same value in each."""
    own = study.file.stated.price_year
    found = sorted({currency for each in study.inputs for currency in currencies(study.unit(each))})
    if own == year or not found:
        return study
    if own is None or year is None:
        what = "it states no price year" if own is None else f"its price year is {own}, and {first} states none"
        return replace(study, notes=(*study.notes, f"{what}; its money is compared as stated"))
    if study.file.given:
        raise InputError(
            f"compare: {name}: its [given] may be in money of {own}, and {first} is in that of {year}; state its "
            "conditions by --given, in money of the first study"
        )
    with located(f"compare: {name}"):
        file = money.converted(study.file, year)
        converted = {
            key: file.priors[key]
            if prior == study.file.priors.get(key)
            else prior
            if key in pins
            else money.convert_prior(prior, own, year, file.as_of)
            for key, prior in study.inputs.items()
        }
        before = money.notes(study.file, [key for key in study.inputs if key in study.file.priors], study.evidence)
        text = f"its money of {own} is converted to {year}, the price year of {first}, by consumer prices"
        for currency in found:
            text += f", × {money.factor(currency, own, year, file.as_of):.4g}" + f" for {currency}" * (len(found) > 1)
    evidence = {key: file.evidence[key] for key in study.evidence}
    notes = (*(note for note in study.notes if note not in before), text)
    return replace(study, file=file, inputs=converted, evidence=evidence, notes=notes)


def scenario_names(sources: Sequence[Source | Study], scenarios: Sequence[Study]) -> list[str]:
    """A unique name for each scenario."""
    names = [each.name for each in scenarios]
    texts = [str(source) if isinstance(source, str | Path) else "" for source in sources]
    names = [text if text and names.count(name) > 1 else name for text, name in zip(texts, names, strict=True)]
    before = [names[:i].count(name) for i, name in enumerate(names)]
    return [f"{name} ({count + 1})" if count else name for name, count in zip(names, before, strict=True)]


def load_scenario(
    source: Source | Study,
    model: Model | None,
    targets: Sequence[str] | None,
    pins: Mapping[str, str | float],
    as_of: Day | None,
    given: str | Sequence[str] | None,
) -> Study:
    """The study of a scenario. A message on its file starts with the file, one on targets or pins with the study."""
    if isinstance(source, Study):
        if model or targets or pins or as_of or given:
            raise InputError("a study that was loaded has its model, targets, set, as_of and given; give them to load")
        return source
    plain = load(source, model, as_of=as_of)
    if not targets and not pins and not given:
        return plain
    with located(plain.name):
        return load(source, model, targets, pins, as_of, given=given)


def common_targets(names: Sequence[str], scenarios: Sequence[Study], targets: Sequence[str] | None) -> list[str]:
    """The requested targets, or those that all scenarios have."""
    if targets:
        return list(dict.fromkeys(targets))
    shared = [name for name in scenarios[0].targets if all(name in each.targets for each in scenarios)]
    if not shared:
        own = "; ".join(f"{name} has {list_names(each.targets)}" for name, each in zip(names, scenarios, strict=True))
        raise InputError(f"no target in common: {own}; name one with --target")
    return shared


def common_plan(
    scenarios: Sequence[Study], draws: int | None, seed: int, sampler: str, nested_seed: int | None
) -> Sampler:
    """The sampler of all scenarios. An input has the same Sobol dimension in each: the first study's order, then the
    further inputs of the next ones."""
    names = [name for each in scenarios for name in each.sampled]
    default = min(each.draws for each in scenarios)
    conditioned = any(each.evidence or each.given for each in scenarios)
    count = default if conditioned else min(SCENARIO_DRAWS, default)
    count = count if draws is None else draws

    def plan_of(count: int) -> Sampler:
        return streams.sampler(sampler, seed, count, names, nested_seed)

    plan = plan_of(max(recipe.enough_draws(each, count, plan_of) for each in scenarios))
    if any(retained_draws(each, plan.draws) < plan.draws for each in scenarios):
        raise InputError(
            f"draws = {plan.draws:,}: a comparison retains all draws in memory; take {2 * default:,} or fewer"
        )
    return plan

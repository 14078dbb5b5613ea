"""The sides of a comparison: what they are called, what they have in common, and the draws that all share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mcfrontier import sampling, study
from mcfrontier.engine import Engine
from mcfrontier.engine.blocks import silent
from mcfrontier.errors import InputError, located
from mcfrontier.results import Run
from mcfrontier.sampling import Sampler
from mcfrontier.study import Study

DRAWS = 2**14  # of each study and of each mixture of two; given evidence, as many as a run takes


def loaded(
    sources: Sequence, model: Any, targets: Sequence[str] | None, pins: Mapping[str, str | float]
) -> tuple[list[str], list[Study]]:
    """What each side is called, and the sides: a side has the name of its study, or is told as it was asked for where
    two have one name."""
    if not sources or (len(sources) == 1 and not pins):
        raise InputError("compare: name two studies, or one and what to set in it, such as --set gpu_price=20_000")
    if len(sources) == 1:
        sides = [side(sources[0], model, targets, own) for own in ({}, pins)]
        told = ", ".join(f"{name}={value}" for name, value in pins.items())
        return [sides[0].name, f"{sides[0].name} with {told}"], sides
    sides = [side(source, model, targets, pins) for source in sources]
    return called(sources, sides), sides


def called(sources: Sequence, sides: Sequence[Study]) -> list[str]:
    """What each of several sides is called, no two the same."""
    names = [each.name for each in sides]
    texts = [str(source) if isinstance(source, str | Path) else "" for source in sources]
    names = [text if text and names.count(name) > 1 else name for text, name in zip(texts, names, strict=True)]
    before = [names[:i].count(name) for i, name in enumerate(names)]
    return [f"{name} ({count + 1})" if count else name for name, count in zip(names, before, strict=True)]


def side(source: Any, model: Any, targets: Sequence[str] | None, pins: Mapping[str, str | float]) -> Study:
    """One side. What is wrong with the file is told by its own name, what is asked of it by the study's."""
    if isinstance(source, Study) and (model or targets or pins):
        raise InputError("a study that was loaded has its model, targets and set; give them to load")
    plain = source if isinstance(source, Study) else study.load(source, model)
    if not targets and not pins:
        return plain
    with located(plain.name):
        return study.load(source, model, targets, pins)


def common(names: Sequence[str], sides: Sequence[Study], targets: Sequence[str] | None) -> list[str]:
    """The targets that are asked for, or that all sides have."""
    if targets:
        return list(dict.fromkeys(targets))
    shared = [name for name in sides[0].targets if all(name in each.targets for each in sides)]
    if not shared:
        told = "; ".join(f"{name} has {', '.join(each.targets)}" for name, each in zip(names, sides, strict=True))
        raise InputError(f"compare: no target in common: {told}; name one with --target")
    return shared


def plan_of(sides: Sequence[Study], draws: int | None, seed: int, sampler: str) -> Sampler:
    """The sampler of all sides: where names meet in a Sobol dimension, they meet in all."""
    names = {prior.name for each in sides for prior in each.drawn if not prior.labels}
    fit = min(each.draws for each in sides)
    count = fit if any(each.evidence for each in sides) else min(DRAWS, fit)
    plan = sampling.sampler(sampler, seed, count if draws is None else draws, names)
    if any(each.held(plan.draws) < plan.draws for each in sides):
        raise InputError(f"draws = {plan.draws:,}: a comparison keeps all of its draws; take {2 * fit:,} or fewer")
    return plan


def evaluated(each: Study, plan: Sampler) -> Run:
    """A study on the draws that all share."""
    return study.evaluated(each, plan, Engine(), silent)

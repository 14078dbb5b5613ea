"""The tools of the server: functions whose arguments a client states, and the description of each argument."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Annotated, Any, get_type_hints

import msgspec
from msgspec import Meta

from mcfrontier.agent import answers, texts
from mcfrontier.agent.reply import Reply
from mcfrontier.core.errors import InputError, suggest
from mcfrontier.core.printable import echo
from mcfrontier.runs.recipe import SEED
from mcfrontier.study import toml_text

DRAWS, MAX_DRAWS = 2**14, 2**20  # of a call: the default takes about a second
NONE: Mapping[str, Any] = {}
MINE = 'title = "Mine"\nextends = ["gpt4"]\ntargets = ["energy"]'


def find_study(query: str, page: int = 1) -> Reply:
    """Find the studies that answer a question, by words of their names, titles and questions."""
    return texts.find_study([query] if query else [], page)


def describe(study: str, quantity: str = "", page: int = 1) -> Reply:
    """Describe a study: its question, targets and inputs; or a quantity of it: definition, figures, drivers, needs."""
    return texts.explained(study, quantity, page=page) if quantity else texts.describe(study, page=page)


def estimate(
    study: str,
    targets: Sequence[str] = (),
    set: Mapping[str, str | float] = NONE,
    priors: Mapping[str, str] = NONE,
    given: Sequence[str] = (),
    draws: int = DRAWS,
    seed: int = SEED,
    page: int = 1,
) -> Reply:
    """Estimate quantities of a study: median, 90 % interval, Monte Carlo error, and the inputs that drive it most."""
    return answers.estimate(study, targets, set=set, priors=priors, given=given, draws=draws, seed=seed, page=page)


def probability(
    study: str,
    that: str | list[str],
    given: Sequence[str] = (),
    reading: str = "",
    set: Mapping[str, str | float] = NONE,
    priors: Mapping[str, str] = NONE,
    page: int = 1,
) -> Reply:
    """Estimate the probability of an event, or of the question that a study states."""
    events = [text for text in ([that] if isinstance(that, str) else that) if text]
    stated: dict[str, Any] = {"given": given, "reading": reading or None, "set": set, "priors": priors}
    return answers.probability(study, events, draws=DRAWS, page=page, **stated)


def compare(a: str, b: str, target: str, page: int = 1) -> Reply:
    """Compare a quantity of two studies on common draws: the ratio of b to a, and the inputs that it comes from."""
    return answers.compare(a, b, targets=[target], draws=DRAWS, page=page)


def check(text: str, page: int = 1) -> Reply:
    """Check the text of a priors file: whether it is accepted, and which statements in it are doubtful."""
    return texts.check(text=text, page=page)


TOOLS: dict[str, Callable[..., Reply]] = {
    each.__name__: each for each in (find_study, describe, estimate, probability, compare, check)
}
STUDY = "Name of a study, as find_study gives it, or path of a priors file."
ARGUMENTS = {
    "query": Meta(
        description="Words of the question, such as a model; empty for all studies.", examples=["GPT-4 cost"]
    ),
    "study": Meta(description=STUDY, examples=["gpt4"]),
    "quantity": Meta(description="A quantity of the study, or a row of one.", examples=["amortised_cost"]),
    "targets": Meta(description="Quantities or rows; by default the targets of the study.", examples=[["cloud_cost"]]),
    "set": Meta(
        description="Quantities to pin, in their unit or one stated.", examples=[{"mfu": 0.4, "tdp": "0.5 kW/chip"}]
    ),
    "priors": Meta(description="Other priors, each in one line.", examples=[{"gpu_price": "9k..20k USD/chip"}]),
    "given": Meta(description="Conditions that the draws must meet.", examples=[["energy > 40 GWh"]]),
    "draws": Meta(description="Number of draws.", examples=[65536], ge=1, le=MAX_DRAWS),
    "seed": Meta(description="Seed of the draws.", examples=[7]),
    "that": Meta(
        description="The event, or a list of events; empty for the question of the study.",
        examples=["amortised_cost > 5e7 USD"],
    ),
    "reading": Meta(
        description="How the question resolves: true, known or published; empty for each.", examples=["published"]
    ),
    "a": Meta(description=STUDY, examples=["gpt4"]),
    "b": Meta(description=STUDY, examples=["deepseek-v3"]),
    "target": Meta(description="The quantity to compare.", examples=["amortised_cost"]),
    "text": Meta(description="The text of a priors file, in TOML.", examples=[MINE]),
    "page": Meta(description="Page of the reply, where it states `pages`.", examples=[2], ge=1),
}


class ArgumentError(InputError):
    """A call of an unknown tool, or with missing, unknown or unsuitable arguments."""


def description(name: str) -> str:
    """What a tool does."""
    return " ".join(str(TOOLS[name].__doc__).split())


def argument_types(name: str) -> dict[str, Any]:
    """The arguments of a tool with their types, which have their descriptions."""
    hints = get_type_hints(TOOLS[name])
    return {key: Annotated[hints[key], ARGUMENTS[key]] for key in inspect.signature(TOOLS[name]).parameters}


def required(name: str) -> list[str]:
    """The arguments of a tool that have no default."""
    parameters = inspect.signature(TOOLS[name]).parameters.values()
    return [each.name for each in parameters if each.default is each.empty]


def input_schema(name: str) -> dict[str, Any]:
    """The JSON schema of the arguments of a tool."""
    properties = {key: msgspec.json.schema(kind) for key, kind in argument_types(name).items()}
    return {"type": "object", "properties": properties, "required": required(name), "additionalProperties": False}


def called(name: str, arguments: Mapping[str, Any]) -> Callable[[], Reply]:
    """The call of a tool, its arguments checked."""
    if name not in TOOLS:
        raise ArgumentError(f"{echo(name)}: there is no such tool{suggest(name, TOOLS)}")
    types = argument_types(name)
    for key in required(name):
        if key not in arguments:
            raise ArgumentError(f"{name}: {key}: this argument is missing; {remedy(key)}")
    for key, value in arguments.items():
        if key not in types:
            raise ArgumentError(f"{name}: {echo(key)}: there is no such argument{suggest(key, types)}")
        try:
            if not isinstance(value, str):
                toml_text.check({key: value})
            msgspec.convert(value, types[key])
        except InputError as problem:
            raise ArgumentError(f"{name}: {problem}") from None
        except msgspec.ValidationError as problem:
            what = str(problem).partition(" - at ")[0].replace("`", "")
            raise ArgumentError(f"{name}: {key}: {what[:1].lower()}{what[1:]}; {remedy(key)}") from None
    return partial(TOOLS[name], **arguments)


def remedy(argument: str) -> str:
    """What to write in an argument."""
    return f"write {msgspec.json.encode((ARGUMENTS[argument].examples or [''])[0]).decode()}, for example"

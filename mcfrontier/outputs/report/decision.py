"""The decision of a study, as text and table of the report."""

from __future__ import annotations

from typing import Any

from mcfrontier.core.formatting import amount, label, sentence
from mcfrontier.runs.core import RunCore
from mcfrontier.runs.diagnostics import unstable
from mcfrontier.runs.sensitivity import decision_value

MAX_INPUTS = 8  # inputs in the table
MIN_ERRORS = 2  # standard errors by which a value of information exceeds 0


def decision_text(run: RunCore) -> dict[str, Any] | None:
    """The decision and the better choice in a few sentences, and the value of information as a table; None where there
    is no decision."""
    found, stated = decision_value(run), run.study.file.decision
    if found is None or stated is None:
        return None
    unit = stated.unit if stated.gain is None else "1"  # a stated gain has no unit
    quantity, threshold = label(stated.quantity), amount(stated.threshold, stated.unit)

    def value_text(estimate: tuple[float, float]) -> str:
        return amount(estimate[0], unit, estimate[1])

    if stated.gain is None or stated.loss is None:
        wrong_side = "below" if stated.act == "above" else "above"
        payoff = f"The payoff of acting is how far {stated.act} it lies, negative if {wrong_side}"
    else:
        gain, loss = amount(stated.gain, unit), amount(stated.loss, unit)
        payoff = f"Acting pays {gain} if it does, and costs {loss} if it does not"
    sentences = [
        f"Acting is right if the {quantity} lies {stated.act} {threshold}. {payoff}; not acting pays nothing.",
        f"With present knowledge, acting is right with a probability of "
        f"{found.right.text()} and pays {value_text(found.payoff)} on average.",
        f"The better choice is {'to act' if found.act else 'not to act'}.",
        perfect_information_text(found.evpi, value_text(found.evpi)),
    ]
    if stated.quantity in unstable(run) and stated.gain is None:
        sentences.insert(2, f"However, the mean of the {quantity} is not stable, so neither is this average.")
    inputs = [name for name, value in found.evppi.items() if exceeds_error(value)][:MAX_INPUTS]
    rows = [[sentence(label(name)), value_text(found.evppi[name])] for name in inputs]
    rows = [["Everything", value_text(found.evpi)], *rows] if rows else []
    return {"text": " ".join(sentences), "note": stated.note, "rows": rows}


def exceeds_error(estimate: tuple[float, float]) -> bool:
    """Whether an estimate exceeds 0 by more than its error explains."""
    return estimate[0] > MIN_ERRORS * estimate[1]


def perfect_information_text(estimate: tuple[float, float], text: str) -> str:
    """The expected value of perfect information, in a sentence."""
    if not exceeds_error(estimate):
        return "Within its error, the expected value of perfect information is 0: the choice is clear."
    return f"The expected value of perfect information is {text}: an upper bound on the value of a study or a delay."

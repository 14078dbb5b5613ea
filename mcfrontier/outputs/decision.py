"""The decision of a study, in the words of the report."""

from __future__ import annotations

from typing import Any

from mcfrontier.results import Run
from mcfrontier.wording import amount, label, sentence

MOST = 8  # inputs in the table


def told_decision(run: Run) -> dict[str, Any] | None:
    """What is decided and what is best, in a few sentences, and a row for what it is worth to know; None where there
    is no decision."""
    found, asked = run.choice, run.study.page.decision
    if found is None:
        return None
    unit = "1" if asked.gain else asked.unit  # a stated gain has no unit

    def told(figure: tuple[float, float]) -> str:
        return amount(figure[0], unit, figure[1])

    lies = f"{label(asked.quantity)} lies {asked.act} {amount(asked.threshold, asked.unit)}"
    pays = f"how far {asked.act} it lies"
    if asked.gain:
        pays = f"{amount(asked.gain, unit)} if it does, and costs {amount(asked.loss, unit)} if it does not"
    best = "So it is best to act." if found.act else "So it is best not to act."
    sentences = [
        f"To act is right if the {lies}. Acting pays {pays}; not acting pays nothing.",
        f"As things are known, acting is right with a probability of {amount(found.right[0], 'share', found.right[1])}"
        f" and pays {told(found.payoff)} on average. {best}",
        worth_of_all(found.perfect, told(found.perfect)),
    ]
    if asked.quantity in run.unstable and not asked.gain:
        sentences.insert(
            2, f"But the mean of the {label(asked.quantity)} is not stable, so neither is what acting pays on average."
        )
    sure = [name for name, figure in found.partial.items() if figure[0] > 2 * figure[1]][:MOST]
    rows = [[sentence(label(name)), told(found.partial[name])] for name in sure]
    rows = [["Everything", told(found.perfect)], *rows] if rows else []
    return {"told": " ".join(sentences), "note": asked.note, "rows": rows}


def worth_of_all(figure: tuple[float, float], told: str) -> str:
    """What it would be worth to know everything, in a sentence."""
    if figure[0] <= 2 * figure[1]:
        return "Nothing that could be learnt before would pay: the choice is clear."
    return f"To know everything before would be worth {told} on average: no study and no delay is worth more."

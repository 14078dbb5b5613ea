"""What a verification found, for a person and for a pipe."""

from __future__ import annotations

import math
from typing import Any

from mcfrontier.finished import PERCENTILES
from mcfrontier.outputs.text import json_text
from mcfrontier.verification import CHANGED, CSV, IDENTICAL, WITHIN, Verification
from mcfrontier.verification.changes import BELIEFS
from mcfrontier.verification.contents import DIFFERS, SAME_BYTES
from mcfrontier.verification.gaps import MOST, Gap
from mcfrontier.wording import amount, label

CODE = {  # what code and libraries did alone, where the priors changed too
    IDENTICAL: "with the priors of then, percentiles.json comes out to the bit: what changed in the priors did it all",
    WITHIN: "with the priors of then, the results are the same within Monte Carlo error: the priors did the rest",
    CHANGED: "with the priors of then, the results change as well: code or libraries did a part of it",
}


def headline(found: Verification) -> str:
    """The verdict, and in a few words what it rests on."""
    apart = [name for name, how in found.files.items() if how == DIFFERS]
    if found.verdict == IDENTICAL:
        but = f" in its results, but {' and '.join(apart)} differ{'s' * (len(apart) == 1)}" if apart else ""
        return f"{found.verdict}{but}: {found.folder}"
    widest, moved = found.gaps.widest, [gap.row for gap in found.gaps.widest if gap.errors > MOST]
    if found.verdict == CHANGED and (moved or found.gaps.rows):
        count = len({*moved, *found.gaps.rows})
        told = f"{count} quantit{'y' if count == 1 else 'ies'} by more than {MOST:g} Monte Carlo errors"
    elif found.touched:
        told = ", ".join(found.touched)
    elif found.verdict == CHANGED:
        told = "the report differs, and nothing that the manifest tells of does"
    else:
        told = f"the most by {counted(widest[0].errors)} errors" if widest else "the same figures in other bytes"
    return f"{found.verdict}, {told}: {found.folder}"


def shown(found: Verification) -> list[Gap]:
    """The widest gap of each quantity: of those beyond the errors where there are some, and of these the targets."""
    widest = [gap for gap in found.gaps.widest if gap.errors > MOST] or found.gaps.widest
    return [gap for gap in widest if gap.row in found.targets] or widest


def cells(gap: Gap) -> tuple[str, ...]:
    """A row of the table of what differs."""
    figures = [amount(x, gap.unit, gap.error) for x in (gap.before, gap.after)]
    if figures[0] == figures[1]:  # a difference below the error, or in digits that are not shown
        figures = [f"{x:.10g} {gap.unit}" for x in (gap.before, gap.after)]
    return label(gap.row), gap.statistic, *figures, counted(gap.errors)


def counted(errors: float) -> str:
    """How many errors a statistic is away."""
    if math.isinf(errors):
        return "no error"
    return f"{errors:,.0f}" if errors >= 10 else f"{errors:.2g}"


def lines(found: Verification) -> list[str]:
    """How each file compares, what the manifests say differently, and which of it moved the results."""
    told = []
    for how in dict.fromkeys(found.files.values()):
        told.append(f"{how}: {', '.join(name for name, each in found.files.items() if each == how)}")
    told += [f"{row}: only one of the runs has it, or in this unit" for row in found.gaps.rows]
    told += [change.told for change in found.changes]
    told += [f"{each}: it is not as the run wrote it" for each in found.touched]
    if found.as_told:
        told.append(CODE[found.as_told])
    elif found.verdict != IDENTICAL and not found.touched:
        told.append(unexplained(found))
    return [line for line in told if line]


def unexplained(found: Verification) -> str:
    """What to think where the priors are as they were."""
    of = {change.of for change in found.changes}
    if of & {*BELIEFS}:
        return "how much of it the code and the libraries did cannot be told: the manifest does not make the old priors"
    if of & {"formulas", "versions"}:
        return "the priors are as they were: formulas, versions or code did it"
    pair = {found.files[name]: name for name in (PERCENTILES, CSV)}
    if {*pair} == {SAME_BYTES, DIFFERS}:  # which tell the same figures
        return f"{pair[DIFFERS]} was edited: it does not say what {pair[SAME_BYTES]} says, which comes out to the bit"
    return "priors, formulas and versions are as they were: other code, another kind of machine, or a file was edited"


def as_json(found: Verification) -> str:
    """The same as JSON text: {"folder", "verdict", "files": {name: how it compares}, "largest_gap", "moved",
    "changes": [{"of", "name", "word", "before", "after"}], "touched": [files not as the run wrote them],
    "with_priors_as_told": a verdict, or null}; `moved` are the quantities beyond Monte Carlo error, and a number that
    is not finite is null."""
    widest = found.gaps.widest
    told: dict[str, Any] = {"folder": found.folder.as_posix(), "verdict": found.verdict, "files": found.files}
    told["largest_gap"] = told_gap(widest[0]) if widest else None
    told["moved"] = list(dict.fromkeys([*(gap.row for gap in widest if gap.errors > MOST), *found.gaps.rows]))
    told["changes"] = [change._asdict() for change in found.changes]
    told["touched"] = found.touched
    told["with_priors_as_told"] = found.as_told or None
    return json_text(told)


def told_gap(gap: Gap) -> dict[str, Any]:
    """A statistic that differs, for a pipe."""
    numbers = {"before": gap.before, "after": gap.after, "error": gap.error, "errors": gap.errors}
    return {"quantity": gap.row, "statistic": gap.statistic, "unit": gap.unit, **numbers}

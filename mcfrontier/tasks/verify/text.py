"""The result of a verification as lines of text, as a table and as JSON."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from mcfrontier.core.formatting import amount, label
from mcfrontier.core.jsontext import json_text
from mcfrontier.outputs.folder.files import PERCENTILES
from mcfrontier.tasks.verify.differences import MAX_ERRORS, Gap
from mcfrontier.tasks.verify.file_diff import DIFFERS, SAME_BYTES
from mcfrontier.tasks.verify.manifest_diff import PRIORS_KEYS
from mcfrontier.tasks.verify.verify import CHANGED, CSV, IDENTICAL, WITHIN, Verification

OLD_PRIORS_TEXTS = {  # by the verdict with the old priors
    IDENTICAL: "with the old priors, percentiles.json is bit-identical: the priors explain the whole change",
    WITHIN: "with the old priors, the results are the same within Monte Carlo error: the priors explain the rest",
    CHANGED: "with the old priors, the results change as well: code or libraries explain a part of the change",
}


def headline(found: Verification) -> str:
    """The verdict and its main reason."""
    differing = [name for name, result in found.files.items() if result == DIFFERS]
    if found.verdict == IDENTICAL:
        verb = "differs" if len(differing) == 1 else "differ"
        exception = f" in its results, but {' and '.join(differing)} {verb}" if differing else ""
        return f"{found.verdict}{exception}: {found.folder}"
    widest, moved = found.gaps.widest, [gap.row for gap in found.gaps.widest if gap.errors > MAX_ERRORS]
    if found.verdict == CHANGED and (moved or found.gaps.rows):
        count = len({*moved, *found.gaps.rows})
        reason = f"{count} quantit{'y' if count == 1 else 'ies'} by more than {MAX_ERRORS:g} Monte Carlo errors"
    elif found.edited:
        reason = ", ".join(found.edited)
    elif found.verdict == CHANGED:
        reason = "the report differs, and nothing in the manifest does"
    else:
        reason = f"at most by {error_count(widest[0].errors)} errors" if widest else "the same numbers in other bytes"
    return f"{found.verdict}, {reason}: {found.folder}"


def table_gaps(found: Verification) -> list[Gap]:
    """The largest gap of each quantity, in decreasing order: of the targets, if there are any; of gaps beyond Monte
    Carlo error, if there are any."""
    widest = [gap for gap in found.gaps.widest if gap.errors > MAX_ERRORS] or found.gaps.widest
    return [gap for gap in widest if gap.row in found.targets] or widest


def cells(gap: Gap) -> tuple[str, ...]:
    """A row of the table of gaps."""
    values = [amount(x, gap.unit, gap.error) for x in (gap.before, gap.after)]
    if values[0] == values[1]:  # they differ in further digits
        values = [f"{x:.10g} {gap.unit}" for x in (gap.before, gap.after)]
    return label(gap.row), gap.statistic, *values, error_count(gap.errors)


def error_count(errors: float) -> str:
    """A difference in Monte Carlo errors."""
    if math.isinf(errors):
        return "no error"
    return f"{errors:,.0f}" if errors >= 10 else f"{errors:.2g}"


def lines(found: Verification) -> list[str]:
    """The results for the files, the differences between the manifests, and the explanation of the change."""
    texts = []
    for result in dict.fromkeys(found.files.values()):
        texts.append(f"{result}: {', '.join(name for name, each in found.files.items() if each == result)}")
    texts += [f"{row}: only in one of the two runs, or in another unit" for row in found.gaps.rows]
    texts += [change.text for change in found.changes]
    texts += [f"{each} since the run" for each in found.edited]
    if found.with_old_priors:
        texts.append(OLD_PRIORS_TEXTS[found.with_old_priors])
    elif found.verdict != IDENTICAL and not found.edited:
        texts.append(explanation(found))
    return [line for line in texts if line]


def explanation(found: Verification) -> str:
    """The possible causes of a change without a run with the old priors."""
    of = {change.of for change in found.changes}
    if of & {*PRIORS_KEYS}:
        return "the effect of code and libraries is unknown: the run cannot be repeated with the priors of the manifest"
    if of & {"formulas", "versions"}:
        return "the priors are unchanged: formulas, versions or code explain the change"
    by_result = {found.files[name]: name for name in (PERCENTILES, CSV)}
    if {*by_result} == {SAME_BYTES, DIFFERS}:  # both files have the same numbers
        return f"{by_result[DIFFERS]} was edited: it differs from {by_result[SAME_BYTES]}, which is bit-identical"
    return "priors, formulas and versions are unchanged: other code, another kind of machine, or an edited file"


def verification_json(found: Verification) -> str:
    """A verification as JSON text: {"folder", "verdict", "files": {name: result}, "largest_gap", "moved", "changes":
    [{"of", "name", "word", "before", "after"}], "touched": [files edited since the run], "with_priors_as_told": a
    verdict or null}. `moved` are the quantities beyond Monte Carlo error. A number that is not finite is null."""
    widest = found.gaps.widest
    content: dict[str, Any] = {"folder": found.folder.as_posix(), "verdict": found.verdict, "files": found.files}
    content["largest_gap"] = None
    if widest:
        gap = asdict(widest[0])
        content["largest_gap"] = {"quantity": gap.pop("row"), **gap, "errors": widest[0].errors}
    content["moved"] = list(dict.fromkeys([*(gap.row for gap in widest if gap.errors > MAX_ERRORS), *found.gaps.rows]))
    content["changes"] = [change._asdict() for change in found.changes]
    content["touched"] = found.edited
    content["with_priors_as_told"] = found.with_old_priors or None
    return json_text(content)

"""Published figures beside those that the studies give for the inputs of the source document.

The documents are data: files of `rows` in priors/documents. A row names a study, the quantities to pin in it and a
quantity, and holds the figure of the document. No study has that figure as an input.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

import msgspec

from mcfrontier.core import units
from mcfrontier.core.errors import InputError, located, suggest
from mcfrontier.core.formatting import percentile_text, split_row
from mcfrontier.core.progress import Progress, silent
from mcfrontier.runs import recipe
from mcfrontier.runs.core import RunCore
from mcfrontier.runs.estimates import percentile_of, summary
from mcfrontier.runs.load import load
from mcfrontier.study import entry, locate, priors_file
from mcfrontier.study.study import Study
from mcfrontier.study.values import central_values

DISAGREES, AGREES_WITH_LATER = "disagrees", "agrees with a later version"
VERDICTS = {  # each with its text in a count of verdicts
    "agrees": "in agreement to the digits printed",
    "agrees as a bound": "in agreement with a bound",
    "agrees with the arithmetic, not with a slip": "in agreement with a document's arithmetic and not with its slip",
    AGREES_WITH_LATER: "in agreement with a later version of a document",
    "a judgement": "judgements without a formula to check",
    "disclosed, and not used": "disclosed and not used",
    DISAGREES: "in disagreement",
}
PERCENTILE_DRAWS = 2**14  # for the percentile at which a judgement or a disclosed figure lies


class Row(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """A figure of a document, and how to compute it here.

    digits      the number of significant digits printed in the document; by default, those of the number as stated
    slip        an error in the document, whose inputs give `arithmetic`
    revised     the reason why a later version of the document has the figure `arithmetic`
    judgement   the reason why there is no formula to check
    disclosed   the key of a figure that the study discloses beside its estimate
    """

    id: str
    question: str
    study: str = ""
    quantity: str = ""
    set: dict[str, str | float] = {}
    document: float | None = None
    unit: str = "1"
    digits: int | None = None
    bound: Literal["about", "at least", "at most"] = "about"
    arithmetic: float | None = None
    slip: str = ""
    revised: str = ""
    judgement: str = ""
    disclosed: str = ""


class Document(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """A source document: its title, its origin and its figures."""

    title: str
    source: str
    rows: list[Any]


@dataclass(frozen=True)
class LocatedRow:
    """A row with its place for messages, its file and the title of its document."""

    where: str
    path: Path
    title: str
    row: Row

    @property
    def study(self) -> str:
        """The study of the row: the one beside the document, even if another has the same name."""
        beside = locate.inside_of(self.path.parent.parent, self.row.study)
        return str(beside) if beside else self.row.study


@dataclass(frozen=True)
class ComparedFigure:
    """A figure of a document beside that of the study, in the same unit; None where there is none.

    ratio   that of the study over that of the document
    kind    one of VERDICTS
    bound   "over" or "under" if the document states a bound
    """

    id: str
    question: str
    document: float | None
    ours: float | None
    ratio: float | None
    verdict: str
    unit: str
    kind: str
    source: str
    bound: str

    @property
    def agrees(self) -> bool:
        """Whether the figures agree, or a reason why not is stated."""
        return self.kind != DISAGREES


def read(ids: Sequence[str] = ()) -> list[LocatedRow]:
    """The rows of all documents. Of systems that are not in `ids` (in lower case), if there are any, only the id."""
    found: list[LocatedRow] = []
    titles: dict[str, str] = {}
    for path in locate.documents():
        for place in read_document(path, ids):
            if not place.row.disclosed and titles.setdefault(place.row.id, place.title) != place.title:
                raise InputError(f"{place.where}: {titles[place.row.id]} has a system of this name too; rename one")
            found.append(place)
    return found


def read_document(path: Path, ids: Sequence[str] = ()) -> list[LocatedRow]:
    """The rows of a document. Rows of systems that are not in `ids`, if there are any, are not checked."""
    where, found = locate.display_path(path), []
    document = entry.read(Document, locate.parse(path), where, "")
    for i, stated in enumerate(document.rows):
        place = f"{where}: row {i + 1}"
        table = entry.table(stated, place)
        name = str(table.get("id"))
        if ids and name.casefold() not in ids:
            row = Row(id=name, question="", disclosed=str(table.get("disclosed") or ""))
        else:
            row = entry.read(Row, table, place, "")
            place = f"{where}: {row.id} ({row.question})"
            with located(place):
                check(row)
        found.append(LocatedRow(place, path, document.title, row))
    return found


def check(row: Row) -> None:
    """Refuse a row that compares nothing and does not state why."""
    units.parse(row.unit)
    if row.digits is not None and not 1 <= row.digits <= 15:
        raise InputError(f"digits = {row.digits}: a number from 1 to 15 is expected")
    if sum(map(bool, (row.slip, row.revised, row.judgement, row.disclosed))) > 1:
        raise InputError("slip, revised, judgement, disclosed: a row has at most one of them; take the rest out")
    if row.arithmetic is not None and same(row.arithmetic, row.document or 0.0, row.digits, row.bound):
        raise InputError("arithmetic agrees with document, so there is no slip; take it out")
    if bool(row.study) != bool(row.quantity or row.disclosed):
        raise InputError("a row names a study and a quantity of it, or neither; add the other")
    if not row.judgement and not row.disclosed and (row.document is None or not row.study):
        raise InputError("give document and study, or state in judgement why there is nothing to compare")
    if bool(row.slip or row.revised) != (row.arithmetic is not None):
        raise InputError("arithmetic is the correct figure, and slip or revised the reason; give both or neither")


def reproduce(ids: Sequence[str] = (), progress: Progress = silent, as_of: date | None = None) -> list[ComparedFigure]:
    """Compare the figures of the documents, or of the systems with the given ids, with those of the studies."""
    requested = [name.casefold() for name in ids]
    places = read(requested)
    known = {place.row.id.casefold(): place.row.id for place in places}
    for name in ids:
        if name.casefold() not in known:
            hint = suggest(name, known.values()) + "; `reproduce` without IDs shows all"
            raise InputError(f"{name}: no document has a system of this name{hint}")
    places = [place for place in places if not requested or place.row.id.casefold() in requested]
    studies = load_studies(places, as_of)
    return [compare_figure(place, studies, as_of) for place in progress(places, "comparing")]


StudyKey = tuple[str, tuple[tuple[str, str | float], ...]]  # the study of a row and its pins


def study_key(place: LocatedRow) -> StudyKey:
    """The study and the pins of a row. Rows in which both are the same share one evaluation."""
    return place.study, tuple(sorted(place.row.set.items()))


def load_studies(places: list[LocatedRow], as_of: date | None) -> dict[StudyKey, Study]:
    """The studies of the rows, each with the quantities of its rows as targets."""
    rows_by_key: dict[StudyKey, dict[str, str]] = {}
    for place in places:
        if place.row.study:
            quantity, _, _ = figure_of(place, as_of)
            rows_by_key.setdefault(study_key(place), {})[quantity] = place.where
    out = {}
    for (name, pins), quantities in rows_by_key.items():
        with located(next(iter(quantities.values()))):
            targets = list(dict.fromkeys(split_row(quantity)[0] for quantity in quantities))
            out[name, pins] = recipe.resolved(load(name, targets=targets, set=dict(pins), as_of=as_of))
            for note in out[name, pins].notes:
                if note.startswith("set "):  # a pin without effect
                    raise InputError(f"{note}; take it out")
    return out


def figure_of(place: LocatedRow, as_of: date | None) -> tuple[str, float | None, str]:
    """The quantity, the figure of the document and its unit: those of the row, or of the disclosed figure it names."""
    row = place.row
    if not row.disclosed:
        return row.quantity, row.document, row.unit
    disclosed = priors_file.load(place.study, as_of).disclosed  # in money of the study's price year
    if row.disclosed not in disclosed:
        raise InputError(
            f"{place.where}: {row.study} discloses no '{row.disclosed}'{suggest(row.disclosed, disclosed)}"
        )
    figure = disclosed[row.disclosed]
    return figure.quantity, figure.value, figure.unit


def compare_figure(place: LocatedRow, studies: dict[StudyKey, Study], as_of: date | None) -> ComparedFigure:
    """A row with the figure of the study and the verdict."""
    row = place.row
    quantity, document, unit = figure_of(place, as_of)
    ours, position = None, ""
    if row.study:
        study = studies[study_key(place)]
        with located(place.where):
            ours = central_value(study, quantity, unit)
            if (row.judgement or row.disclosed) and document is not None:
                position = percentile(study, quantity, document, unit)
    kind, reason = verdict(row, ours, position)
    return ComparedFigure(
        id=row.id,
        question=row.question,
        document=document,
        ours=ours,
        ratio=None if document is None or ours is None or document == 0 else ours / document,
        verdict=f"{kind}: {reason}" if reason else kind,
        unit=unit,
        kind=kind,
        source=place.title,
        bound="" if row.bound == "about" else {"at least": "over", "at most": "under"}[row.bound],
    )


def central_value(study: Study, quantity: str, unit: str) -> float:
    """A quantity at the central values of the inputs, in a unit."""
    name, label = split_row(quantity)
    x = central_values(study)[name]
    if not units.same_kind(unit, study.unit(name)):
        raise InputError(f"unit '{unit}': give it in {study.unit(name)}")
    own = study.dimensions_of[name]
    labels = study.file.dimensions[own[0]] if own else [""]
    if len(own) > 1 or (label not in labels):
        known = suggest(label, labels) if own else f"; with these pins, {name} has one value"
        raise InputError(f"{quantity}: there is no such row{known}")
    value = float(x.reshape(-1)[labels.index(label)]) / units.scale(unit)
    if not math.isfinite(value):
        raise InputError(f"{quantity}: not finite at the central values; look for a division by zero")
    return value


def percentile(study: Study, quantity: str, figure: float, unit: str) -> str:
    """The percentile of the study's distribution at which a figure lies; empty if the distribution is a point."""
    run: RunCore = recipe.run(study, draws=PERCENTILE_DRAWS)
    if summary(run)[quantity].values["sd"] == 0:
        return ""
    return f"{percentile_text(percentile_of(run, quantity, figure, unit))} of ours"


def verdict(row: Row, ours: float | None, position: str) -> tuple[str, str]:
    """The verdict on a row, one of VERDICTS, and the reason or the percentile to report with it."""
    if row.disclosed:
        return "disclosed, and not used", position
    if row.judgement:
        return "a judgement", "; ".join(part for part in (row.judgement, position) if part)
    if ours is None or row.document is None:
        raise ValueError(f"{row.id} was not checked: it has neither a figure nor a judgement")
    if row.arithmetic is None:
        agrees = "agrees" if row.bound == "about" else "agrees as a bound"
        return (agrees if same(ours, row.document, row.digits, row.bound) else DISAGREES), ""
    if not same(ours, row.arithmetic, None):
        return DISAGREES, ""
    return ("agrees with the arithmetic, not with a slip", row.slip) if row.slip else (AGREES_WITH_LATER, row.revised)


def same(ours: float, document: float, digits: int | None, bound: str = "about") -> bool:
    """Whether a figure rounds to that of a document at the digits printed there, or is within its bound."""
    if bound != "about":
        return ours >= document if bound == "at least" else ours <= document
    places = (digits or significant_digits(document)) - 1
    near = (ours, ours * (1 - 1e-9), ours * (1 + 1e-9))  # a tie may be rounded up or down
    return f"{document:.{places}e}" in [f"{x:.{places}e}" for x in near]


def significant_digits(figure: float) -> int:
    """The number of significant digits of a number as written, without trailing zeros."""
    return len(f"{figure:.15g}".partition("e")[0].replace(".", "").strip("-0")) or 1

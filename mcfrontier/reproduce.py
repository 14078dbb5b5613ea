"""What source documents say, beside what the studies give when they are told the document's own inputs.

The documents are data: files of `rows` in priors/documents. A row names a study, what to pin in it and a quantity,
and holds the document's figure; none holds that figure as an input.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec

from mcfrontier import files, priors, study, units
from mcfrontier.engine.blocks import Progress, silent
from mcfrontier.errors import InputError, located, suggest
from mcfrontier.results import Run
from mcfrontier.study import Study
from mcfrontier.wording import parts, percentile_told

DISAGREES, LATER = "disagrees", "agrees with a later version"
KINDS = {  # of verdicts, and how they are counted
    "agrees": "in agreement to the digits printed",
    "agrees as a bound": "in agreement with a bound",
    "agrees with the arithmetic, not with a slip": "with the arithmetic of a document and not with a slip of it",
    LATER: "with a later version of a document",
    "a judgement": "judgements without a formula to check",
    "disclosed, and not used": "disclosed and not used",
    DISAGREES: "in disagreement",
}
DRAWS = 2**14  # for the percentile that a judgement or a disclosed figure falls in


class Row(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """A figure of a document, and how ours is come by.

    `digits`: how many significant ones are printed; those of the number as it stands, if left out. `slip`: what is
    wrong in the document, whose inputs give `arithmetic`; `revised`: why a later version of it has that figure instead.
    `judgement`: why there is no formula to check.
    `disclosed`: the figure is one that the study tells beside its estimate.
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
    """A source document: what it is called, where it is from, and its figures."""

    title: str
    source: str
    rows: list[Any]


@dataclass(frozen=True)
class Place:
    """A row, where it stands, and the title of its document."""

    where: str
    path: Path
    title: str
    row: Row

    @property
    def study(self) -> str:
        """The study of the row: the one beside the document, whatever else has its name."""
        beside = files.inside_of(self.path.parent.parent, self.row.study)
        return str(beside) if beside else self.row.study


@dataclass(frozen=True)
class Compared:
    """A figure of a document beside ours, in the same unit; None where there is none. `ratio` is ours over the
    document's; `kind` one of KINDS; `bound`: the document says "over" or "under"."""

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
        """Whether it does, or the reason why not is stated."""
        return self.kind != DISAGREES


def read(wanted: Sequence[str] = ()) -> list[Place]:
    """Every row of every document, or those of the systems that are wanted."""
    found: list[Place] = []
    home: dict[str, str] = {}
    for path in files.documents():
        for place in read_one(path, wanted):
            if not place.row.disclosed and home.setdefault(place.row.id, place.title) != place.title:
                raise InputError(f"{place.where}: {home[place.row.id]} has a system of this name too; rename one")
            found.append(place)
    return found


def read_one(path: Path, wanted: Sequence[str] = ()) -> list[Place]:
    """The rows of a document. Those of systems that are not wanted are not looked into."""
    where, found = files.shown(path), []
    document = priors.read(Document, files.parse(path), where, "")
    for i, stated in enumerate(document.rows):
        place = f"{where}: row {i + 1}"
        told = priors.table(stated, place)
        if wanted and str(told.get("id")).casefold() not in wanted:
            found.append(
                Place(
                    place,
                    path,
                    document.title,
                    Row(id=str(told.get("id")), question="", disclosed=str(told.get("disclosed") or "")),
                )
            )
            continue
        row = priors.read(Row, told, place, "")
        place = f"{where}: {row.id} ({row.question})"
        with located(place):
            check(row)
        found.append(Place(place, path, document.title, row))
    return found


def check(row: Row) -> None:
    """Refuse a row that compares nothing and does not say why."""
    units.parse(row.unit)
    if row.digits is not None and not 1 <= row.digits <= 15:
        raise InputError(f"digits = {row.digits}: from 1 to 15 are printed")
    if sum(map(bool, (row.slip, row.revised, row.judgement, row.disclosed))) > 1:
        raise InputError("slip, revised, judgement, disclosed: a row has one of them")
    if row.arithmetic is not None and same(row.arithmetic, row.document or 0.0, row.digits, row.bound):
        raise InputError("arithmetic agrees with document, so there is no slip; take it out")
    if bool(row.study) != bool(row.quantity or row.disclosed):
        raise InputError("a row names a study and a quantity of it, or neither")
    if not row.judgement and not row.disclosed and (row.document is None or not row.study):
        raise InputError("give document and study, or say in judgement why there is nothing to compare")
    if bool(row.slip or row.revised) != (row.arithmetic is not None):
        raise InputError("arithmetic is the figure that ought to stand there, and slip or revised says why it does not")


def reproduce(ids: Sequence[str] = (), progress: Progress = silent) -> list[Compared]:
    """The figures of the documents, or of the systems that are named, beside ours."""
    wanted = [name.casefold() for name in ids]
    places = read(wanted)
    known = {place.row.id.casefold(): place.row.id for place in places}
    for name in wanted:
        if name not in known:
            raise InputError(f"{name}: no document has a system of this name{suggest(name, known.values())}")
    places = [place for place in places if not wanted or place.row.id.casefold() in wanted]
    studies = loaded(places)
    return [compared(place, studies) for place in progress(places, "comparing")]


Key = tuple[str, tuple[tuple[str, str | float], ...]]


def key(place: Place) -> Key:
    """What a row is worked out from: rows of one study with the same pins share it."""
    return place.study, tuple(sorted(place.row.set.items()))


def loaded(places: list[Place]) -> dict[Key, Study]:
    """The studies of the rows, each asked for what its rows want."""
    wanted: dict[Key, dict[str, str]] = {}
    for place in places:
        if place.row.study:
            wanted.setdefault(key(place), {})[figure_of(place).quantity] = place.where
    out = {}
    for (name, pins), quantities in wanted.items():
        with located(next(iter(quantities.values()))):
            targets = list(dict.fromkeys(parts(quantity)[0] for quantity in quantities))
            out[name, pins] = study.load(name, targets=targets, set=dict(pins))
            for note in out[name, pins].notes:
                raise InputError(f"{note}; take it out")
    return out


def figure_of(place: Place) -> Row | priors.Disclosed:
    """What has the quantity and the unit of a row: itself, or the disclosed figure that it tells."""
    row = place.row
    if not row.disclosed:
        return row
    disclosed = priors.load(place.study).disclosed
    if row.disclosed not in disclosed:
        raise InputError(
            f"{place.where}: {row.study} discloses no '{row.disclosed}'{suggest(row.disclosed, disclosed)}"
        )
    return disclosed[row.disclosed]


def compared(place: Place, studies: dict[Key, Study]) -> Compared:
    """A row with our figure and the verdict."""
    row, figure = place.row, figure_of(place)
    document = figure.value if row.disclosed else row.document
    ours, told = None, ""
    if row.study:
        asked = studies[key(place)]
        with located(place.where):
            ours = central(asked, figure.quantity, figure.unit)
            if (row.judgement or row.disclosed) and document is not None:
                told = percentile(asked, figure.quantity, document, figure.unit)
    kind, why = judged(row, ours, told)
    ratio = None if document is None or ours is None or document == 0 else ours / document
    bound = "" if row.bound == "about" else {"at least": "over", "at most": "under"}[row.bound]
    verdict = f"{kind}: {why}" if why else kind
    told = (row.id, row.question, document, ours, ratio, verdict, figure.unit)
    return Compared(*told, kind=kind, source=place.title, bound=bound)


def central(asked: Study, quantity: str, unit: str) -> float:
    """A quantity at the central values of the inputs, in a unit."""
    name, label = parts(quantity)
    x = asked.centre()[name]
    if not units.same_kind(unit, asked.unit(name)):
        raise InputError(f"unit '{unit}': give it in {asked.unit(name)}")
    own = asked.dimensions_of[name]
    labels = asked.page.dimensions[own[0]] if own else [""]
    if len(own) > 1 or (label not in labels):
        known = suggest(label, labels) if own else f"; with what is set, {name} has one value"
        raise InputError(f"{quantity}: there is no such row{known}")
    value = float(x.reshape(-1)[labels.index(label)]) / units.scale(unit)
    if not math.isfinite(value):
        raise InputError(f"{quantity}: it has no figure at the central values")
    return value


def percentile(asked: Study, quantity: str, figure: float, unit: str) -> str:
    """In which percentile of its own distribution a figure falls; nothing where the distribution is a point."""
    run: Run = study.run(asked, draws=DRAWS)
    if run.summary[quantity].values["sd"] == 0:
        return ""
    return f"{percentile_told(run.percentile_of(quantity, figure, unit))} of ours"


def judged(row: Row, ours: float | None, told: str) -> tuple[str, str]:
    """The verdict of a row, one of KINDS, and what there is to say of it."""
    if row.disclosed:
        return "disclosed, and not used", told
    if row.judgement:
        return "a judgement", "; ".join(part for part in (row.judgement, told) if part)
    if row.arithmetic is None:
        kept = "agrees" if row.bound == "about" else "agrees as a bound"
        return (kept if same(ours, row.document, row.digits, row.bound) else DISAGREES), ""
    if not same(ours, row.arithmetic, None):
        return DISAGREES, ""
    return ("agrees with the arithmetic, not with a slip", row.slip) if row.slip else (LATER, row.revised)


def same(ours: float, document: float, digits: int | None, bound: str = "about") -> bool:
    """Whether a figure rounds to the document's at the digits that are printed there, or keeps to its bound."""
    if bound != "about":
        return ours >= document if bound == "at least" else ours <= document
    places = (digits or printed(document)) - 1
    near = (ours, ours * (1 - 1e-9), ours * (1 + 1e-9))  # a tie may round either way
    return f"{document:.{places}e}" in [f"{x:.{places}e}" for x in near]


def printed(figure: float) -> int:
    """The significant digits of a number as it is written, without zeros at the end."""
    return len(f"{figure:.15g}".partition("e")[0].replace(".", "").strip("-0")) or 1

"""The backtest as the cells of tables, as lines, as JSON and as a PDF."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mcfrontier.analysis.forecasts.cross_validation import LEVELS, group_weights
from mcfrontier.core.atomic import write_files
from mcfrontier.core.formatting import counted, sentence, signed, whole_percent
from mcfrontier.core.jsontext import json_text
from mcfrontier.outputs.folder.files import FORMAT
from mcfrontier.outputs.report.typeset import typeset
from mcfrontier.runs.backtest.backtest import Backtest
from mcfrontier.runs.backtest.figures import Figure, Summary, summarise

JSON_FILE, PDF_FILE = "backtest.json", "backtest.pdf"
HEAD = ("as of", "figures", "n", "families", "50%", "90%", "error", "score", "rivals")
FIGURE_HEAD = ("figure", "as of", "unit", "outcome", "p5", "p50", "p95", "percentile", "score")
LEGEND = (
    "50%, 90%: share of families inside the interval; a family counts once in each kind of figure; error: mean log10 "
    "of outcome over p50; score: mean interval score of the 90% interval of log10, the lower the better; rivals: "
    "scores of the same figures, of chip-hours by a utilisation of 0.375 and by the distribution of Cottier et al. "
    "(2024), of costs by the study frontier-cost, from what was known at the end of 2023"
)
LEAKS = (
    "priors, columns of classes, tails of growth and tables were chosen in 2026",
    "compute, chip and class of a disclosed run are given, as published later",
    "growth weights are fitted to these outcomes; pooling leaves out the year",
    "disclosed rents count what makers state, in dollars of their year",
)


def groups_of(figures: Sequence[Figure]) -> dict[tuple[str, str], list[Figure]]:
    """The figures of each day and kind."""
    found: dict[tuple[str, str], list[Figure]] = {}
    for each in sorted(figures, key=lambda each: each.as_of):
        found.setdefault((str(each.as_of), each.kind), []).append(each)
    return found


def cells(as_of: str, kind: str, found: Summary) -> list[str]:
    """The cells of some figures under HEAD; a rival has a score where it predicts all of them."""
    shares = [whole_percent(share) for share in found.coverage.values()]
    rivals = " ".join(f"{score:.2f}" for score, own in found.rivals.values() if own == found.interval_score)
    counts = [str(found.figures), str(found.families)]
    return [as_of, kind, *counts, *shares, signed(found.log10_error, 2), f"{found.interval_score:.2f}", rivals]


def rows(figures: Sequence[Figure]) -> list[list[str]]:
    """The rows of the table: of each day and kind, of each kind, and of all figures."""
    kinds = [("all", kind) for kind in dict.fromkeys(each.kind for each in figures)]
    whole = {key: [each for each in figures if each.kind == key[1]] for key in kinds} | {("all", "all"): list(figures)}
    return [cells(*key, summarise(of)) for key, of in [*groups_of(figures).items(), *whole.items()]]


def weight_lines(found: Backtest) -> list[str]:
    """The weights of the models of growth, and of the first years of their fit."""
    weights = {"growth weights": found.growth_weights, "weights of fits from": found.window_weights}
    return [f"{what}: {', '.join(f'{name} {w:.2f}' for name, w in each.items())}" for what, each in weights.items()]


def leak_lines(found: Backtest) -> list[str]:
    """What the forecasts know that was not known on their days, and what is not predicted."""
    undated = ", ".join(f"{count} of {table}" for table, count in found.undated.items() if count) or "none"
    lines = [
        *LEAKS,
        f"{counted(found.earlier, 'figure')} of runs released by the day, published later",
        f"rows without a day of publication, which count on every day: {undated}",
    ]
    return [*(f"leak: {line}" for line in lines), *found.omitted]


def content(found: Backtest) -> dict[str, Any]:
    """{"format", "figures", "coverage", "growth_weights", "window_weights", "families", "scores", "leaks"}."""
    whole = summarise(found.figures)
    return {
        "format": FORMAT,
        "figures": [figure_content(each) for each in found.figures],
        "coverage": {f"{100 * level:.0f}": share for level, share in whole.coverage.items()},
        "growth_weights": found.growth_weights,
        "window_weights": found.window_weights,
        "families": whole.families,
        "log10_error": whole.log10_error,
        "interval_score": whole.interval_score,
        "scores": {name: {"rival": rival, "own": own} for name, (rival, own) in whole.rivals.items()},
        "leaks": leak_lines(found),
    }


def figure_content(each: Figure) -> dict[str, Any]:
    """A figure in JSON."""
    return {
        "as_of": str(each.as_of),
        "figure": each.name,
        "family": each.family,
        **{f"p{100 * level:.0f}": x for level, x in zip(LEVELS, each.quantiles, strict=True)},
        "outcome": each.outcome,
        "log10_error": each.log10_error,
        "interval_score": each.interval_score,
        "kind": each.kind,
        "unit": each.unit,
        "pit": each.percentile,
        "scores": dict(each.rivals),
    }


def figure_cells(each: Figure) -> list[str]:
    """The cells of a figure under FIGURE_HEAD."""
    numbers = [f"{x:.3g}" for x in (each.outcome, *each.quantiles[::2])]
    return [
        each.name,
        str(each.as_of),
        each.unit,
        *numbers,
        f"{100 * each.percentile:.1f}",
        f"{each.interval_score:.2f}",
    ]


def write(found: Backtest, folder: Path) -> list[Path]:
    """Write backtest.json and backtest.pdf into a folder."""
    files = {JSON_FILE: f"{json_text(content(found))}\n".encode(), PDF_FILE: pdf(found)}
    return write_files(folder, files)


def pdf(found: Backtest) -> bytes:
    """The report: the table, the PIT histogram, and each outcome in its predicted interval."""
    from mcfrontier.outputs.figures.forecasts.outcomes import outcomes, ratio_ends
    from mcfrontier.outputs.figures.forecasts.pit import pit

    figures, groups = found.figures, groups_of(found.figures)
    ends = ratio_ends([each.quantiles for each in figures], [each.outcome for each in figures])
    histogram = pit([each.percentile for each in figures], group_weights([each.group for each in figures]))
    drawings = [
        outcomes(
            f"{kind}, as of {day}",
            [each.subject for each in of],
            [each.quantiles for each in of],
            [each.outcome for each in of],
            ends,
        )
        for (day, kind), of in groups.items()
    ]
    pictures = {f"{number}.svg": drawing.svg() for number, drawing in enumerate(drawings)}
    data = {
        "count": len(figures),
        "families": summarise(figures).families,
        "head": HEAD,
        "rows": rows(figures),
        "lines": [sentence(line) for line in (*weight_lines(found), LEGEND, *leak_lines(found))],
        "captions": [" ".join((figure.__doc__ or "").split()) for figure in (pit, outcomes)],
        "pictures": [*pictures],
        "figure_head": FIGURE_HEAD,
        "figures": [figure_cells(each) for each in figures],
    }
    return typeset(Path(__file__).with_name("backtest.typ"), data, pictures | {"pit.svg": histogram.svg()})

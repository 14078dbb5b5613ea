"""Page 1 of the report: the answer, at most six rows, and what a reader must know about them."""

from __future__ import annotations

from datetime import date
from typing import Any

from mcfrontier.core import units
from mcfrontier.core.formatting import amount, label, percent, percentile_text, sentence, split_row
from mcfrontier.core.kinds import EVENT, PROBABILITY, SUMMARY_STATISTICS
from mcfrontier.model.cost_bases import BOUNDS, QUESTIONS
from mcfrontier.outputs.report.decision import decision_text
from mcfrontier.outputs.report.tables import informed_by, statistic
from mcfrontier.runs.consistency import crossed_shares, few_draws
from mcfrontier.runs.core import RunCore
from mcfrontier.runs.estimates import percentile_of, summary
from mcfrontier.runs.headlines import MAX_ROWS_EACH, by_path, cost_bases, headlines, largest
from mcfrontier.runs.sensitivity import inputs_behind, rank_correlation, swing
from mcfrontier.study import locate, money
from mcfrontier.study.describe import cost_targets
from mcfrontier.study.expressions.beliefs import beliefs_in, values_set
from mcfrontier.study.schema import Disclosed
from mcfrontier.study.study import Study

MAX_FRONT_ROWS = 6
MAX_FRONT_BASES = 4  # of these rows: a figure below compares all cost bases


def answer(run: RunCore) -> str:
    """The answer of the study in a sentence or two."""
    head, title = headlines(run)[0], run.study.title
    if run.kind(head) is EVENT:
        return f"{title}: {label(head)} with a probability of {statistic(run, head, PROBABILITY)}."
    if compared := compared_rows(run):
        low, high = (statistic(run, row, "p50") for row in (compared[-1], compared[0]))
        ends = [f"{text} ({split_row(row)[1]})" for text, row in ((low, compared[-1]), (high, compared[0]))]
        name = run.study.targets[0]
        return f"{title}: {label(name)} {' to '.join(ends)}, medians of {len(compared)} rows."
    text = f"{title}: {label(head)} {statistic(run, head, 'p50')}"
    values = summary(run)[head].values
    if values["p5"] == values["p95"]:
        return f"{text}, without uncertainty."
    text += f" (median), with 90 % probability between {statistic(run, head, 'p5')} and {statistic(run, head, 'p95')}"
    bases = sorted((row for row in cost_bases(run) if row != head), key=lambda row: summary(run)[row].values["p50"])
    if head not in cost_bases(run) or not bases:
        return f"{text}."
    ends = [f"{statistic(run, row, 'p50')} ({label(row)})" for row in dict.fromkeys((bases[0], bases[-1]))]
    what = "Medians on other cost bases" if len(bases) > 1 else "Median on the other cost basis"
    return f"{text}. {what}: {' to '.join(ends)}."


def compared_rows(run: RunCore) -> list[str]:
    """The rows of the first target from the largest median, where page 1 compares them: more than are headlines, and
    not along a path."""
    name = run.study.targets[0]
    rows = run.known_rows(name)
    if len(rows) <= MAX_ROWS_EACH or by_path(run, name) or run.kind(rows[0]) is EVENT:
        return []
    return largest(run, rows)


def front_rows(run: RunCore) -> list[str]:
    """The rows of page 1: those that it compares, or else the first headlines, a few cost bases among them."""
    if compared := compared_rows(run):
        return compared[:MAX_FRONT_ROWS]
    left_out = [row for row in headlines(run) if row in cost_bases(run)][MAX_FRONT_BASES:]
    return [row for row in headlines(run) if row not in left_out][:MAX_FRONT_ROWS]


def front_table(run: RunCore) -> list[dict[str, Any]]:
    """The table of page 1; only the first of several rows of a quantity has its description."""
    rows = front_rows(run)
    names = [run.rows[row][0] for row in rows]
    return [front_row(run, row) | ({"about": ""} if names[i] in names[:i] else {}) for i, row in enumerate(rows)]


def front_row(run: RunCore, row: str) -> dict[str, Any]:
    """A row of page 1: its name, percentiles, a published figure, the question that it answers or else its description,
    and its most influential input; for an event, the input with the largest rank correlation."""
    if run.kind(row) is EVENT:
        inputs = inputs_behind(run, row) if run.varies(row) else []
        inputs = sorted(inputs, key=lambda name: -abs(rank_correlation(run, name, row)))
    else:
        inputs = swing(run, row).inputs
    name = run.rows[row][0]
    published = [each for each in run.study.file.disclosed.values() if each.quantity == row]
    texts = [f"{bound_text(each)}{amount(each.value, each.unit)}" for each in published[:1]]
    return {
        "name": sentence(label(row)),
        "figures": [statistic(run, row, word) for word in run.kind(row).statistics_of(SUMMARY_STATISTICS)],
        "published": "".join(texts),
        "about": question(run.study, name) or run.study.about(name),
        "sensitive_to": f"most sensitive to {label(inputs[0])}" if inputs else "",
    }


def question(study: Study, name: str) -> str:
    """The question that a cost basis of this package answers; "" for any other quantity."""
    own = name in study.nodes and study.nodes[name].packaged and name not in study.inputs
    return QUESTIONS.get(name, "") if own else ""


def facts(run: RunCore) -> list[list[str]]:
    """The lines of page 1 below the numbers: price year, date, decision, quantities set, the most influential input."""
    study, stated, head = run.study, run.study.file.stated, headlines(run)[0]
    lines = []
    if stated.price_year and cost_targets(study):
        adjusted = "" if "deflator" in run.values else ", not adjusted for inflation"
        if study.file.nominal:
            adjusted = f"; amounts stated in money of other years are converted to {stated.price_year}, see the notes"
        lines.append(["Prices", f"of about {stated.price_year}, as each source states them{adjusted}"])
    if stated.date:
        known = day_text(study.file.as_of or stated.date)
        lines.append(["Priors", f"what was known by {known}, in {locate.portable_path(study.file.where)}"])
    if found := decision_text(run):
        lines.append(["Decision", found["text"]])
    if pins := [f"{label(name)} = {pin_text(study, name)}" for name in values_set(study.pins)]:
        lines.append(["Set", f"for this run, in place of the priors: {', '.join(pins)}"])
    if beliefs := [f"{label(name)} = {text}" for name, text in beliefs_in(study.pins).items()]:
        lines.append(["Priors", f"for this run, in place of those of the study: {', '.join(beliefs)}"])
    if omitted := [name for name in study.order if study.nodes[name].packaged and not study.nodes[name].needs]:
        values = [f"{label(name)} ({float(run.values[name].flat[0]):g})" for name in omitted]
        lines.append(["Left out", f"{', '.join(values)}: state them as inputs to include them"])
    if crossed := crossed_shares(few_draws(study, tuple({*sum(BOUNDS, ())} & {*study.quantities}))):
        (lower, upper), share = max(crossed.items(), key=lambda item: item[1])
        when = f", before the {informed_by(run.study)}" if run.before else ""
        lines.append(["Rents", f"{label(upper)} below {label(lower)} in {percent(share)} of draws{when}"])
    moved = swing(run, head)
    if moved.inputs and run.kind(head) is not EVENT:
        low, high = (amount(float(end), run.unit(head)) for end in moved.reach[0])
        before = f"before the {informed_by(run.study)}, " if run.before else ""
        effect = f"varying it alone from its p5 to its p95 moves the {label(head)} between {low} and {high}"
        lines.append(["Most sensitive to", f"{label(moved.inputs[0])}: {before}{effect}"])
    return lines


def day_text(day: date) -> str:
    """A day such as 22 November 2026."""
    return f"{day.day} {day:%B %Y}"


def pin_text(study: Study, name: str) -> str:
    """The value that a quantity was set to, with its unit; as it was given where no target depends on it."""
    if name not in study.inputs or study.inputs[name].labels:
        return str(study.pins[name])
    unit = study.unit(name)
    return amount(study.inputs[name].centres[0] / units.scale(unit), unit)


def disclosed_text(run: RunCore, disclosed: Disclosed) -> str:
    """A disclosed figure and its percentile in each row of its quantity."""
    text = f"{sentence(label(disclosed.quantity))}: {bound_text(disclosed)}"
    text += f"{disclosed_amount(run.study, disclosed)} ({disclosed.source})."
    for row in [disclosed.quantity] if disclosed.quantity in run.rows else run.rows_of([disclosed.quantity]):
        percentile = percentile_of(run, row, disclosed.value, disclosed.unit)
        which = f" of {label(row)}" if row != disclosed.quantity else ""
        use = "uses it as one of many inputs" if disclosed.used else "does not use it as an input"
        text += f" This is {percentile_text(percentile)}{which} in this study, which {use}"
        against = {"at least": percentile, "at most": 100 - percentile}.get(disclosed.bound)
        text += "." if against is None else f"; {against:.0f} % of the draws disagree with it."
    return f"{text} {sentence(disclosed.note)}".rstrip()


def disclosed_amount(study: Study, disclosed: Disclosed) -> str:
    """The amount of a disclosed figure; where it was converted, as stated and in money of the price year."""
    figure = amount(disclosed.value, disclosed.unit, digits=4)
    year, price_year = disclosed.money_year, study.file.stated.price_year
    if year is None or price_year is None or year == price_year:
        return figure
    as_stated = disclosed.value / money.factor(disclosed.unit, year, price_year)
    return f"{amount(as_stated, disclosed.unit, digits=4)} in money of {year}, {figure} in that of {price_year}"


def bound_text(disclosed: Disclosed) -> str:
    """The bound of a disclosed figure, with a space after it; "" for a value."""
    return "" if disclosed.bound == "about" else f"{disclosed.bound} "

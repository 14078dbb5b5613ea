"""Regenerate the shipped ledger: `python -m tests.ledger` writes priors/ledger.csv.

It has every figure disclosed by the studies in priors/blind, and the figures of other studies that do not depend on
them. A row's source and note are those of the priors file.
"""

import tempfile
from pathlib import Path

import mcfrontier as mcf
from mcfrontier.core import units
from mcfrontier.outputs.folder.saved import read_folder
from mcfrontier.runs.load import load
from mcfrontier.study import locate
from mcfrontier.tasks.score import ledger, score

DRAWS, SEED = 2**16, 1
ELSEWHERE = (
    ("deepseek-v2", "chip_hours"),
    ("deepseek-v3", "chip_hours"),
    ("deepseek-v3", "stated_cost"),
    ("gpt2", "strubell_time"),
    ("mai-base1", "chip_hours"),
)


def outcomes():
    """The studies and the keys of their disclosed figures, study by study."""
    blind = [name for name in locate.runnable() if name.startswith("blind/")]
    found = {name: [*load(name).file.stated.disclosed] for name in blind}
    for name, key in ELSEWHERE:
        found.setdefault(name, []).append(key)
    return found


def rows_of(name, keys):
    """The rows of the ledger of one study."""
    run = mcf.run(name, draws=DRAWS, seed=SEED)
    with tempfile.TemporaryDirectory() as folder:
        run.write(folder, report=False)
        back = read_folder(folder)
        for key in keys:
            figure = run.study.file.disclosed[key]
            value = units.convert(figure.value, figure.unit, run.core.unit(figure.quantity))
            yield score.score_outcome(back, figure.quantity, value, figure.source, figure.note)[0]


def rows():
    """Every row."""
    return [row for name, keys in outcomes().items() for row in rows_of(name, keys)]


if __name__ == "__main__":
    path = Path("priors") / ledger.LEDGER_FILE
    path.write_text(ledger.lines_of(rows(), head=True), encoding="utf-8")
    print(f"{path}: {len(ledger.read(path))} outcomes")

"""The ledger that ships, made anew: `python -m tests.ledger` writes priors/ledger.csv.

It holds every figure that the studies in priors/blind disclose, and those of other studies that nothing in them
knows. A row's source and note are those of the priors file.
"""

import tempfile
from pathlib import Path

import mcfrontier as mcf
from mcfrontier import files, ledger, scoring, study, units
from mcfrontier.finished import finished

DRAWS, SEED = 2**16, 1
OTHERS = (("deepseek-v3", "chip_hours"), ("deepseek-v3", "stated_cost"), ("gpt2", "strubell_time"))


def outcomes():
    """The studies and the keys of their disclosed figures, study by study."""
    blind = [name for name in files.runnable() if name.startswith("blind/")]
    found = {name: [*study.load(name).page.disclosed] for name in blind}
    for name, key in OTHERS:
        found.setdefault(name, []).append(key)
    return found


def rows_of(name, keys):
    """The rows of the ledger of one study."""
    run = mcf.run(name, draws=DRAWS, seed=SEED)
    with tempfile.TemporaryDirectory() as folder:
        run.write(folder, report=False)
        back = finished(folder)
        for key in keys:
            figure = run.study.page.disclosed[key]
            value = units.convert(figure.value, figure.unit, run.unit(figure.quantity))
            yield scoring.scored(back, figure.quantity, value, figure.source, figure.note)[0]


def rows():
    """Every row."""
    return [row for name, keys in outcomes().items() for row in rows_of(name, keys)]


if __name__ == "__main__":
    path = Path("priors") / ledger.NAME
    path.write_text(ledger.written(rows(), head=True), encoding="utf-8")
    print(f"{path}: {len(ledger.read(path))} outcomes")

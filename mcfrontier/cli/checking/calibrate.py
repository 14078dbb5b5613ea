"""python -m mcfrontier calibrate"""

from __future__ import annotations

from datetime import date

import click

from mcfrontier.cli.terminal import as_of_option, emit, note, say, show_table


@click.command()
@as_of_option()
@click.option("--json", "as_json", is_flag=True, help="Print the predictions and their scores as JSON.")
@click.option("--out", metavar="FOLDER", help="Also write calibration.json and runs.pdf into this folder.")
def command(as_json: bool, out: str | None, as_of: date | None) -> None:
    """Check predicted chip-hours against disclosed ones.

    The chip-hours of each run are predicted from its compute, chip and class, with the utilisation of the runs of other
    families.
    """
    from mcfrontier.core.jsontext import json_text
    from mcfrontier.outputs.report.typeset import pdf_folder
    from mcfrontier.runs.calibration import predict, summarise
    from mcfrontier.tasks.calibrate import page

    folder = pdf_folder(out)
    runs = predict(as_of)
    if as_json:
        emit([json_text(page.content(runs)), "\n"])
    else:
        found = summarise(runs)
        show_table(page.CLASS_HEAD, page.class_rows(runs))
        say()
        show_table(page.LEVEL_HEAD, page.level_rows(found))
        say(page.bias_line(found))
        say(page.score_line(found))
        note(page.LEGEND)
    if folder:
        written = page.write(runs, folder)
        if not as_json:
            say(f"in {folder}: {', '.join(path.name for path in written)}")

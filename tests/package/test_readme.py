"""The answers in the README are the output of its commands."""

import re
import shlex

import pytest

from tests.conftest import ROOT
from tests.package.test_docs import COMMAND_PREFIX, EXAMPLES, write_nothing

CELL = r"([^|]+)"
ROWS = re.findall(
    rf"^\| {CELL} \| `python -m mcfrontier ([^`|]+)` \| {CELL} \|$", (ROOT / "README.md").read_text(), re.M
)
DISPLAYED = {  # the whole output of commands, as displayed in the documentation
    requested.removeprefix(COMMAND_PREFIX): "\n".join(lines)
    for each in EXAMPLES
    for requested, lines in each.commands
    if lines and "..." not in "".join(lines)
}


def test_the_readme_has_a_table_of_questions_with_answers():
    assert len(ROWS) >= 15


@pytest.mark.slow
@pytest.mark.parametrize(("question", "requested", "answer"), ROWS, ids=[row[1] for row in ROWS])
def test_an_answer_in_the_readme_is_printed_by_its_command(question, requested, answer, command, tmp_path, monkeypatch):
    """Of a run, which writes no file here; a command whose whole output a page of the documentation displays is run by
    the test of that page."""
    printed = DISPLAYED.get(requested)
    if printed is None:
        write_nothing(monkeypatch)
        words = shlex.split(requested)
        result = command(*words, *(["--no-report", "--out", tmp_path / "out"] if words[0] == "run" else []))
        assert result.code == 0
        printed = result.out
    displayed = printed.replace(",", "")
    for figure in re.findall(r"\$?\d[\d.,]*[MBT%]?", answer.split("; its makers")[0].replace("× 10²³", "")):
        assert figure.strip(".,").replace(",", "") in displayed, (question, figure)

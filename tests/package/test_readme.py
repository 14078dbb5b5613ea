"""The answers in the README are the output of its commands."""

import re
import shlex

import pytest

from tests.conftest import ROOT

CELL = r"([^|]+)"
ROWS = re.findall(
    rf"^\| {CELL} \| `python -m mcfrontier ([^`|]+)` \| {CELL} \|$", (ROOT / "README.md").read_text(), re.M
)


def test_the_readme_has_a_table_of_questions_with_answers():
    assert len(ROWS) >= 15


@pytest.mark.slow
@pytest.mark.parametrize(("question", "requested", "answer"), ROWS, ids=[row[1] for row in ROWS])
def test_an_answer_in_the_readme_is_printed_by_its_command(question, requested, answer, command, tmp_path):
    words = shlex.split(requested)
    result = command(*words, *(["--no-report", "--out", tmp_path / "out"] if words[0] == "run" else []))
    assert result.code == 0
    displayed = result.out.replace(",", "")
    for figure in re.findall(r"\$?\d[\d.,]*[MBT%]?", answer.split("; its makers")[0].replace("× 10²³", "")):
        assert figure.strip(".,").replace(",", "") in displayed, (question, figure)

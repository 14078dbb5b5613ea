"""The output shown in the documentation is that of its commands."""

import re
import shlex
from typing import NamedTuple

import pytest

import mcfrontier as mcf
from mcfrontier.outputs.folder import write
from mcfrontier.runs import diagnostics
from tests.conftest import ROOT

ANALYSES = ("compare", "crux", "solve", "probability", "score", "calibrate", "forecast", "lineage", "questions")
PAGES = ("percentiles", "export", "squiggle", *ANALYSES)
TUTORIAL = "tutorial"  # its commands run one after the other in one folder
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
COMMAND_PREFIX = "python -m mcfrontier "


class Example(NamedTuple):
    """Commands of an example, each with its displayed lines (none where output is not displayed)."""

    page: str
    commands: list[tuple[str, list[str]]]


def examples(page):
    """The examples of a page: a prompt with its output, or a command with its output in the next fence."""
    fences = [*FENCE.finditer(text := (ROOT / f"docs/{page}.md").read_text())]
    for fence, after in zip(fences, [*fences[1:], None], strict=True):
        lines = re.sub(r" \\\n\s*", " ", fence[2])
        if not fence[1] and f"$ {COMMAND_PREFIX}" in lines:
            parts = [part.split("\n", 1) for part in lines.split("$ ")[1:]]
            yield Example(page, [(requested, rest.splitlines()) for requested, rest in parts])
        elif after and (fence[1], after[1]) == ("sh", "") and not text[fence.end() : after.start()].strip():
            *before, last = lines.splitlines()
            yield Example(page, [*((requested, []) for requested in before), (last, after[2].splitlines())])


EXAMPLES = [each for page in PAGES for each in examples(page) if "jq" not in each.commands[-1][0]]
EXAMPLES += [Example(TUTORIAL, [command for each in examples(TUTORIAL) for command in each.commands])]
SAVED = re.compile(r"^```toml\n(# (priors/\S+)\n.*?)^```$", re.M | re.S)  # a file that a reader is to save


def write_nothing(monkeypatch):
    """Let `run` print its table alone, without the files and the notes that take the draws of all quantities."""
    monkeypatch.setattr(write, "write", lambda *_: [])
    monkeypatch.setattr(diagnostics, "notes", lambda _: ())


@mcf.node("USD")
def both(first, second):
    """Cost of both runs."""
    return first + second


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """The runs used by the pages."""
    place = tmp_path_factory.mktemp("pages") / "reports"
    mcf.run("gpt4").write(place / "gpt4", report=False)
    rent = {"family": "lognormal", "p5": 10e6, "p95": 90e6, "unit": "USD", "source": "two offers"}
    page = {"title": "Two runs", "targets": ["both"], "inputs": {"first": rent, "second": rent}}
    mcf.run(page, model=[both]).write(place / "both", report=False)
    return place


@pytest.mark.slow
@pytest.mark.parametrize("each", EXAMPLES, ids=[f"{each.page}: {each.commands[-1][0]}" for each in EXAMPLES])
def test_a_documentation_page_shows_the_printed_output(each, reports, command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for folder in ("reports", "priors"):
        (tmp_path / folder).mkdir()
    for content, path in SAVED.findall((ROOT / f"docs/{each.page}.md").read_text()):
        (tmp_path / path).write_text(content)
    for run in reports.iterdir() if each.page != TUTORIAL else ():
        (tmp_path / "reports" / run.name).symlink_to(run)
    if len(each.commands) == 1:
        write_nothing(monkeypatch)
    for requested, lines in each.commands:
        requested, _, head = requested.partition(" | head -")
        words = shlex.split(requested.removeprefix(COMMAND_PREFIX))
        if words[:2] == ["run", "gpt4"] and not lines:
            continue  # written by the fixture
        result = command(*words, *["--no-report"] * (words[0] == "run" and "--no-report" not in words))
        assert result.code == 0, result.err
        printed = [line.rstrip() for line in result.out.splitlines() if not line.startswith("in reports/")]
        if lines:
            assert_displayed(lines, printed[: int(head)] if head else printed)


def assert_displayed(lines, printed):
    """Assert that lines equal the printed ones, except for omissions marked by "..."."""
    place, parts = 0, "\n".join(lines).split("...")
    for i, part in enumerate(parts):
        own = part.strip("\n").splitlines()
        at = (
            place
            if i == 0
            else next((k for k in range(place, len(printed)) if printed[k : k + len(own)] == own), place)
        )
        assert printed[at : at + len(own)] == own
        place = at + len(own)
    assert place == len(printed) or lines[-1] == "..."


def test_the_documentation_pages_cover_each_command():
    assert {each.page for each in EXAMPLES} == {*PAGES, TUTORIAL}
    assert sum(len(each.commands) for each in EXAMPLES) > 15

"""What the pages show is what their commands print."""

import re
import shlex
from typing import NamedTuple

import pytest

import mcfrontier as mcf
from tests.conftest import ROOT

PAGES = ("percentiles", "export", "squiggle", "compare", "solve", "score", "forecast")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
OURS = "python -m mcfrontier "


class Shown(NamedTuple):
    """Commands, each with the lines shown of it: none where it is only run."""

    page: str
    commands: list[tuple[str, list[str]]]


def shown(page):
    """What a page shows: a prompt and what follows, or a command and in the next fence what it prints."""
    fences = [*FENCE.finditer(text := (ROOT / f"docs/{page}.md").read_text())]
    for fence, after in zip(fences, [*fences[1:], None], strict=True):
        lines = re.sub(r" \\\n\s*", " ", fence[2])
        if not fence[1] and f"$ {OURS}" in lines:
            parts = [part.split("\n", 1) for part in lines.split("$ ")[1:]]
            yield Shown(page, [(asked, rest.splitlines()) for asked, rest in parts])
        elif after and (fence[1], after[1]) == ("sh", "") and not text[fence.end() : after.start()].strip():
            *before, last = lines.splitlines()
            yield Shown(page, [*((asked, []) for asked in before), (last, after[2].splitlines())])


SHOWN = [each for page in PAGES for each in shown(page) if "jq" not in each.commands[-1][0]]


@mcf.node("USD")
def both(first, second):
    """What both runs cost."""
    return first + second


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """The runs that the pages speak of."""
    place = tmp_path_factory.mktemp("pages") / "reports"
    mcf.run("gpt4").write(place / "gpt4", report=False)
    rent = {"family": "lognormal", "p5": 10e6, "p95": 90e6, "unit": "USD", "source": "two offers"}
    page = {"title": "Two runs", "targets": ["both"], "inputs": {"first": rent, "second": rent}}
    mcf.run(page, model=[both]).write(place / "both", report=False)
    return place


@pytest.mark.slow
@pytest.mark.parametrize("each", SHOWN, ids=[f"{each.page}: {each.commands[-1][0]}" for each in SHOWN])
def test_a_page_shows_what_is_printed(each, reports, command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "reports").mkdir()
    for run in reports.iterdir():
        (tmp_path / "reports" / run.name).symlink_to(run)
    for asked, lines in each.commands:
        asked, _, head = asked.partition(" | head -")
        words = shlex.split(asked.removeprefix(OURS))
        if words[:2] == ["run", "gpt4"]:
            continue  # it is there
        ended = command(*words, *["--no-report"] * (words[0] == "run" and "--no-report" not in words))
        assert ended.code == 0, ended.err
        printed = [line.rstrip() for line in ended.out.splitlines() if not line.startswith("in reports/")]
        if lines:
            assert_shown(lines, printed[: int(head)] if head else printed)


def assert_shown(lines, printed):
    """Lines as they are printed, but for what "..." stands for."""
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


def test_the_pages_show_something_of_each_command():
    assert {each.page for each in SHOWN} == {*PAGES}
    assert sum(len(each.commands) for each in SHOWN) > 15

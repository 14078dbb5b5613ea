"""SKILL.md, llms.txt and docs/agents.md are those of the registries, and name files that exist."""

import re

import pytest

from mcfrontier.agent.reply import KEYS, reply_json
from mcfrontier.agent.tools import ARGUMENTS, TOOLS, argument_types, called
from mcfrontier.cli import COMMANDS
from tests.agent.client import Reply
from tests.agent.texts import GENERATED, INDEX, PAGE, SKILL, index, page, skill, transcript
from tests.conftest import ROOT

STALE = "run python -m tests.agent.texts"
OWN_KEYS = {  # of one kind of reply each
    "answers", "studies", "quantities", "needs", "findings", "quantity", "that", "row", "reading", "of", "sides",
    "study", "title", "question", "formula", "remarks", "family", "source", "file", "ok", "summary",
}  # fmt: skip


def test_the_texts_are_those_of_the_registries():
    assert SKILL.read_text(encoding="utf-8") == skill(), STALE
    assert INDEX.read_text(encoding="utf-8") == index(), STALE
    assert PAGE.read_text(encoding="utf-8") == page([name for name in GENERATED if name != "transcript"]), STALE


@pytest.mark.slow
def test_the_transcript_is_that_of_the_tools():
    made = transcript(lambda tool, **stated: Reply(reply_json(called(tool, stated)())))
    assert f"<!-- transcript -->\n\n{made}\n\n<!-- end -->" in PAGE.read_text(encoding="utf-8"), STALE


def test_the_text_for_an_agent_is_short_and_has_every_command_and_tool():
    text = skill()
    assert len(text.encode()) < 2**13
    assert all(f"`{name}`" in text for name in (*COMMANDS, *KEYS))
    assert all(f"`{name}(" in text for name in TOOLS)


def test_the_links_of_the_index_lead_to_files():
    links = re.findall(r"\]\(([^)]+)\)", index())
    assert len(links) > 80
    assert [link for link in links if not (ROOT / link).is_file()] == []


def test_every_argument_is_described_and_every_description_is_of_an_argument():
    assert {key for name in TOOLS for key in argument_types(name)} == {*ARGUMENTS}


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("find_study", {"query": "GPT-4"}),
        ("describe", {"study": "gpt4"}),
        ("describe", {"study": "gpt4", "quantity": "energy"}),
        ("describe", {"study": "gpt4", "quantity": "mfu"}),
        ("estimate", {"study": "gpt4", "draws": 64}),
        ("probability", {"study": "gpt4", "that": "energy > 40 GWh"}),
        ("compare", {"a": "gpt4", "b": "gpt4-given", "target": "energy"}),
        ("check", {"text": 'targets = ["energy"]\nextends = ["gpt4"]\n'}),
    ],
)
def test_the_keys_of_a_reply_are_described(tool, arguments):
    assert called(tool, arguments)().keys() <= KEYS.keys() | OWN_KEYS

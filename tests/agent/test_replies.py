"""Replies on the command line: their size, their command lines, and what is refused beside --compact."""

import gc
import io
import json
import re
import shlex
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mcfrontier as mcf
from mcfrontier.agent.reply import MAX_BYTES, command_line, reply_json
from mcfrontier.agent.server import answered
from mcfrontier.agent.tools import called
from mcfrontier.core import limits
from mcfrontier.core.errors import InputError
from mcfrontier.core.printable import HIDDEN, LINE_BREAKS
from mcfrontier.runs.core import RunCore
from tests.agent.client import HOMES, QUESTION
from tests.conftest import BILL, entry

PRINTABLE = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20)


@settings(max_examples=40)
@given(st.lists(st.text(max_size=3000), max_size=6), st.lists(st.floats(), max_size=20))
def test_a_reply_fits_two_kilobytes_and_is_json_on_a_line_without_hidden_characters(texts, numbers):
    content = {"answers": [{"account": text} for text in texts], "low": numbers, "command": "mcfrontier list"}
    text = reply_json(content)
    assert len(text.encode()) <= MAX_BYTES
    assert not re.search(f"{HIDDEN}|[{LINE_BREAKS}]", text)
    found = json.loads(text)
    assert (found["command"], len(found["answers"])) == ("mcfrontier list", len(texts))


def test_a_text_is_shortened_only_where_it_must_be():
    short, long = {"account": "a" * 1500}, {"account": "a" * 1500, "text": "b" * 1000, "command": "c" * 500}
    assert json.loads(reply_json(short)) == short
    found = json.loads(reply_json(long))
    assert found["command"] == long["command"]
    assert found["account"][:100] == "a" * 100
    assert found["account"][-1] == "…"


def test_a_reply_that_cannot_be_shortened_is_refused():
    with pytest.raises(InputError, match="ask for fewer quantities"):
        reply_json({"low": [0.123456789] * 300})


def test_the_message_of_a_call_fits_two_kilobytes_with_its_place_and_its_remedy(here):
    needs = {f"{kind}_{i}" for i in range(60) for kind in ("Größe", "größe")}
    (here / "many.toml").write_text(
        f'targets = ["y"]\n[formulas.y]\nis = "{" + ".join(sorted(needs))}"\nunit = "1"\n', encoding="utf-8"
    )
    result = answered(called("estimate", {"study": "many.toml"}))
    text = result.content[0].text
    assert result.is_error
    assert len(text.encode()) <= MAX_BYTES
    assert (text[:9], text.count("\n")) == ("many.toml", 0)


@given(PRINTABLE, PRINTABLE, PRINTABLE)
def test_a_command_line_has_the_words_that_it_was_made_of(study, value, condition):
    line = command_line("percentiles", [study], 2, set={"a": value}, given=[condition], seed=1, sampler=None)
    stated = ["--set", f"a={value}", "--given", condition, "--seed", "1", "--compact", "--page", "2"]
    guarded = study.startswith("-") and study != "-"
    words = [*stated, "--", study] if guarded else [study, *stated]
    assert shlex.split(line) == ["mcfrontier", "percentiles", *words]


def test_a_run_prints_what_the_percentiles_of_its_study_are(page, command):
    page("many", HOMES)
    options = ("--draws", 256, "--seed", 3, "--compact", "--page", 3)
    one, two = (
        json.loads(command(*words, *options).out) for words in (("run", "many", "--no-report"), ("percentiles", "many"))
    )
    assert shlex.split(one.pop("command"))[1] == "run"
    assert shlex.split(two.pop("command"))[1] == "percentiles"
    assert one == two
    own = mcf.run("many", draws=256, seed=3).quantiles([0.05, 0.5, 0.95]).energy_cost.sel(home="home 7")
    assert [one["answers"][0][key] for key in ("low", "answer", "high")] == own.values.tolist()


def test_the_command_line_of_a_run_repeats_it(page, command):
    page("bill", BILL)
    words = ("--draws", 64, "--sweep", "energy_price=0.1..0.4:4", "--prior", "energy = 2..8 kWh")
    first = command("run", "bill", "--no-report", *words, "--given", "energy > 3 kWh", "--compact").out
    content = json.loads(first)
    assert content["pages"] == 2
    assert command(*shlex.split(content["command"])[1:]).out == first


def test_the_hash_of_the_priors_is_that_of_the_manifest(page, command, here):
    page("question", QUESTION)
    command("run", "question", "--draws", 64, "--no-report", "--quiet")
    expected = json.loads((here / "reports/question/manifest.json").read_text())["priors_sha256"]
    for words in (("percentiles",), ("show",), ("check",), ("probability", "--as", "published", "--draws", 64)):
        assert json.loads(command(words[0], "question", *words[1:], "--compact").out)["priors_sha256"] == expected


def test_a_call_leaves_no_run_in_memory(page):
    def runs():
        return sum(isinstance(each, RunCore) for each in gc.get_objects())

    page("bill", BILL)
    gc.disable()  # as commands do
    try:
        before = runs()
        result = answered(called("estimate", {"study": "bill", "draws": 64}))
        assert (result.is_error, runs() <= before) == (False, True)
    finally:
        gc.enable()


def test_the_difference_of_two_dates_is_in_years(page, command):
    for name, year in (("one", 2024), ("two", 2026.5)):
        page(name, 'targets = ["day"]\n' + entry("day", "uniform", "AD", low=year, high=year + 1))
    found = json.loads(command("compare", "one", "two", "--draws", 256, "--compact").out)
    assert (found["of"], found["unit"], found["text"]) == ("two minus one", "year", "+2.5 years")
    assert found["answer"] == pytest.approx(2.5)
    assert found["drivers"] == [{"input": "day", "change": 2.5}]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("percentiles", "gpt4", "--page", 2), "--page: a page of --compact; add this option"),
        (("percentiles", "gpt4", "--compact", "--format", "csv"), "leave out --format and --quantiles"),
        (("probability", "gpt4", "--that", "energy > 1 GWh", "--compact", "--json"), "leave one of the two out"),
        (("compare", "gpt4", "--set", "mfu=0.4", "--compact", "--out", "x"), "leave one of the two out"),
        (("run", "gpt4", "--point", "--compact"), "leave one of the two out"),
        (("check", "--compact"), "no paths, and one is expected"),
        (("percentiles", "gpt4", "--compact", "--page", 99), "there are"),
        (("mcp", "--root", "nowhere"), "--root nowhere: there is no such folder"),
    ],
)
def test_what_does_not_go_with_compact_is_refused(words, message, command, here):
    result = command(*words)
    assert (result.code, result.out) == (2, "")
    assert message in result.err


def test_a_saved_run_has_no_compact_answer(command, folder):
    for words in (("percentiles", folder), ("probability", folder, "--that", "energy > 1 GWh")):
        assert "is a saved run; leave the option out" in command(*words, "--compact").err


def test_a_text_on_standard_input_is_bounded(command, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"#" * (limits.PRIORS_FILE_BYTES + 1))))
    assert "the limit is 1,048,576" in command("check", "-", "--compact").err


def test_without_its_library_the_server_names_what_to_install(command, monkeypatch):
    monkeypatch.delitem(sys.modules, "mcfrontier.agent.server", raising=False)
    monkeypatch.setitem(sys.modules, "mcp", None)
    assert command("mcp") == (2, "", "mcfrontier: mcp: requires mcp; pip install 'mcfrontier[mcp]'\n")

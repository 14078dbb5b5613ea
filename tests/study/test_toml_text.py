"""TOML is bounded before it is parsed, and its mistakes are reported with a remedy."""

import os
from contextlib import nullcontext

import pytest

import mcfrontier as mcf
from mcfrontier.core import limits
from mcfrontier.core.errors import InputError
from mcfrontier.study import toml_text
from tests.conftest import entry, input_entry

ENTRY = entry("x", value=1)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("p5 = 5%", 'with unit = "%"'),
        ("p5 = $3M", 'unit = "USD"'),
        ("p5 = 10k", "write 10_000 or 1e4"),
        ("p5 = 3 d", 'such as unit = "day"'),
        ("p5 = .5", "write 0.5, not .5"),
        ("p5 = -.5", "write 0.5, not .5"),
        ("p5 = 5.", "write 5.0 or 5, not 5."),
        ("p5 = 05", "write 5, not 05"),
        ("p5 = 10,000", "write 10_000, not 10,000"),
        ("p5 = cheap", "put text in quotes"),
        ("date = 2027-07", "write a whole date such as 2027-07-01"),
        ("values = [1, .5, 2]", "write 0.5, not .5"),
        ("x = { family = uniform }", "put text in quotes"),
    ],
)
def test_a_number_that_is_not_toml_is_reported_with_its_remedy(line, message):
    with pytest.raises(InputError) as refused:
        toml_text.loads(f'title = "a"\n{line}\n')
    assert message in str(refused.value)
    assert "line 2" in str(refused.value)


def test_no_remedy_is_guessed_for_an_open_bracket():
    with pytest.raises(InputError, match=r"at the end of a table declaration \(at line 1, column 10\)$"):
        toml_text.loads("[inputs.x\nvalue = 3")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ('"5%"', 'expected a number, got text; write the number alone, such as 5, with unit = "%"'),
        ('"$3M"', 'unit = "USD"'),
        ('"1"', "expected a number, got text; remove the quotes"),
        ("2027-07-01", 'is for an entry with unit = "AD"'),
        ("2027-07-01T00:00:00", 'is for an entry with unit = "AD"'),
    ],
)
@pytest.mark.parametrize("key", ["p5", "low"])
def test_a_value_that_is_no_number_is_reported_with_its_remedy(page, key, value, message):
    words = {"p5": "1", "p95": "3", key: value}
    page("study", 'targets = ["x"]\n' + entry("x", "normal", **words))
    with pytest.raises(InputError) as refused:
        mcf.load("study")
    assert message in str(refused.value)


def test_a_timestamp_in_place_of_a_date_is_reported(page):
    page("study", f'targets = ["x"]\ndate = 2027-07-01T12:00:00Z\n{ENTRY}')
    with pytest.raises(InputError, match="write it as 2026-11-22, without a time"):
        mcf.load("study")


HOSTILE_FILES = {
    "an integer of 5,000 digits": f"a = {'9' * 5000}\n",
    "an integer of 400 digits": f"a = {'9' * 400}\n",
    "lists in each other": f"a = {'[' * 3000}{']' * 3000}\n",
    "tables in each other": f"a = {'{a = ' * 3000}1{'}' * 3000}\n",
    "few lists in each other": f"a = {'[' * 20}{']' * 20}\n",
    "a dotted key": f"{'.'.join('a' * 100_000)} = 1\n",
    "a dotted table": f"[{'.'.join('a' * 100_000)}]\n",
    "a dotted key in a table": "x = { " + " . ".join(['"a"'] * 100_000) + " = 1 }\n",
    "a long text": f'a = "{"x" * (limits.TEXT_LENGTH + 1)}"\n',
    "a long key": f"{'x' * (limits.LABEL_LENGTH + 1)} = 1\n",
}


@pytest.mark.parametrize("text", HOSTILE_FILES.values(), ids=HOSTILE_FILES.keys())
def test_a_hostile_file_is_refused_with_its_limit_in_one_line(text, page, command):
    page("hostile", text)
    page("study", f'targets = ["x"]\n{ENTRY}')
    result = command("run", "hostile")
    assert result.code == 2
    assert result.err.count("\n") == 1
    assert len(result.err) < 400
    result = command("list")
    assert "\nstudy " in f"\n{result.out}"
    result = command("check", "priors")
    assert result.code == 2
    assert result.err.count("\n") == 1
    assert "ok  priors/study.toml" in result.out


def test_a_priors_file_that_is_too_large_or_a_pipe_is_refused(page, command, here):
    page("large", "# " + "x" * limits.PRIORS_FILE_BYTES)
    result = command("run", "large")
    assert result.code == 2
    assert f"the limit is {limits.PRIORS_FILE_BYTES:,}" in result.err
    os.mkfifo(here / "priors" / "pipe.toml")
    for words in (("check", "priors"), ("run", "pipe"), ("run", "priors/pipe.toml")):
        result = command(*words)
        assert result.code == 2
        assert "Traceback" not in result.err


@pytest.mark.parametrize(
    ("top", "message"),
    [
        ({"title": "x" * 300}, "title: 300 characters; at most 200"),
        ({"extends": ["gpt4"] * 40}, "extends: 40 files; the limit is 32"),
        ({"dimensions": {"d": [str(i) for i in range(10_001)]}}, "10,001 labels; the limit is 10,000"),
        ({"dimensions": {f"d{i}": ["a"] for i in range(13)}}, "dimensions: there are 13; the limit is 12"),
        ({"dimensions": {"d": ["a\x1b[2J"]}}, "has the hidden character U\\+001B; remove it"),
        ({"dimensions": {"d": ["a\u202e"]}}, "has the hidden character U\\+202E; remove it"),
        ({"dimensions": {"d": ["a\x00"]}}, "has the hidden character U\\+0000; remove it"),
        ({"dimensions": {"d": ["a", " "]}}, "dimensions: d: label 2 is empty; name it"),
        ({"dimensions": {"d": ["a" * 300]}}, "a label has at most 200 characters"),
        ({"about": 10**400}, r"about: a whole number beyond 1.8e\+308"),
    ],
)
def test_content_beyond_a_limit_is_refused(top, message):
    with pytest.raises(InputError, match=message):
        mcf.load({"targets": ["x"], "inputs": input_entry("x", value=1), **top})


def test_a_name_and_a_mixture_beyond_their_limits_are_refused():
    with pytest.raises(InputError, match="a name has at most 80 characters"):
        mcf.load({"targets": ["x" * 100], "inputs": input_entry("x" * 100, value=1)})
    parts = [{"family": "value", "value": 1}] * 101
    with pytest.raises(InputError, match="x: 101 parts; the limit is 100"):
        mcf.load({"targets": ["x"], "inputs": input_entry("x", "mixture", parts=parts)})


def test_rows_beyond_the_limit_are_refused_before_they_are_made():
    labels = [str(i) for i in range(1000)]
    inputs = input_entry("a", by="d", value=1) | input_entry("b", by="e", value=1)

    @mcf.node("1")
    def product(a, b):
        """A row for each pair of labels."""
        return a * b

    page = {"targets": ["product"], "dimensions": {"d": labels, "e": labels}, "inputs": inputs}
    with pytest.raises(InputError, match="1,002,000 rows of all quantities; the limit is 200,000"):
        mcf.load(page, model=[product])


def test_long_chains_and_wide_trees_of_extended_files_are_refused(page, command):
    for i in range(20):
        page(f"chain{i}", f'extends = ["chain{i + 1}"]\n' if i < 19 else ENTRY)
    result = command("check", "chain0")
    assert result.code == 2
    assert "extends: a chain of more than 16 files" in result.err
    for i in range(8):
        page(f"wide{i}", f"extends = {[f'wide{i + 1}'] * 2}\n" if i < 7 else ENTRY)
    result = command("check", "wide0")
    assert result.code == 2
    assert "more than 200 files are extended in all" in result.err


def test_hidden_characters_of_texts_are_visible_in_what_is_printed(page, command):
    text = r"\u0000\u001b]52;c;aGk=\u0007 \u202eforged\nok"
    top = f'title = "{text}"\nabout = "{text}"\nquestion = "{text}"\ntargets = ["x"]\n'
    page("study", top + entry("x", "normal", p5=1, p95=2, source=text, note=f'"{text}"'))
    for words in (("run", "study", "--draws", 64), ("show", "study"), ("list",), ("check", "study")):
        result = command(*words)
        assert result.code == 0
        assert (result.out + result.err).replace("\n", "").isprintable()
        assert not any(line.startswith(("forged", "ok\n")) for line in result.out.splitlines())


def test_a_key_with_a_line_break_gives_one_line(page, command):
    page("study", f'targets = ["x"]\n"a\\nb" = 1\n{ENTRY}')
    for words in (("check", "study"), ("run", "study")):
        result = command(*words)
        assert result.code == 2
        assert result.err.count("\n") == 1
        assert "unknown key 'a b'" in result.err


def test_a_study_with_hidden_characters_has_a_report_and_files_that_are_read_back(page, command):
    """HDF5, typst, SVG and Excel refuse some of these characters."""
    text = r"\u0000\u001b[2J\u202eq $x^2$ #eval"
    labels = '[dimensions]\nd = ["a\\nb", "$c$", "#d"]\n'
    rows = entry("x", "normal", p5=1, p95=2, source=text, note=f'"{text}"', by='"d"')
    single = entry("y", "normal", p5=1, p95=2, source=text, note=f'"{text}"')
    page("study", f'title = "{text}"\nquestion = "{text}"\ntargets = ["x", "y"]\n{labels}{rows}{single}')
    for words in (
        ("run", "study", "--draws", 64),
        ("percentiles", "reports/study"),
        ("export", "reports/study", "--to", "xlsx", "--out", "draws.xlsx"),
        ("verify", "reports/study"),
    ):
        result = command(*words)
        assert result.code == 0
        assert (result.out + result.err).replace("\n", "").isprintable()


@pytest.mark.parametrize(
    ("family", "key", "message"),
    [("normal", "unit", "x: has no unit"), ("mixture", "parts", "x: has no parts"), ("normal", "best", "")],
)
def test_a_key_that_is_none_in_an_entry_from_python_counts_as_left_out(family, key, message):
    parts = [{"family": "value", "value": x} for x in (1, 2)]
    form = {"mean": 1, "sd": 1} if family == "normal" else {"parts": parts}
    stated = {"family": family, "unit": "h", "source": "a test", **form, key: None}
    with pytest.raises(InputError, match=message) if message else nullcontext():
        mcf.load({"targets": ["x"], "inputs": {"x": stated}}, model=[])

"""Foreign text is made printable on its way to a terminal, a report, a figure or a message."""

import ast
import json

import pytest

from mcfrontier.core import limits
from mcfrontier.core.errors import InputError
from mcfrontier.core.jsontext import json_text
from mcfrontier.core.printable import echo, one_line, printable
from tests.package.source import PACKAGE, tree

HOSTILE = (
    "\x00\x07\x1b]52;c;aGk=\x07\x1b[2J\x7f\x9b1m\x85\r\u200b\u200f\u202e\u2066\u2069\u2028\u2029\ufeff\ud800\U000e0041"
)


def test_no_hidden_character_is_left():
    for text in (printable(HOSTILE), one_line(HOSTILE), one_line(f"{HOSTILE}\n\t")):
        assert text.isprintable()


def test_ordinary_text_is_unchanged():
    for text in ("Kosten für €5, 2 × 10²⁵ FLOP — 価格", "نص عربي", "👩\u200d💻 \u00a0"):
        assert printable(text) == one_line(text) == text
    assert printable("a\n\tb\r\n") == "a\n\tb\r\n"


def test_a_text_on_one_line_has_no_line_break_and_a_message_is_one_line():
    text = "ok\nerror: forged\r\nand\u2028more\x0band\x0cmore\x85end"
    assert len(one_line(text).splitlines()) == 1
    assert one_line("a\n\nb") == "a b"
    assert len(str(InputError(text)).splitlines()) == 1


def test_repeated_input_is_cut_and_a_long_message_keeps_its_place_and_its_remedy():
    assert len(echo("x" * 10**6)) == limits.ECHO_LENGTH
    message = str(InputError(f"file.toml: x: {'y' * 10**6}; remove it"))
    assert len(message) < 200
    assert len(str(InputError("a b " * 10**5))) <= limits.MESSAGE_LENGTH + 3
    path = "/" + "folder/" * 20 + "file.toml"
    assert path in str(InputError(f"{path}: not TOML"))
    assert message.startswith("file.toml: x: yy")
    assert message.endswith("yy…; remove it")


def test_json_keeps_hidden_characters_as_escapes():
    value = {"title": HOSTILE.replace("\ud800", ""), "lone": "\ud800"}
    text = json_text(value)
    assert text.replace("\n", "").isprintable()
    assert json.loads(text) == value


@pytest.mark.parametrize("path", sorted((PACKAGE / "cli").rglob("*.py")), ids=lambda path: path.stem)
def test_commands_print_through_the_terminal_module_only(path):
    """`print` and the streams are used where text is made printable, and for the help, which is our own."""
    names = {node.id for node in ast.walk(tree(path)) if isinstance(node, ast.Name)}
    if path.stem not in ("terminal", "__init__"):
        assert not names & {"print"}
        assert not any(isinstance(node, ast.Attribute) and node.attr == "stdout" for node in ast.walk(tree(path)))

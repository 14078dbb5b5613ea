"""No mutated input leads to a traceback, a second line, a control character, a leftover or a long wait."""

import os
import sys
import warnings
from pathlib import Path

import pytest

from tests.fuzz import observe
from tests.fuzz.case import KINDS, Case, working_folder

SEED, CASES, AT_ONCE = 1, 300, 10


@pytest.mark.parametrize("first", range(0, CASES, AT_ONCE))
def test_a_mutated_input_gives_a_result_or_a_refusal_of_one_line(first):
    findings = [text for number in range(first, first + AT_ONCE) for text in Case(SEED, number).findings]
    assert findings == []


@pytest.mark.parametrize("kind", [*KINDS])
def test_a_case_is_made_again_from_its_seed_and_number(kind):
    case = next(case for number in range(CASES) if (case := Case(SEED, number)).kind == kind)
    made = []
    for _ in range(2):
        with working_folder():
            made.append((case.make(), observe.snapshot()))
    assert made[0] == made[1]


def write(name):
    with open(name, "w") as file:
        file.write("half")


FAULTS = {
    "a traceback": (lambda: 1 / 0, "ZeroDivisionError"),
    "an exit status": (lambda: sys.exit(3), "exit status 3"),
    "no message": (lambda: sys.exit(2), "0 lines of error"),
    "a second line": (
        lambda: print("mcfrontier: a\nmcfrontier: b", file=sys.stderr) or sys.exit(2),
        "2 lines of error",
    ),
    "a line that is none": (lambda: print("oh", file=sys.stderr), "no message: 'oh'"),
    "a control character": (lambda: print("\x1b[2J"), "control characters on stdout"),
    "a sign that turns text around": (lambda: print("\u202e"), "control characters on stdout"),
    "a warning": (lambda: warnings.warn("odd", RuntimeWarning, stacklevel=1), "RuntimeWarning: odd"),
    "a text past sys.stderr": (lambda: os.write(2, b"HDF5 error") and None, "HDF5 error"),
    "no JSON": (lambda: print('{"p5": NaN}'), "not JSON"),
    "a leftover": (lambda: write(".making-1"), "left '.making-1'"),
    "a temporary file": (lambda: write("tmp/x"), "left 'tmp/x'"),
    "a changed file": (lambda: write("old"), "changed 'old'"),
    "a file that is read in secret": (lambda: Path(observe.SECRET).read_text() and None, "changed 'secret.bin'"),
    "a lost file": (lambda: os.remove("old"), "removed 'old'"),
    "memory": (lambda: bytearray(5 * 2**29), "MemoryError"),
}


@pytest.mark.parametrize("fault", [*FAULTS])
def test_each_fault_is_found(fault, here, monkeypatch):
    act, text = FAULTS[fault]
    for name in ("old", observe.SECRET):
        (here / name).write_text("whole")
        os.utime(here / name, (0, 1))
    monkeypatch.setattr(observe, "main", lambda _: act())
    assert any(text in found for found in observe.observe(["run", "gpt4", "--json"]).findings)


def test_an_endless_command_is_found(here, monkeypatch):
    monkeypatch.setattr(observe, "MAX_PROCESSOR_SECONDS", 0.02)
    monkeypatch.setattr(observe, "main", lambda _: [None for _ in iter(int, 1)])
    assert "takes longer than" in observe.observe(["list"]).findings[0]


def test_a_command_that_waits_is_found(here, monkeypatch):
    monkeypatch.setattr(observe, "MAX_SECONDS", 0.02)
    os.mkfifo(here / "pipe")
    monkeypatch.setattr(observe, "main", lambda _: (here / "pipe").read_text())
    assert "takes longer than" in observe.observe(["list"]).findings[0]


def test_a_refusal_of_one_line_is_no_finding(here, monkeypatch):
    monkeypatch.setattr(observe, "main", lambda _: print("mcfrontier: x: no", file=sys.stderr) or sys.exit(2))
    assert observe.observe(["run", "x"]).findings == []

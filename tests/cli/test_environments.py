"""Commands in unusual environments: Python without docstrings, no home folder, the C locale, a narrow terminal."""

import os
import re
import struct
import subprocess
import sys

import pytest

from tests.conftest import BILL, ROOT

fcntl, pty, termios = (pytest.importorskip(name) for name in ("fcntl", "pty", "termios"))
PYTHON = (sys.executable, "-m", "mcfrontier")
BARE = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}


def run(*command, **environment):
    return subprocess.run(command, capture_output=True, env=BARE | environment, text=True, encoding="utf-8")


@pytest.mark.parametrize(
    "arguments",
    [("-OO", "-m", "mcfrontier", "--help"), ("-OO", "-c", "import mcfrontier; mcfrontier.load('gpt4')")],
)
def test_python_without_docstrings_is_refused_in_one_line(arguments, here):
    result = run(sys.executable, *arguments)
    assert result.returncode == (2 if "-m" in arguments else 1)
    assert "python -OO or PYTHONOPTIMIZE=2 removes them; run without it" in result.stderr.splitlines()[-1]
    assert result.stdout == ""
    assert "-m" not in arguments or len(result.stderr.splitlines()) == 1


def test_a_report_needs_no_home_folder_no_locale_and_no_folder_of_its_own(page, here):
    page("bill", BILL)
    before = {path: path.stat().st_mtime_ns for path in (ROOT / "mcfrontier").rglob("*") if path.suffix != ".pyc"}
    words = ("run", "bill", "--draws", "64", "--out", "out")
    result = run(*PYTHON, *words, HOME="/proc/none", LANG="C", LC_ALL="C", NO_COLOR="1", COLUMNS="40", PYTHONUTF8="0")
    assert (result.returncode, result.stderr) == (0, "")
    assert (
        "in out: percentiles.csv, percentiles.json, draws.nc, report.pdf, report.html, manifest.json" in result.stdout
    )
    after = {path: path.stat().st_mtime_ns for path in before if path.exists()}
    assert {path for path in before if path.is_file() and before[path] != after.get(path)} == set()


def test_a_table_fits_a_terminal_of_40_columns_and_nothing_is_cut(page, here):
    page("bill", BILL)
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 40, 0, 0))
    child = subprocess.Popen(
        [*PYTHON, "run", "bill", "--draws", "64", "--no-report"], stdout=theirs, stderr=subprocess.DEVNULL, env=BARE
    )
    os.close(theirs)
    text = b""
    try:
        while piece := os.read(ours, 2**16):
            text += piece
    except OSError:  # the other end is closed
        pass
    assert child.wait() == 0
    lines = [re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", line).rstrip() for line in text.decode().splitlines()]
    end = next(i for i, line in enumerate(lines) if line.startswith("in "))
    assert max(map(len, lines[:end])) <= 40
    assert "energycost" in "".join(line.split()[0] for line in lines[:end])  # folded over two lines
    assert "…" not in text.decode()

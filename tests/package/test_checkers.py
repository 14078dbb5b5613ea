"""What ruff and mypy have to say of the code: nothing."""

import re
import subprocess
import sys

import pytest

from tests.conftest import ROOT


def outcome(*command):
    """The exit status and the output of a checker."""
    ended = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True)
    return ended.returncode, ended.stdout + ended.stderr


@pytest.mark.parametrize("command", [("check",), ("format", "--check")], ids=" ".join)
def test_ruff_finds_nothing(command):
    code, text = outcome("ruff", *command, ".")
    assert code == 0, text


@pytest.mark.slow
def test_mypy_finds_a_wrong_type_in_code_that_uses_the_face_and_nothing_else_under_strict(tmp_path):
    """The package says by py.typed that its types can be relied on."""
    user = tmp_path / "user.py"
    user.write_text('import mcfrontier as mcf\n\nrun: int = mcf.run("gpt4", draws=1024)\n')
    code, text = outcome("mypy", "--cache-dir", str(tmp_path / "cache"), "mcfrontier", str(user))
    assert code == 1
    assert re.match(r'.*/user.py:3: error: .*expression has type "Run".*\nFound 1 error in 1 file', text), text

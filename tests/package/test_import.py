"""What importing the package does: little, and the same whatever else is imported."""

import subprocess
import sys

from tests.conftest import ROOT
from tests.package.source import MODULES, PACKAGE


def output(text):
    """What a program prints."""
    return subprocess.run([sys.executable, "-c", text], cwd=ROOT, text=True, capture_output=True, check=True).stdout


def test_no_module_hides_a_function_of_the_same_name():
    """A folder named run/ would replace mcf.run once it is imported."""
    modules = sorted(name for name in MODULES if not name.endswith("__main__"))
    text = f"import importlib, mcfrontier as mcf\nfor name in {modules}: importlib.import_module(name)\n"
    text += "one, other = (mcf.run('gpt4', draws=256) for _ in range(2))\n"
    text += "print(float(one['energy'][0]) == float(other['energy'][0]))\n"
    text += "print(all(callable(getattr(mcf, name)) for name in mcf.__all__ if name != '__version__'))"
    assert output(text) == "True\nTrue\n"


def test_the_package_says_that_it_has_types():
    assert (PACKAGE / "py.typed").exists()

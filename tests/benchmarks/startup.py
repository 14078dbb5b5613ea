"""Duration of commands, as multiples of the duration of the necessary imports."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial

from tests.benchmarks import ROOT
from tests.benchmarks.table import Key, at_most, three
from tests.benchmarks.turns import pair

IMPORTS = ["-c", "import numpy, xarray, matplotlib.figure"]
COMMANDS = {  # the largest allowed multiple of the imports, the draws and the arguments
    "--help": (0.12, 0, ["--help"]),
    "run gpt4 --no-report": (1.2, 2**17, ["run", "gpt4", "--no-report", "--quiet"]),
    "run gpt4, PDF included": (1.8, 2**17, ["run", "gpt4", "--quiet"]),
}


def python(words: list[str], folder: str) -> None:
    """Run python to completion in a writable folder, with this copy of the package."""
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]).strip(os.pathsep)
    known = {name: word for name, word in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    known |= {
        "PYTHONPATH": path,
        "PYTHONPYCACHEPREFIX": f"{folder}/compiled",
    }  # with compiled modules, as once installed
    subprocess.run([sys.executable, *words], check=True, stdout=subprocess.DEVNULL, cwd=folder, env=known)


def rows(quick: bool) -> Iterator[tuple[Key, dict[str, str]]]:
    """The cells of commands."""
    with tempfile.TemporaryDirectory() as folder:
        imports = partial(python, IMPORTS, folder)
        for name, (goal, draws, words) in COMMANDS.items():
            found = pair(imports, partial(python, ["-m", "mcfrontier", *words], folder), 5 if quick else 11)
            yield (name, draws), {"seconds": three(found.second), "× imports": at_most(found.ratio, goal)}

"""A case of the fuzzer: a seed and a number give the files and the commands, and running these the findings."""

from __future__ import annotations

import contextlib
import random
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tests.fuzz import commands, distributions, folders, ledgers, priors, tables
from tests.fuzz.observe import Observed, observe

Make = Callable[[Any], tuple[list[list[str]], list[str]]]  # writes files; returns commands, and what was changed
KINDS: dict[str, Make] = {
    "priors": priors.make,
    "distributions": distributions.make,
    "tables": tables.make,
    "folders": folders.make,
    "ledgers": ledgers.make,
    "commands": commands.make,
}
SHARES = (
    *("priors", "folders", "distributions", "commands", "priors", "tables", "folders"),
    *("distributions", "priors", "commands", "folders", "ledgers"),
)


class Case(NamedTuple):
    """A case, before it is made."""

    seed: int
    number: int

    @property
    def kind(self) -> str:
        """The kind of its input."""
        return SHARES[self.number % len(SHARES)]

    def make(self) -> tuple[list[list[str]], list[str]]:
        """Write its files into the working directory; returns its commands, and what was changed."""
        return KINDS[self.kind](random.Random(f"{self.seed} {self.number}"))

    def run(self) -> tuple[list[str], list[Observed]]:
        """What was changed, and what the commands did, in a temporary folder."""
        with working_folder():
            arguments, changes = self.make()
            return changes, [observe(each) for each in arguments]

    @property
    def findings(self) -> list[str]:
        """All findings, each with its command."""
        changes, observed = self.run()
        return [
            f"case {self.number} of seed {self.seed} ({self.kind}; {'; '.join(changes)[:300]}): "
            f"{' '.join(each.arguments)[:300]!r}: {text}"
            for each in observed
            for text in each.findings
        ]


@contextlib.contextmanager
def working_folder() -> Iterator[Path]:
    """Change to an empty folder that is removed at the end, deep enough for some `..` to stay within it."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as temporary:
        folder = Path(temporary, "a", "b", "c", "d")
        folder.mkdir(parents=True)
        with contextlib.chdir(folder):
            yield folder

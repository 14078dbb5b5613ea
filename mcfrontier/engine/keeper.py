"""What is worked out so far, in a file: a run that is stopped goes on from there."""

from __future__ import annotations

import contextlib
import os
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np

from mcfrontier.engine.tally import Job, Part, Tally
from mcfrontier.errors import InputError

KEPT = "unfinished.npz"


@dataclass(frozen=True)
class Keeper:
    """Keeps a tally in a file after each part, and takes the file away when all is done. With `resume` it begins with
    what is there, and says so by `note`."""

    path: Path
    resume: bool = False
    note: Callable[[str], None] = lambda told: None

    def begin(self, job: Job) -> Tally:
        """The tally to go on from."""
        tally = Tally.none(job)
        if not (self.resume and self.path.exists()):
            return tally
        found = self.read()
        if str(found.get("job")) != identity(job):
            raise InputError(f"{self.path}: of a run that was asked for something else; leave out --resume")
        counts = [
            [(int(found[f"{kind}{i}_at"]), found[f"{kind}{i}"]) for kind in ("fine", "coarse")]
            for i in range(len(job.bins))
        ]
        nodes = {(int(level), int(place)): x for (level, place), x in zip(found["nodes"], found["sums"], strict=True)}
        tally.join(0, Part(nodes, counts, found["lost"]))
        tally.done.clear()
        tally.done.update(found["done"].tolist())
        self.note(f"going on with {self.path}: {int(tally.counts[0].fine.sum() + tally.lost[0]):,} draws are counted")
        return tally

    def keep(self, tally: Tally) -> None:
        """Write it all, and only then put it in the place of what was there."""
        arrays: dict[str, np.ndarray] = {"job": np.array(identity(tally.job)), "lost": tally.lost}
        arrays["done"] = np.array(sorted(tally.done))
        arrays["nodes"], arrays["sums"] = np.array([*tally.sums]), np.array([*tally.sums.values()])
        for i, counts in enumerate(tally.counts):
            for kind, (start, x) in zip(("fine", "coarse"), counts.trimmed(), strict=True):
                arrays |= {f"{kind}{i}_at": np.array(start), f"{kind}{i}": x}
        made = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with made.open("wb") as file:
                np.savez(file, **arrays)
            os.replace(made, self.path)
        except OSError as problem:
            with contextlib.suppress(OSError):
                made.unlink()
            raise InputError(f"{self.path}: cannot be written: {problem.strerror}") from None

    def read(self) -> dict[str, np.ndarray]:
        """What is in the file."""
        try:
            with self.path.open("rb") as file, np.load(file) as kept:
                return dict(kept)
        except (OSError, ValueError, EOFError, zipfile.BadZipFile):
            raise InputError(f"{self.path}: damaged; leave out --resume to begin anew") from None

    def end(self, job: Job) -> None:
        """All is done: take the file away, unless it is another run's."""
        with contextlib.suppress(InputError):
            if self.path.exists() and str(self.read().get("job")) == identity(job):
                self.path.unlink()


def identity(job: Job) -> str:
    """A hash of all that shapes a tally. The bins and centres, made from the first draws, stand for the formulas."""
    plan, study = job.plan, job.blocks.study
    shape = (list(job.rows), job.bins, job.centres.tolist(), job.leaf)
    return sha256(repr((study.page.digest, sorted(study.pins.items()), plan, *shape)).encode()).hexdigest()

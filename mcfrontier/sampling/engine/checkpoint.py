"""The checkpoint of a run: a file with its accumulator, from which a run that was stopped is continued."""

from __future__ import annotations

import contextlib
import os
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np

from mcfrontier.core.arrays import Array
from mcfrontier.core.errors import InputError
from mcfrontier.sampling.engine.accumulator import Accumulator, Job, Part

CHECKPOINT_FILE = "unfinished.npz"


@dataclass(frozen=True)
class Checkpoint:
    """A file with the accumulator of a run, written after each segment and deleted at the end.

    path    the file
    resume  whether to continue from the file, if there is one
    note    receives a message when a run is continued
    """

    path: Path
    resume: bool = False
    note: Callable[[str], None] = lambda text: None

    def begin(self, job: Job) -> Accumulator:
        """The accumulator to start with."""
        accumulator = Accumulator.empty(job)
        if not (self.resume and self.path.exists()):
            return accumulator
        found = self.read()
        if str(found.get("job")) != identity(job):
            raise InputError(f"{self.path}: the checkpoint of a different run; leave out --resume")
        counts = [
            [(int(found[f"{kind}{i}_at"]), found[f"{kind}{i}"]) for kind in ("fine", "coarse")]
            for i in range(len(job.bins))
        ]
        nodes = {(int(level), int(place)): x for (level, place), x in zip(found["nodes"], found["sums"], strict=True)}
        accumulator.merge(0, Part(nodes, counts, found["lost"]))
        accumulator.done.clear()
        accumulator.done.update(found["done"].tolist())
        draws = int(accumulator.counts[0].fine.sum() + accumulator.non_finite[0])
        self.note(f"continuing from {self.path}: {draws:,} draws are counted")
        return accumulator

    def save(self, accumulator: Accumulator) -> None:
        """Write the file, and replace the old one only when it is complete."""
        arrays: dict[str, Array] = {"job": np.array(identity(accumulator.job)), "lost": accumulator.non_finite}
        arrays["done"] = np.array(sorted(accumulator.done))
        arrays["nodes"], arrays["sums"] = np.array([*accumulator.sums]), np.array([*accumulator.sums.values()])
        for i, counts in enumerate(accumulator.counts):
            for kind, (start, x) in zip(("fine", "coarse"), counts.trimmed(), strict=True):
                arrays |= {f"{kind}{i}_at": np.array(start), f"{kind}{i}": x}
        new = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with new.open("wb") as file:
                np.savez(file, **arrays)  # type: ignore[arg-type]  # the stub takes an array for `allow_pickle`
            os.replace(new, self.path)
        except OSError as problem:
            with contextlib.suppress(OSError):
                new.unlink()
            raise InputError(f"{self.path}: cannot be written: {problem.strerror}") from None

    def read(self) -> dict[str, Array]:
        """The arrays in the file."""
        try:
            with self.path.open("rb") as file, np.load(file) as stored:
                return dict(stored)
        except (OSError, ValueError, EOFError, zipfile.BadZipFile):
            raise InputError(f"{self.path}: damaged; leave out --resume to start again") from None

    def end(self, job: Job) -> None:
        """Delete the file of a completed run, unless it belongs to another run."""
        with contextlib.suppress(InputError):
            if self.path.exists() and str(self.read().get("job")) == identity(job):
                self.path.unlink()


def identity(job: Job) -> str:
    """A hash of everything that determines an accumulator.

    The bins and centres, which depend on the first draws, stand for the formulas.
    """
    plan, study = job.blocks.plan, job.blocks.study
    shape = (list(job.rows), job.bins, job.centres.tolist(), job.leaf)
    return sha256(repr((study.file.digest, sorted(study.pins.items()), plan, *shape)).encode()).hexdigest()

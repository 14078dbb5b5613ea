"""The checkpoint of a run: a file with its accumulator, from which a run that was stopped is continued."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np

from mcfrontier.core.arrays import Array
from mcfrontier.core.atomic import replacement
from mcfrontier.core.errors import InputError
from mcfrontier.core.kernels.plain import COARSE_SHIFT
from mcfrontier.sampling.engine.accumulator import Accumulator, Job, Part
from mcfrontier.sampling.engine.arrays_file import Expected, read_arrays
from mcfrontier.sampling.engine.histogram import Counts
from mcfrontier.sampling.engine.pool import Segments
from mcfrontier.sampling.plan import RANDOMISATIONS

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

    def begin(self, job: Job, segments: Segments) -> Accumulator:
        """The accumulator to start with, of some of the segments of a run."""
        accumulator = Accumulator.empty(job)
        if not (self.resume and self.path.exists()):
            return accumulator
        if self.stored_identity != identity(job):
            raise InputError(f"{self.path}: the checkpoint of a different run; leave out --resume")
        with self.checked():
            restore(accumulator, read_arrays(self.path, expected_arrays(job)), segments)
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
        with replacement(self.path.parent) as new, (new / self.path.name).open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]  # the stub takes an array for `allow_pickle`

    @property
    def stored_identity(self) -> str:
        """The hash in the file of the job that it belongs to."""
        with self.checked():
            return str(read_arrays(self.path, {"job": Expected("<U64", ())})["job"])

    @contextlib.contextmanager
    def checked(self) -> Iterator[None]:
        """Raise an InputError where the file is damaged, or not a checkpoint."""
        try:
            yield
        except ValueError as problem:
            raise InputError(f"{self.path}: damaged; leave out --resume to start again ({problem})") from None

    def end(self, job: Job) -> None:
        """Delete the file of a completed run, unless it belongs to another run."""
        with contextlib.suppress(InputError):
            if self.path.exists() and self.stored_identity == identity(job):
                self.path.unlink()


def expected_arrays(job: Job) -> dict[str, Expected]:
    """The arrays of a checkpoint of a job."""
    rows, leaves = len(job.bins), -(-job.draws // job.leaf)
    found = {
        "lost": Expected("<i8", (rows,)),
        "done": Expected("<i8", (leaves,)),
        "nodes": Expected("<i8", (leaves, 2)),
        "sums": Expected("<f8", (leaves, rows, 2, RANDOMISATIONS)),
    }
    for i, counts in enumerate(Counts.empty(bins) for bins in job.bins):
        for kind, own in (("fine", counts.fine), ("coarse", counts.coarse)):
            found |= {f"{kind}{i}_at": Expected("<i8", ()), f"{kind}{i}": Expected("<i8", (own.size,))}
    return found


def restore(accumulator: Accumulator, found: Mapping[str, Array], segments: Segments) -> None:
    """Fill an empty accumulator with the arrays of a checkpoint; ValueError where they do not agree with each other."""
    job, done, nodes, lost = accumulator.job, found["done"].tolist(), found["nodes"].tolist(), found["lost"]
    if len({*done}) < len(done) or not {*done} <= {*range(len(segments))}:
        raise ValueError("it counts segments that the run does not have")
    sizes = [stop - start for start, stop in (segments[place] for place in done)]
    leaves = sum(-(-size // job.leaf) for size in sizes)
    inside = all(0 <= level < 64 and 0 <= at << level < job.draws for level, at in nodes)
    if not inside or len(found["sums"]) != len(nodes) or sum(1 << level for level, _ in nodes) != leaves:
        raise ValueError("its sums are not those of its segments")
    counts = [
        [(int(found[f"{kind}{i}_at"]), found[f"{kind}{i}"]) for kind in ("fine", "coarse")]
        for i in range(len(job.bins))
    ]
    sums = {(level, at): x for (level, at), x in zip(nodes, found["sums"], strict=True)}
    accumulator.merge(0, Part(sums, counts, lost))
    for own, missing in zip(accumulator.counts, lost, strict=True):
        check_counts(own, sum(sizes), int(missing))
    accumulator.done.clear()
    accumulator.done.update(done)


def check_counts(counts: Counts, draws: int, lost: int) -> None:
    """Refuse counts that are not of a number of draws, without those lost, spread evenly over the randomisations."""
    fine = np.zeros(len(counts.coarse) << COARSE_SHIFT, np.int64)
    fine[: counts.fine.size] = counts.fine
    by_randomisation = counts.coarse.sum(axis=0)
    if not (
        lost >= 0
        and (counts.fine >= 0).all()
        and (counts.coarse >= 0).all()
        and (fine.reshape(len(counts.coarse), -1).sum(axis=1) == counts.coarse.sum(axis=1)).all()
        and by_randomisation.sum() + lost == draws
        and (by_randomisation <= -(-draws // RANDOMISATIONS)).all()
        and (by_randomisation >= draws // RANDOMISATIONS - lost).all()
    ):
        raise ValueError("its counts are not those of its segments")


def identity(job: Job) -> str:
    """A hash of everything that determines an accumulator.

    The bins and centres, which depend on the first draws, stand for the formulas.
    """
    plan, study = job.blocks.plan, job.blocks.study
    shape = (list(job.rows), job.bins, job.centres.tolist(), job.leaf)
    return sha256(repr((study.file.digest, sorted(study.pins.items()), plan, *shape)).encode()).hexdigest()

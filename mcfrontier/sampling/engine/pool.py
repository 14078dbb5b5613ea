"""Distribution of segments of draws to the workers of a pool."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import AbstractContextManager
from typing import TypeVar

from mcfrontier.core.errors import InputError

Result = TypeVar("Result")
Work = Callable[[int, int], Result]  # computes a result from the draws between start and stop
Segment = tuple[int, int]  # start and stop
Segments = Sequence[Segment]
Pairs = Iterator[tuple[Segment, Result]]  # segments and their results, in any order

MAIN_GUARD = 'in a script of your own, call run below if __name__ == "__main__":'
SEGMENTS_PER_WORKER = 2  # submitted at once: one that is computed, one that waits


def submit_segments(
    pool: AbstractContextManager[Executor],
    worker_count: Callable[[], int],
    work: Work[Result],
    segments: Segments,
    seconds: float | None = None,
) -> Pairs[Result]:
    """Compute segments in a pool, submitted a few ahead of the results; yields each as it completes. The workers are
    counted after each result and, if stated, every few seconds."""
    remaining = iter(segments)
    pending: dict[Future[Result], Segment] = {}
    with pool as executor:
        try:
            while True:
                limit = SEGMENTS_PER_WORKER * max(1, worker_count())
                while len(pending) < limit and (segment := next(remaining, None)):
                    pending[executor.submit(work, *segment)] = segment
                if not pending:
                    return
                for future in wait(pending, seconds, FIRST_COMPLETED).done:
                    yield pending.pop(future), result_of(future)
        finally:  # after a failure, segments that wait are not computed
            for future in pending:
                future.cancel()


def result_of(future: Future[Result]) -> Result:
    """The result of a segment."""
    from concurrent.futures.process import BrokenProcessPool

    try:
        return future.result()
    except BrokenProcessPool:
        raise InputError(
            "the worker processes ended, perhaps for lack of memory: use fewer workers, and continue with --resume; "
            f"{MAIN_GUARD}"
        ) from None

"""Who works: this process, its threads, other processes, or the workers of a dask scheduler.

An engine is given what is to be done of any stretch of draws, and stretches; it yields each with what came of it, in
any order.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import AbstractContextManager
from functools import lru_cache
from types import ModuleType
from typing import TypeVar

from mcfrontier.errors import InputError, suggest

Result = TypeVar("Result")
Work = Callable[[int, int], Result]
Stretch = tuple[int, int]
GUARD = 'in a script of your own, call run below if __name__ == "__main__":'
AHEAD = 2  # stretches a worker that are handed out at once: one that it works on, one that waits


def check(engine: str, workers: int | None, scheduler: str | None) -> None:
    """Refuse an engine that cannot be, before anything is drawn."""
    if engine not in ENGINES:
        raise InputError(f"engine: unknown engine '{engine}'{suggest(str(engine), ENGINES)}")
    if workers is not None and (not isinstance(workers, int) or workers < 1):
        raise InputError(f"workers = {workers}: a whole number of 1 or more is expected")
    if scheduler is not None and not scheduler.strip():
        raise InputError("--scheduler: the address of a dask scheduler is expected, such as tcp://10.0.0.1:8786")
    if scheduler is not None and engine != "dask":
        raise InputError(f"scheduler = {scheduler}: only the engine dask has one; add --engine dask")
    if engine == "local" and workers not in (None, 1):
        raise InputError(f"workers = {workers}: the engine local has one; take --engine processes")
    if scheduler and workers:
        raise InputError(f"workers = {workers}: the scheduler at {scheduler} has its own; leave one of them out")


def worked(
    work: Work, stretches: Sequence[Stretch], engine: str, workers: int | None, scheduler: str | None
) -> Iterator[tuple[Stretch, Result]]:
    """What comes of each stretch, by an engine of the table below."""
    return ENGINES[engine](work, stretches, workers, scheduler)


def local(
    work: Work, stretches: Sequence[Stretch], workers: int | None, scheduler: None
) -> Iterator[tuple[Stretch, Result]]:
    """One after the other, here."""
    return ((stretch, work(*stretch)) for stretch in stretches)


def threads(
    work: Work, stretches: Sequence[Stretch], workers: int | None, scheduler: None
) -> Iterator[tuple[Stretch, Result]]:
    """In threads of this process: numpy lets go of the interpreter while it works."""
    from concurrent.futures import ThreadPoolExecutor

    count = workers or cores()
    return handed_out(ThreadPoolExecutor(count), lambda: count, work, stretches)


def processes(
    work: Work, stretches: Sequence[Stretch], workers: int | None, scheduler: None
) -> Iterator[tuple[Stretch, Result]]:
    """In other processes of this machine."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    count = workers or cores()
    pool = ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=end_with_parent)
    return handed_out(pool, lambda: count, Packed(work), stretches)


def end_with_parent() -> None:
    """Have a worker process end when the one that started it does, however that ended."""
    from multiprocessing import connection, parent_process
    from threading import Thread

    def end() -> None:
        connection.wait([parent_process().sentinel])
        os._exit(1)

    Thread(target=end, daemon=True).start()


def dask(
    work: Work, stretches: Sequence[Stretch], workers: int | None, scheduler: str | None
) -> Iterator[tuple[Stretch, Result]]:
    """On the workers of a dask scheduler, or of a cluster of processes that is started here."""
    from mcfrontier.engine import cluster

    return cluster.worked(Packed(work), stretches, workers, scheduler)


ENGINES = {"local": local, "threads": threads, "processes": processes, "dask": dask}


def handed_out(
    pool: AbstractContextManager[Executor], places: Callable[[], int], work: Work, stretches: Sequence[Stretch]
) -> Iterator[tuple[Stretch, Result]]:
    """Stretches handed out to a pool, a few ahead of what has come back; `places` tells how many workers it has."""
    left, out = iter(stretches), {}
    with pool as executor:
        try:
            while True:
                while len(out) < AHEAD * max(1, places()) and (stretch := next(left, None)):
                    out[executor.submit(work, *stretch)] = stretch
                if not out:
                    return
                for future in wait(out, return_when=FIRST_COMPLETED).done:
                    yield out.pop(future), result(future)
        finally:  # what waits is not worked out if what it is for has failed
            for future in out:
                future.cancel()


def result(future: Future) -> Result:
    """What came of a stretch."""
    from concurrent.futures.process import BrokenProcessPool

    try:
        return future.result()
    except BrokenProcessPool:
        raise InputError(
            f"the worker processes ended, perhaps for want of memory: take fewer, and --resume; {GUARD}"
        ) from None


class Packed:
    """Work that travels to other processes: with the functions of a user's own model, which they may not find."""

    def __init__(self, work: Work) -> None:
        import cloudpickle

        nodes = work.args[0].blocks.study.nodes.values()
        own = {sys.modules.get(node.function.__module__) for node in nodes}
        own = [module for module in own if module and is_own(module)]
        for module in own:
            cloudpickle.register_pickle_by_value(module)
        try:
            self.words = cloudpickle.dumps(work)
        finally:
            for module in own:
                cloudpickle.unregister_pickle_by_value(module)

    def __call__(self, start: int, stop: int) -> Result:
        return unpacked(self.words)(start, stop)


@lru_cache(maxsize=2)
def unpacked(words: bytes) -> Work:
    """Work that has arrived."""
    import cloudpickle

    return cloudpickle.loads(words)


def is_own(module: ModuleType) -> bool:
    """Whether a module is neither this package's nor the script that is run, which travels anyway."""
    return module.__name__.split(".")[0] not in ("mcfrontier", "__main__")


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

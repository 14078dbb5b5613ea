"""Executors: this process, its threads, other processes, or the workers of a dask scheduler.

An executor applies a function to segments of draws, and yields each segment with its result, in any order.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import lru_cache, partial
from types import ModuleType
from typing import Generic

import numpy as np

from mcfrontier.core.errors import InputError, suggest
from mcfrontier.core.registry import function_at
from mcfrontier.core.version import computing_versions
from mcfrontier.sampling.engine import ENGINES
from mcfrontier.sampling.engine.pool import Pairs, Result, Segments, Work, submit_segments

Note = Callable[[str], None]  # receives a message while a run goes on


def no_note(text: str) -> None:
    """Discard a message."""


def check(engine: str, workers: int | None, scheduler: str | None) -> None:
    """Refuse an invalid engine before anything is sampled."""
    if not isinstance(engine, str) or engine not in ENGINES:
        raise InputError(f"engine: unknown engine '{engine}'{suggest(str(engine), ENGINES)}")
    if workers is not None and (not isinstance(workers, int | np.integer) or workers < 1):
        raise InputError(f"workers = {workers}: a whole number of 1 or more is expected")
    if scheduler is not None and not scheduler.strip():
        raise InputError("--scheduler: the address of a dask scheduler is expected, such as tcp://10.0.0.1:8786")
    if scheduler is not None and engine != "dask":
        raise InputError(f"scheduler = {scheduler}: only the engine dask has one; add --engine dask")
    if engine == "local" and workers not in (None, 1):
        raise InputError(f"workers = {workers}: the engine local has one; use --engine processes")
    if scheduler and workers:
        raise InputError(f"workers = {workers}: the scheduler at {scheduler} has its own; leave one of them out")


def executor(engine: str) -> Callable[[Work[Result], Segments, int | None, str | None, Note], Pairs[Result]]:
    """The executor of a name."""
    return function_at(ENGINES[engine])


def local(
    work: Work[Result], segments: Segments, workers: int | None, scheduler: str | None, note: Note
) -> Pairs[Result]:
    """In this process, one segment after the other."""
    return ((segment, work(*segment)) for segment in segments)


def threads(
    work: Work[Result], segments: Segments, workers: int | None, scheduler: str | None, note: Note
) -> Pairs[Result]:
    """In threads of this process: numpy releases the lock of the interpreter while it computes."""
    from concurrent.futures import ThreadPoolExecutor

    count = workers or processor_count()
    return submit_segments(ThreadPoolExecutor(count), lambda: count, work, segments)


def processes(
    work: Work[Result], segments: Segments, workers: int | None, scheduler: str | None, note: Note
) -> Pairs[Result]:
    """In other processes of this machine."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    count = workers or processor_count()
    pool = ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=end_with_parent)
    return submit_segments(pool, lambda: count, PickledWork(work), segments)


def end_with_parent() -> None:
    """Make a worker process end with the process that started it, however that ends."""
    from multiprocessing import connection, parent_process
    from threading import Thread

    parent = parent_process()
    if parent is None:
        return

    def end(sentinel: int) -> None:
        connection.wait([sentinel])
        os._exit(1)

    Thread(target=end, args=(parent.sentinel,), daemon=True).start()


def dask(
    work: Work[Result], segments: Segments, workers: int | None, scheduler: str | None, note: Note
) -> Pairs[Result]:
    """On the workers of a dask scheduler, or of a cluster of processes that is started here."""
    from mcfrontier.sampling.engine import dask_executor

    return dask_executor.dask_segments(PickledWork(work), segments, workers, scheduler, note)


class PickledWork(Generic[Result]):
    """A function for other processes, pickled together with the functions of a user's own model.

    A worker might be unable to import the module of these. A worker with other versions is refused.
    """

    def __init__(self, work: Work[Result]) -> None:
        import cloudpickle

        self.versions = dict(computing_versions())
        modules = own_modules(work)
        for module in modules:
            cloudpickle.register_pickle_by_value(module)
        try:
            self.pickle: bytes = cloudpickle.dumps(work)
        finally:
            for module in modules:
                cloudpickle.unregister_pickle_by_value(module)

    def __call__(self, start: int, stop: int) -> Result:
        for name, here in computing_versions().items():
            if here != self.versions[name]:
                raise InputError(
                    f"--engine dask: a worker has {name} {here}, and the process that started the run "
                    f"{self.versions[name]}; install the same versions on all machines"
                )
        work: Work[Result] = unpickled(self.pickle)
        return work(start, stop)


@lru_cache(maxsize=2)
def unpickled(pickle: bytes) -> Work[Result]:
    """The function in a pickle."""
    import cloudpickle

    values: Work[Result] = cloudpickle.loads(pickle)
    return values


def own_modules(work: Work[Result]) -> list[ModuleType]:
    """The modules of a user's own nodes, without the script, whose functions are pickled anyway."""
    nodes = work.args[0].blocks.study.nodes.values() if isinstance(work, partial) else ()
    modules = {sys.modules.get(node.function.__module__) for node in nodes}
    return [each for each in modules if each and each.__name__.split(".")[0] not in ("mcfrontier", "__main__")]


def processor_count() -> int:
    """The number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

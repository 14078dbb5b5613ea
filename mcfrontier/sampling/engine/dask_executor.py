"""The dask executor: on a running scheduler, or on a cluster of processes that is started here."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mcfrontier.core.errors import InputError
from mcfrontier.sampling.engine.pool import MAIN_GUARD, Pairs, Result, Segments, Work, submit_segments

if TYPE_CHECKING:
    from distributed import Client

SCHEDULER_TIMEOUT = "10s"  # for the answer of a scheduler


def dask_segments(work: Work[Result], segments: Segments, workers: int | None, scheduler: str | None) -> Pairs[Result]:
    """Compute segments; a segment of a lost worker is computed again by another one."""
    try:
        from distributed import KilledWorker
        from distributed.comm.core import CommClosedError
    except ImportError:
        raise InputError("--engine dask: dask is not installed; pip install 'mcfrontier[dask]'") from None
    for name in [name for name in logging.root.manager.loggerDict if name.split(".")[0] == "distributed"]:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)  # failures are reported in one line instead
    with client_of(scheduler, workers) as client:
        executor = client.get_executor(pure=False)
        try:
            yield from submit_segments(executor, lambda: len(client.nthreads()), work, segments)
        except KilledWorker:
            raise InputError(
                "--engine dask: several workers ended on the same draws, perhaps for lack of memory; give them more, "
                "and continue with --resume"
            ) from None
        except (OSError, CancelledError, asyncio.CancelledError) as problem:
            if getattr(problem, "errno", None) is not None and not isinstance(problem, CommClosedError):
                raise  # raised by a formula
            place = scheduler or "the scheduler that was started here"
            raise InputError(f"--engine dask: {place} is gone; start one again, and continue with --resume") from None


@contextmanager
def client_of(scheduler: str | None, workers: int | None) -> Iterator[Client]:
    """A client of a scheduler, or of a cluster that ends with the client."""
    from distributed import Client, LocalCluster

    if not scheduler:
        try:
            cluster = LocalCluster(workers, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0")
        except RuntimeError:
            raise InputError(f"--engine dask: its processes do not start; {MAIN_GUARD}") from None
        with cluster, Client(cluster) as client:
            yield client
        return
    try:
        client = Client(scheduler, timeout=SCHEDULER_TIMEOUT)
    except (OSError, ValueError) as problem:
        raise InputError(
            f"--scheduler {scheduler}: no dask scheduler answers there ({type(problem).__name__}); start one with "
            "`dask scheduler`, and give its address, such as tcp://10.0.0.1:8786"
        ) from None
    with client:
        yield client

"""Work on the workers of a dask scheduler: one that is running, or a cluster of processes that is started here."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mcfrontier.engine.pools import GUARD, Result, Stretch, Work, handed_out
from mcfrontier.errors import InputError

if TYPE_CHECKING:
    from distributed import Client

PATIENCE = "10s"  # for a scheduler to answer


def worked(
    work: Work, stretches: Sequence[Stretch], workers: int | None, scheduler: str | None
) -> Iterator[tuple[Stretch, Result]]:
    """What comes of each stretch. One that was with a worker that is gone is done anew by another."""
    try:
        from distributed import KilledWorker
        from distributed.comm import CommClosedError
    except ImportError:
        raise InputError("--engine dask: dask is not installed; pip install 'mcfrontier[dask]'") from None
    for name in [name for name in logging.root.manager.loggerDict if name.split(".")[0] == "distributed"]:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)  # what matters of it is told in one line
    with client_of(scheduler, workers) as client:
        executor = client.get_executor(pure=False)
        try:
            yield from handed_out(executor, lambda: len(client.nthreads()), work, stretches)
        except KilledWorker:
            told = "worker after worker ended on the same draws, perhaps for want of memory; give them more"
            raise InputError(f"--engine dask: {told}, and go on with --resume") from None
        except (OSError, CancelledError, asyncio.CancelledError) as problem:
            if getattr(problem, "errno", None) is not None and not isinstance(problem, CommClosedError):
                raise  # a formula's own
            told = scheduler or "the scheduler that was started here"
            raise InputError(f"--engine dask: {told} is gone; start one again, and go on with --resume") from None


@contextmanager
def client_of(scheduler: str | None, workers: int | None) -> Iterator[Client]:
    """A client of a scheduler, or of a cluster that goes when it does."""
    from distributed import Client, LocalCluster

    if not scheduler:
        try:
            cluster = LocalCluster(workers, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0")
        except RuntimeError:
            raise InputError(f"--engine dask: its processes do not start; {GUARD}") from None
        with cluster, Client(cluster) as client:
            yield client
        return
    try:
        client = Client(scheduler, timeout=PATIENCE)
    except (OSError, ValueError) as problem:
        raise InputError(
            f"--scheduler {scheduler}: no dask scheduler answers there ({type(problem).__name__}); start one with "
            "`dask scheduler`, and give its address, such as tcp://10.0.0.1:8786"
        ) from None
    with client:
        yield client

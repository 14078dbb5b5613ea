"""The dask executor: on a running scheduler, or on a cluster of processes that is started here."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mcfrontier.core import limits
from mcfrontier.core.atomic import scratch_folder
from mcfrontier.core.errors import InputError, requires
from mcfrontier.sampling.engine.pool import MAIN_GUARD, Pairs, Result, Segments, Work, submit_segments

if TYPE_CHECKING:
    from distributed import Client, LocalCluster

EXTRA = "'mcfrontier[dask]'"  # that installs what is needed here
NO_KEY = "the configuration of dask has no certificate and key for it; set distributed.comm.tls: see docs/cluster.md"
SCHEDULER_TIMEOUT = "10s"  # for the answer of a scheduler
CHECK_SECONDS = 1  # between two looks at the workers
NOTE_SECONDS = 5  # without workers, before a note
NO_ROUTES: dict[str, object] = {"distributed.scheduler.http.routes": [], "distributed.worker.http.routes": []}


class WorkerCount:
    """The number of workers of a scheduler. After some seconds of calls without workers there is a note, and in the end
    an InputError."""

    def __init__(self, client: Client, place: str, note: Callable[[str], None]) -> None:
        self.client, self.place, self.note = client, place, note
        self.since: float | None = None  # when it was first seen without workers
        self.noted = False

    def __call__(self) -> int:
        count, now = len(self.client.nthreads()), time.monotonic()
        self.since = None if count else now if self.since is None else self.since
        waited = 0.0 if self.since is None else now - self.since
        if waited >= limits.WORKER_SECONDS:
            raise InputError(
                f"--engine dask: {self.place} has had no workers for {limits.WORKER_SECONDS} seconds; start some with "
                "`dask worker ADDRESS`, with the same version of mcfrontier, and continue with --resume"
            )
        if waited >= NOTE_SECONDS and not self.noted:
            self.noted = True
            self.note(f"{self.place} has no workers; waiting for one, up to {limits.WORKER_SECONDS} seconds")
        return count


def dask_segments(
    work: Work[Result],
    segments: Segments,
    workers: int | None,
    scheduler: str | None,
    note: Callable[[str], None],
) -> Pairs[Result]:
    """Compute segments; a segment of a lost worker is computed again by another one."""
    with requires("--engine dask", EXTRA):
        from distributed import KilledWorker
        from distributed.comm.core import CommClosedError
    place = scheduler or "the scheduler that was started here"
    for name in [name for name in logging.root.manager.loggerDict if name.split(".")[0] == "distributed"]:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)  # failures are reported in one line instead
    with client_of(scheduler, workers) as client:
        executor = client.get_executor(pure=False)
        try:
            count = WorkerCount(client, place, note)
            yield from submit_segments(executor, count, work, segments, CHECK_SECONDS)
        except KilledWorker:
            raise InputError(
                "--engine dask: several workers ended on the same draws, perhaps for lack of memory; give them more, "
                "and continue with --resume"
            ) from None
        except (OSError, CancelledError, asyncio.CancelledError) as problem:
            if getattr(problem, "errno", None) is not None and not isinstance(problem, CommClosedError):
                raise  # raised by a formula
            raise InputError(f"--engine dask: {place} is gone; start one again, and continue with --resume") from None


@contextmanager
def client_of(scheduler: str | None, workers: int | None) -> Iterator[Client]:
    """A client of a scheduler, or of a cluster that ends with the client."""
    from distributed import Client

    if not scheduler:
        with local_cluster(workers) as cluster, Client(cluster) as client:
            yield client
        return
    try:
        client = Client(scheduler, timeout=SCHEDULER_TIMEOUT)
    except TypeError:  # without the certificates of tls://
        raise InputError(f"--scheduler {scheduler}: {NO_KEY}") from None
    except (OSError, ValueError) as problem:
        raise InputError(
            f"--scheduler {scheduler}: no dask scheduler answers there ({type(problem).__name__}); start one with "
            "`dask scheduler`, and give its address, such as tcp://10.0.0.1:8786"
        ) from None
    with client:
        yield client


@contextmanager
def local_cluster(workers: int | None) -> Iterator[LocalCluster]:
    """A scheduler and workers on this machine.

    Whoever can connect to one of their ports can run code in it, so each side has to prove by TLS that it has the key,
    which is made here. There are no pages over HTTP.
    """
    import dask
    from distributed import LocalCluster
    from distributed.security import Security

    with requires("--engine dask", EXTRA):
        import cryptography  # noqa: F401 - for the keys
    security = Security.temporary()
    with (
        scratch_folder() as place,  # which other users cannot enter
        dask.config.set(NO_ROUTES | {"temporary-directory": str(place)}),
    ):
        try:
            cluster = LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                host="127.0.0.1",
                dashboard_address="127.0.0.1:0",
                scheduler_kwargs={"dashboard": False},
                security=security,
                protocol="tls",
            )
        except RuntimeError:
            raise InputError(f"--engine dask: its processes do not start; {MAIN_GUARD}") from None
        with cluster:
            yield cluster

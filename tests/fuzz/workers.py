"""Worker processes for many cases, and a watchdog that ends one which hangs."""

from __future__ import annotations

import multiprocessing
import traceback
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any

from tests.fuzz.case import Case
from tests.fuzz.observe import MAX_SECONDS

PATIENCE = 4 * MAX_SECONDS  # seconds after which a worker is ended: a case has up to three commands


def findings(cases: Sequence[Case], count: int) -> Iterator[tuple[Case, list[str]]]:
    """The findings of each case, in any order, from `count` processes."""
    waiting, busy = [*cases][::-1], dict[Connection, tuple[Any, Case]]()
    idle = [start() for _ in range(min(count, len(cases)))]
    while waiting or busy:
        while waiting and idle:
            process, pipe = idle.pop()
            case = waiting.pop()
            pipe.send(case)
            busy[pipe] = process, case
        for pipe in wait([*busy], PATIENCE) or [*busy]:
            process, case = busy.pop(pipe)
            try:
                found = pipe.recv() if pipe.poll() else [f"case {case.number}: the process hangs"]
                idle.append((process, pipe))
                if not process.is_alive() or "the process hangs" in "".join(found):
                    raise EOFError
            except EOFError:
                process.kill()
                process.join()
                found = [f"case {case.number} of seed {case.seed} ({case.kind}): the process ended: {process.exitcode}"]
                idle = [each for each in idle if each[0] is not process] + [start()]
            yield case, found
    for process, pipe in idle:
        pipe.send(None)
        process.join()


def start() -> tuple[Any, Connection]:
    """A process, and the pipe to it."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=work, args=(there,), daemon=True)
    process.start()
    there.close()
    return process, here


def work(pipe: Connection) -> None:
    """Run the cases that come through a pipe."""
    while case := pipe.recv():
        try:
            pipe.send(case.findings)
        except Exception:
            pipe.send([f"case {case.number} of seed {case.seed} cannot be made: {traceback.format_exc()}"])

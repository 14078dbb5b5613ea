"""Signals that stop a process, as exceptions, so that what is unfinished is cleaned up; and their deferral."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

STOPPING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
Handlers = Mapping[int, Any]  # a function, or signal.SIG_DFL


class Stopped(KeyboardInterrupt):
    """A signal asked this process to end."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


def stop(number: int, frame: object) -> None:
    """Handle a signal."""
    raise Stopped(number)


@contextmanager
def raised() -> Iterator[None]:
    """Raise Stopped on SIGTERM and SIGHUP, as Python itself raises KeyboardInterrupt on Ctrl-C; a signal that is
    ignored, as by nohup, stays so."""
    with replaced({number: stop for number in STOPPING if signal.getsignal(number) is signal.SIG_DFL}):
        yield


@contextmanager
def deferred() -> Iterator[Callable[[], None]]:
    """Defer signals that would raise an exception to the end of the block; yields a function that raises them.

    For calls of libraries that an exception in between would leave in disorder, and for sequences that are completed
    once they are begun.
    """
    received: list[int] = []
    handlers = {number: handler for number in STOPPING if callable(handler := signal.getsignal(number))}

    def check() -> None:
        if received:
            number = received.pop()
            handlers[number](number, None)

    def receive(number: int, frame: object) -> None:
        received.append(number)

    try:
        with replaced(dict.fromkeys(handlers, receive)):
            yield check
    finally:
        check()


@contextmanager
def replaced(handlers: Handlers) -> Iterator[None]:
    """Replace the handlers of signals; only the main thread has any."""
    if threading.current_thread() is not threading.main_thread():
        handlers = {}
    before: dict[int, Any] = {}
    try:
        for number, handler in handlers.items():
            before[number] = signal.getsignal(number)
            signal.signal(number, handler)
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

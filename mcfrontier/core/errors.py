"""Errors in the user's input. Any other exception is a bug of this package."""

import errno
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from mcfrontier.core.printable import message_line

# of a file that cannot be written for a reason that lies outside of this package: a full disk, a disk that fails
WRITE_ERRORS = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EIO, errno.EROFS, errno.ESTALE)


class InputError(Exception):
    """An input cannot be used. The message is one line: where, which, what is wrong, and how to correct it.

    Parameters
    ----------
    message : str
        Line breaks become spaces, hidden characters are made visible, and the middle of a long message is left out.

    Examples
    --------
    >>> mcf.load("gtp4")
    Traceback (most recent call last):
    mcfrontier.core.errors.InputError: ...did you mean 'gpt4'?
    """

    def __init__(self, message: str) -> None:
        super().__init__(message_line(message))


class TooFewDraws(InputError):
    """An input error that more draws may resolve."""


@contextmanager
def located(place: str) -> Iterator[None]:
    """Prefix the message of an input error with the place of the input."""
    try:
        yield
    except InputError as problem:
        raise type(problem)(f"{place}: {problem}") from None


@contextmanager
def requires(what: str, install: str) -> Iterator[None]:
    """Refuse what imports a package that is not installed; `install` are the arguments of the pip command."""
    try:
        yield
    except ImportError as problem:
        raise InputError(f"{what}: requires {problem.name}; pip install {install}") from None


def suggest(word: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown name: the most similar known one, or the
    shortest that begins with it; otherwise all names of a short list."""
    from difflib import get_close_matches

    known = sorted(known)
    folded = {name.casefold(): name for name in known}
    start = word[:100].casefold()
    near = get_close_matches(start, folded, n=1, cutoff=0.6)
    if beginning := [name for name in folded if start and name.startswith(start)]:
        near = [name for name in near if name in beginning] or [min(beginning, key=len)]
    if near:
        return f"; did you mean '{folded[near[0]]}'?"
    return f"; known: {', '.join(known)}" if 0 < len(known) <= 12 else ""


def check_docstrings() -> None:
    """Refuse to work where Python has removed the docstrings, which are texts of help, files and reports."""
    if check_docstrings.__doc__ is None:
        raise InputError(
            "docstrings are texts of help, files and reports here, and python -OO or PYTHONOPTIMIZE=2 removes them; "
            "run without it"
        )

"""The two kinds of failure: InputError is the analyst's, every other exception is ours."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager


class InputError(Exception):
    """Something that was stated cannot be used. One line: where, which, what, the mend."""


class TooFewDraws(InputError):
    """The same, where more draws may mend it."""


@contextmanager
def located(place: str) -> Iterator[None]:
    """Put the place in front of what is said of anything stated there."""
    try:
        yield
    except InputError as problem:
        raise type(problem)(f"{place}: {problem}") from None


def suggest(word: str, known: Iterable[str]) -> str:
    """The tail of a message about an unknown word: the nearest known one, or else all of a short list."""
    from difflib import get_close_matches

    known = sorted(known)
    folded = {name.casefold(): name for name in known}
    near = get_close_matches(word[:100].casefold(), folded, n=1, cutoff=0.6)
    if near:
        return f"; did you mean '{folded[near[0]]}'?"
    return f"; known: {', '.join(known)}" if 0 < len(known) <= 12 else ""

"""What two manifests say differently, by name and by word."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

BELIEFS = ("inputs", "correlation", "correlation_kind", "same", "evidence", "dimensions")  # what percentiles come from
OF = {  # keys of a manifest, as a reader is told them
    "inputs": "priors",
    "correlation_kind": "kind of correlation",
    "page": "priors file",
    "sobol_dimensions": "Sobol dimension",
    "priors_sha256": "priors",
}
SHOWN = 4  # words and numbers of a list or an entry that are told
LONG = 60  # letters of a text that are told
APART = ("source", "note", "stated_in", "about")  # words of an entry that are left out where it is told in a line


class Change(NamedTuple):
    """A word that differs: of which key of the manifest, of what name in it, and what it was and is; None where it was
    not there."""

    of: str
    name: str
    word: str
    before: Any
    after: Any

    @property
    def told(self) -> str:
        """It in a line: priors: gpu_price: p95 45000 -> 50000."""
        place = f"{OF.get(self.of, self.of)}: {self.name}: " if self.name else f"{OF.get(self.of, self.of)}: "
        word = f"{self.word} " if self.word else ""
        if self.before is None:
            return f"{place}{word}added: {short(self.after)}"
        if self.after is None:
            return f"{place}{word}taken out: {short(self.before)}"
        if isinstance(self.before, str) and isinstance(self.after, str):
            return f"{place}{word}{' -> '.join(texts(self.before, self.after))}"
        if isinstance(self.before, list) and isinstance(self.after, list):
            return f"{place}{word}{lists(self.before, self.after)}"
        return f"{place}{word}{short(self.before)} -> {short(self.after)}"


def changes(before: Path, after: Path) -> list[Change]:
    """What differs between two manifests. A key that only one of them has is of another version, and tells nothing."""
    old, new = (msgspec.json.decode(path.read_bytes()) for path in (before, after))
    shared = [of for of in new if of in old and of != "files"]  # which are compared themselves
    found = [change for of in shared for change in steps(of, (), old[of], new[of])]
    found = [c for c in found if c.of != "sobol_dimensions" or None not in (c.before, c.after)]  # told as an input
    if any(change.of in BELIEFS or change.name == "targets" for change in found):
        return [change for change in found if change.of != "priors_sha256"]
    unneeded = "entries that this run does not need"
    return [Change(c.of, unneeded, "hash", c.before[:8], c.after[:8]) if c.of == "priors_sha256" else c for c in found]


def steps(of: str, way: tuple[str, ...], before: Any, after: Any) -> Iterator[Change]:
    """The words that differ in a key of two manifests, entry by entry."""
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for name in dict.fromkeys((*before, *after)):
            yield from steps(of, (*way, name), before.get(name), after.get(name))
        return
    name, *words = way or ("",)
    yield Change(of, name, " ".join(words), before, after)


def short(value: Any) -> str:
    """A value of a manifest in a few words."""
    if isinstance(value, dict):
        words = [f"{word} {short(each)}" for word, each in value.items() if word not in APART]
        return ", ".join(words)
    if isinstance(value, list):
        return f"[{', '.join(map(short, value[:SHOWN]))}{', ...' if len(value) > SHOWN else ''}]"
    return cut(value) if isinstance(value, str) else str(value)


def texts(before: str, after: str) -> tuple[str, str]:
    """Two texts, long ones from the word on where they begin to differ."""
    alike = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), 0)
    start = before.rfind(" ", 0, alike) + 1 if max(len(before), len(after)) > LONG else 0
    return cut(before[start:], "... " if start else ""), cut(after[start:], "... " if start else "")


def cut(text: str, head: str = "") -> str:
    """A text in quotes if it has several words, a long one without its end."""
    told = head + (text if len(text) <= LONG else f"{text[:LONG].rstrip()} ...")
    return f'"{told}"' if " " in told else told


def lists(before: list, after: list) -> str:
    """How two lists differ: what was added and taken out of words, how many of numbers changed."""
    if all(isinstance(each, str) for each in (*before, *after)) and {*before} != {*after}:
        gone = [f"{each} taken out" for each in before if each not in after]
        return ", ".join([*(f"{each} added" for each in after if each not in before), *gone])
    if len(before) != len(after):
        return f"{len(before)} values -> {len(after)}"
    if max(len(before), len(after)) <= SHOWN:
        return f"{short(before)} -> {short(after)}"
    pairs = [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]]
    return f"{len(pairs)} of {len(before)} values, the first {short(pairs[0][0])} -> {short(pairs[0][1])}"

"""The differences between two manifests, by key, name and word."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from mcfrontier.outputs.folder.files import read_object

PRIORS_KEYS = (
    "inputs",
    "correlation",
    "correlation_kind",
    "same",
    "stated_formulas",
    "evidence",
    "given",
    "dimensions",
)  # keys that results depend on
KEY_NAMES = {  # keys of a manifest that have another name in messages
    "inputs": "priors",
    "stated_formulas": "formulas",
    "correlation_kind": "kind of correlation",
    "page": "priors file",
    "sobol_dimensions": "Sobol dimension",
    "priors_sha256": "priors",
}
MAX_ITEMS = 4  # of a list in a message
MAX_TEXT = 60  # characters of a text in a message
OMITTED_WORDS = ("source", "note", "stated_in", "about")  # words of an entry that messages leave out


class Change(NamedTuple):
    """A difference between two manifests: the key `of` the manifest, the name and the word in it, and the values before
    and after, None where there is none."""

    of: str
    name: str
    word: str
    before: Any
    after: Any

    @property
    def text(self) -> str:
        """The change in one line: priors: gpu_price: p95 45000 -> 50000."""
        place = f"{KEY_NAMES.get(self.of, self.of)}: " + (f"{self.name}: " if self.name else "")
        word = f"{self.word} " if self.word else ""
        if self.before is None:
            return f"{place}{word}added: {short(self.after)}"
        if self.after is None:
            return f"{place}{word}removed: {short(self.before)}"
        if isinstance(self.before, str) and isinstance(self.after, str):
            return f"{place}{word}{' -> '.join(text_difference(self.before, self.after))}"
        if isinstance(self.before, list) and isinstance(self.after, list):
            return f"{place}{word}{list_difference(self.before, self.after)}"
        return f"{place}{word}{short(self.before)} -> {short(self.after)}"


def changes(before: Path, after: Path) -> list[Change]:
    """The differences between two manifests, without keys that only one version of mcfrontier writes."""
    old, new = (read_object(path) for path in (before, after))
    shared = [key for key in new if key in old and key != "files"]  # the files themselves are compared
    found = [change for key in shared for change in differences(key, (), old[key], new[key])]
    found = [c for c in found if c.of != "sobol_dimensions" or None not in (c.before, c.after)]  # reported as an input
    if any(change.of in PRIORS_KEYS or change.name == "targets" for change in found):
        return [change for change in found if change.of != "priors_sha256"]
    unneeded = "entries that this run does not need"
    return [Change(c.of, unneeded, "hash", c.before[:8], c.after[:8]) if c.of == "priors_sha256" else c for c in found]


def differences(key: str, path: tuple[str, ...], before: Any, after: Any) -> Iterator[Change]:
    """The differences between two values of a key, entry by entry; `path` leads to the values."""
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for name in dict.fromkeys((*before, *after)):
            yield from differences(key, (*path, name), before.get(name), after.get(name))
        return
    name, *words = path or ("",)
    yield Change(key, name, " ".join(words), before, after)


def short(value: Any) -> str:
    """A value of a manifest in one line."""
    if isinstance(value, dict):
        return ", ".join(f"{word} {short(each)}" for word, each in value.items() if word not in OMITTED_WORDS)
    if isinstance(value, list):
        return f"[{', '.join(map(short, value[:MAX_ITEMS]))}{', ...' if len(value) > MAX_ITEMS else ''}]"
    return cut(value) if isinstance(value, str) else str(value)


def text_difference(before: str, after: str) -> tuple[str, str]:
    """Two texts; long ones from the word at which they begin to differ."""
    common = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), 0)
    start = before.rfind(" ", 0, common) + 1 if max(len(before), len(after)) > MAX_TEXT else 0
    return cut(before[start:], "... " if start else ""), cut(after[start:], "... " if start else "")


def cut(text: str, head: str = "") -> str:
    """A text, in quotes if it has several words; a long one without its end."""
    short_text = head + (text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT].rstrip()} ...")
    return f'"{short_text}"' if " " in short_text else short_text


def list_difference(before: list[Any], after: list[Any]) -> str:
    """The difference between two lists: the words added and removed, or the number of values that changed."""
    if all(isinstance(each, str) for each in (*before, *after)) and {*before} != {*after}:
        removed = [f"{each} removed" for each in before if each not in after]
        return ", ".join([*(f"{each} added" for each in after if each not in before), *removed])
    if len(before) != len(after):
        return f"{len(before)} values -> {len(after)}"
    if len(before) <= MAX_ITEMS:
        return f"{short(before)} -> {short(after)}"
    pairs = [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]]
    return f"{len(pairs)} of {len(before)} values, the first {short(pairs[0][0])} -> {short(pairs[0][1])}"

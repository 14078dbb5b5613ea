"""Run commands in this process and list what is wrong with what they did: the findings."""

from __future__ import annotations

import contextlib
import gc
import hashlib
import io
import json
import os
import resource
import signal
import stat
import sys
import tempfile
import time
import traceback
import unicodedata
import warnings
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from mcfrontier.cli import main
from mcfrontier.core.limits import MESSAGE_LENGTH

MAX_PROCESSOR_SECONDS, MAX_SECONDS = 30, 120  # of a command: three times the longest, `run laws`, for a busy machine
MAX_BYTES = 2 * 2**30  # of memory that a command takes
MAX_LINE = MESSAGE_LENGTH + 100  # letters of a line on standard error
SECRET = "secret.bin"  # a file that no command may read
INVISIBLE = {"\u2028", "\u2029", *map(chr, [*range(0x202A, 0x202F), *range(0x2066, 0x206A)])}
RESULTS = {"verify", "reproduce"}  # commands of which exit status 1 is a result
SEVERAL_LINES = {"check", "import"}  # commands that report one line for each file, or for each row


class TooLong(BaseException):
    """A command takes too long."""


class Observed(NamedTuple):
    """What a command did."""

    arguments: list[str]
    code: int | str
    out: str
    err: str
    seconds: float
    findings: list[str]


def observe(arguments: list[str]) -> Observed:
    """Run a command in the working directory."""
    before, start = snapshot(), time.process_time()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    out, err, problem, code = io.StringIO(), io.StringIO(), "", 0
    with warnings.catch_warnings(record=True) as caught, limits(), stray_text() as stray:
        warnings.simplefilter("always")
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                main(arguments)
        except SystemExit as end:
            code = end.code
        except TooLong:
            problem = f"takes longer than {MAX_PROCESSOR_SECONDS} s of processor time, or {MAX_SECONDS} s: {place()}"
        except BaseException as error:
            problem = f"{type(error).__name__}: {str(error)[:200]!r}: {place()}"
        finally:
            gc.unfreeze()
            gc.enable()
    seconds = time.process_time() - start
    found = [problem] if problem else of_code(arguments, code, err.getvalue())
    found += dict.fromkeys(
        f"warning: {each.category.__name__}: {str(each.message)[:200]}: {Path(each.filename).name}:{each.lineno}"
        for each in caught
    )
    found += [f"written past sys.stderr: {text[:200]!r}" for text in stray if text.strip()]
    found += of_text("stdout", out.getvalue()) + of_text("stderr", err.getvalue())
    if {"--json", "json"} & {*arguments} and code in (0, 1) and not {"--help", "--to"} & {*arguments}:
        found += of_json(out.getvalue())
    found += of_files(arguments, before, snapshot(), code == 2 or bool(problem))
    if resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory > MAX_BYTES // 1024:
        found.append("takes more than 2 GB")
    return Observed(arguments, problem or code, out.getvalue(), err.getvalue(), seconds, found)


def place() -> str:
    """The innermost lines of this package, and the innermost line at all, of the exception being handled."""
    frames = traceback.extract_tb(sys.exc_info()[2])
    own = [frame for frame in frames if "/mcfrontier/" in frame.filename][-2:]
    return " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in [*frames[-1:], *own[::-1]])


def of_code(arguments: list[str], code: int | str | None, err: str) -> list[str]:
    """Findings about the exit status and the lines on standard error."""
    name = arguments[0] if arguments else ""
    if code not in ((0, 1, 2) if name in RESULTS else (0, 2)):
        return [f"exit status {code}"]
    lines = [line for line in err.split("\n")[:-1] if not line.startswith(("note: ", "info: ", "warning: "))]
    errors = [line for line in lines if line.startswith("mcfrontier: ")]
    found = [f"a line that is no message: {line[:200]!r}" for line in lines if line not in errors]
    if code != 2 and errors:
        found.append(f"exit status {code} with an error: {errors[0][:200]!r}")
    if code == 2 and name not in SEVERAL_LINES and len(errors) != 1:
        found.append(f"exit status 2 with {len(errors)} lines of error")
    if any(len(line) > MAX_LINE for line in err.split("\n")):
        found.append(f"a line of more than {MAX_LINE} letters on stderr: {err[:100]!r}")
    return found


def of_text(stream: str, text: str) -> list[str]:
    """Control characters that reach a terminal."""
    odd = {letter for letter in set(text) if unicodedata.category(letter) in ("Cc", "Cs") or letter in INVISIBLE}
    if not (odd := odd - {"\n"}):
        return []
    at = min(text.index(letter) for letter in odd)
    return [f"control characters on {stream}: {sorted(odd)!r} in {text[max(0, at - 60) : at + 20]!r}"]


def of_json(text: str) -> list[str]:
    """Output that is not JSON, which has no NaN."""

    def refuse(word: str) -> None:
        raise ValueError(f"{word} is no number")

    try:
        json.loads(text, parse_constant=refuse)
    except ValueError as problem:
        return [f"not JSON: {problem}: {text[:200]!r}"]
    return []


def of_files(arguments: list[str], before: dict[str, str], after: dict[str, str], refused: bool) -> list[str]:
    """Findings about the files that a command left or changed."""
    changed = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    own = [] if refused else written(arguments)

    def what(name: str) -> str:
        return "removed" if name not in after else "changed" if name in before else "left"

    return [
        f"{what(name)} {name[:100]!r}"
        for name in changed
        if Path(name).name.startswith(".") or name.startswith("tmp/") or not name.startswith(tuple(own))
    ]


def written(arguments: list[str]) -> list[str]:
    """The beginnings of the names of files that a command may write."""
    pairs = [*pairwise(arguments), *(each.split("=", 1) for each in arguments if "=" in each)]
    named = [
        Path(os.path.relpath(path))
        for option, path in pairs
        if option in ("--out", "--ledger") and path and "\0" not in path
    ]
    named += [Path("reports"), Path("ledger.csv")]
    targets = [os.path.relpath(os.path.realpath(path)) for path in named]  # of links, which are written through
    return [*map(str, named), *targets, *(str(each) for path in named for each in path.parents[:-1])]


def snapshot() -> dict[str, str]:
    """What is in the working directory: the content of each file by its name."""
    found = {}
    for folder, folders, files in os.walk("."):
        for name in (*folders, *files):
            path = os.path.relpath(os.path.join(folder, name))
            mode = os.lstat(path).st_mode
            if name == SECRET:
                found[path] = str(os.lstat(path).st_atime)
            elif stat.S_ISREG(mode):
                with open(path, "rb") as file:
                    found[path] = hashlib.file_digest(file, "md5").hexdigest()
            else:
                found[path] = os.readlink(path) if stat.S_ISLNK(mode) else f"{stat.S_IFMT(mode)}"
    return {name: content for name, content in found.items() if name != "tmp"}


@contextlib.contextmanager
def limits() -> Iterator[None]:
    """Limit time and memory, and give a folder of its own to temporary files."""

    def stop(*_: object) -> None:
        raise TooLong

    old = resource.getrlimit(resource.RLIMIT_AS)
    own_folder, tempfile.tempdir = tempfile.tempdir, os.path.abspath("tmp")
    os.makedirs("tmp", exist_ok=True)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    handlers = {each: signal.signal(each, stop) for each in (signal.SIGALRM, signal.SIGPROF)}
    try:
        resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + MAX_BYTES, old[1]))
        signal.setitimer(signal.ITIMER_REAL, MAX_SECONDS)
        signal.setitimer(signal.ITIMER_PROF, MAX_PROCESSOR_SECONDS)
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.setitimer(signal.ITIMER_PROF, 0)
        resource.setrlimit(resource.RLIMIT_AS, old)
        tempfile.tempdir = own_folder
        for each, handler in handlers.items():
            signal.signal(each, handler)


@contextlib.contextmanager
def stray_text() -> Iterator[list[str]]:
    """Collect what libraries write to the standard error of the process, past sys.stderr."""
    texts: list[str] = []
    with tempfile.TemporaryFile() as file:
        kept = os.dup(2)
        os.dup2(file.fileno(), 2)
        try:
            yield texts
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            file.seek(0)
            texts.append(file.read().decode(errors="replace"))

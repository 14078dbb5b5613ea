"""Peak memory of the job, each time in a separate process.

python -m tests.benchmarks.memory TOOL DRAWS [WORD=VALUE ...] does the job once and prints the peak in bytes.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks import ROOT
from tests.benchmarks.table import Key, at_most, three
from tests.benchmarks.tools import OURS, installed, job_of

STATUS = Path("/proc/self/status")


def peak() -> int:
    """The peak memory of this process, in bytes.

    On Linux, ru_maxrss is inherited from the parent process, so /proc/self/status is read instead.
    """
    if STATUS.is_file():
        return 1024 * next(int(line.split()[1]) for line in STATUS.read_text().splitlines() if "VmHWM" in line)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def peak_of(tool: str, draws: int, **options: str) -> int:
    """The peak memory of the job with a tool; `options` are further keywords of the job. A failing job raises
    ValueError with its last line of error output."""
    words = [tool, str(draws), *(f"{word}={value}" for word, value in options.items())]
    command = [sys.executable, "-m", "tests.benchmarks.memory", *words]
    result = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    if result.returncode:
        raise ValueError((result.stderr.strip() or f"ended with {result.returncode}").splitlines()[-1])
    return int(result.stdout)


def rows(quick: bool) -> Iterator[tuple[Key, dict[str, str]]]:
    """The cells of memory."""
    yield from beside(list(installed()), 10**6, 0.45)
    if not quick:
        yield from beside([OURS, "numpy"], 10**7)
        yield (OURS, 10**8), {"MB": at_most(peak_of(OURS, 10**8) / 1e6, 150)}


def beside(tools: list[str], draws: int, goal: float | None = None) -> Iterator[tuple[Key, dict[str, str]]]:
    """The cells of each tool; the goal applies to mcfrontier, as a multiple of the memory of numpy."""
    peaks = {tool: peak_of(tool, draws) for tool in tools}
    for tool, size in peaks.items():
        share = at_most(size / peaks["numpy"], goal if tool == OURS else None)
        yield (tool, draws), {"MB": three(size / 1e6), "× numpy's": share}


def main(tool: str, draws: str, *words: str) -> None:
    """Do the job once and print the peak."""
    job_of(tool)(int(draws), 1, **dict(word.split("=") for word in words))
    print(peak())


if __name__ == "__main__":
    main(*sys.argv[1:])

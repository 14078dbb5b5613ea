"""Peak memory of the job, each time in a process of its own.

python -m tests.benchmarks.memory TOOL DRAWS [WORD=VALUE ...] does the job once and prints the peak in bytes.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

from tests.benchmarks import ROOT
from tests.benchmarks.table import at_most, show, three
from tests.benchmarks.tools import OURS, installed, job_of

STATUS = Path("/proc/self/status")


def peak() -> int:
    """The most memory that this process has held, in bytes.

    Under Linux ru_maxrss is handed down from the process that started this one; what it held itself, its status tells.
    """
    if STATUS.is_file():
        return 1024 * next(int(line.split()[1]) for line in STATUS.read_text().splitlines() if "VmHWM" in line)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def peak_of(tool: str, draws: int, **how: str) -> int:
    """The peak of the job by a tool; `how` are further words of the job. ValueError, with the last line that it said,
    where the job does not come to an end."""
    words = [tool, str(draws), *(f"{word}={value}" for word, value in how.items())]
    command = [sys.executable, "-m", "tests.benchmarks.memory", *words]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    if ended.returncode:
        raise ValueError((ended.stderr.strip() or f"ended with {ended.returncode}").splitlines()[-1])
    return int(ended.stdout)


def section(quick: bool) -> None:
    """Print the table."""
    rows = beside(list(installed()), 10**6, 0.45)
    if not quick:
        rows += [*beside([OURS, "numpy"], 10**7), large(10**8, 150)]
    show("Peak memory of the job", ("tool", "draws", "MB", "× numpy", "goal"), rows)


def beside(tools: list[str], draws: int, goal: float | None = None) -> list[tuple[str, ...]]:
    """A row for each tool; the goal is of ours, as a multiple of numpy's."""
    peaks = {tool: peak_of(tool, draws) for tool in tools}
    ratios = {tool: size / peaks["numpy"] for tool, size in peaks.items()}
    goals = {OURS: at_most(ratios[OURS], goal)}
    return [
        (tool, f"{draws:,}", three(size / 1e6), f"{ratios[tool]:.2f}", goals.get(tool, ""))
        for tool, size in peaks.items()
    ]


def large(draws: int, goal: float) -> tuple[str, ...]:
    """The row of a large run of ours; the goal is in megabytes."""
    try:
        size = peak_of(OURS, draws, sampler="random") / 1e6
    except ValueError as problem:
        print(f"{OURS} {draws:.0e}: left out: {problem}")
        return (OURS, f"{draws:,}", "", "", f"{at_most(goal, goal)} MB")
    return (OURS, f"{draws:,}", three(size), "", at_most(size, goal).replace(f"{goal:g}", f"{goal:g} MB"))


def main(tool: str, draws: str, *words: str) -> None:
    """Do the job once and print the peak."""
    job_of(tool)(int(draws), 1, **dict(word.split("=") for word in words))
    print(peak())


if __name__ == "__main__":
    main(*sys.argv[1:])

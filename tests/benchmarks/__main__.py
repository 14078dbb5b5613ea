"""Benchmarks, side by side in one run, because machines are noisy: python -m tests.benchmarks [repeats]

Each row is a command and its time as a multiple of the first row's, by alternating turns: the median of the ratios
within a turn, and the ratio of the fastest.
"""

import subprocess
import sys
import tempfile
import time
from statistics import median

IMPORTS = [sys.executable, "-c", "import numpy, xarray, matplotlib.figure"]
GOALS = (  # what is timed, and the most it may take as a multiple of the imports alone
    ("--help", 0.2, ["--help"]),
    ("run gpt4 --no-report", None, ["run", "gpt4", "--no-report", "--quiet"]),
    ("run gpt4, PDF included", 2.0, ["run", "gpt4", "--quiet"]),
)


def seconds(command: list[str], folder: str) -> float:
    """How long a command takes, from start to end."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder)
    return time.perf_counter() - start


def main(repeats: int = 9) -> None:
    """Time all rows in turn, `repeats` times over, and print the table."""
    rows = [IMPORTS, *([sys.executable, "-m", "mcfrontier", *words] for *_, words in GOALS)]
    with tempfile.TemporaryDirectory() as folder:
        for row in rows:
            seconds(row, folder)  # once unseen, so that all is in the file cache
        turns = [[seconds(row, folder) for row in rows] for _ in range(repeats)]
    print(f"{'command':28} {'seconds':>8} {'ratio':>6} {'of fastest':>10} {'goal':>5}")
    fastest = [min(column) for column in zip(*turns, strict=True)]
    told = [("import numpy, xarray, mpl", 1.0), *((name, goal) for name, goal, _ in GOALS)]
    for i, (name, goal) in enumerate(told):
        ratio = median(turn[i] / turn[0] for turn in turns)
        middle = median(turn[i] for turn in turns)
        goal = "" if goal is None else f"{goal:.2f}"
        print(f"{name:28} {middle:8.3f} {ratio:6.2f} {fastest[i] / fastest[0]:10.2f} {goal:>5}")


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))

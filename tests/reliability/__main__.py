"""Kill commands at random moments, or fill their disk before each of their writes, and check what they leave.

python -m tests.reliability --kills 100 --seed 1
python -m tests.reliability --full-disk
"""

import argparse
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from tests.reliability.disks import WRITING, check_full, failures, mounted, writes
from tests.reliability.forks import Forks
from tests.reliability.kills import Tally, check_kill, draw_kill
from tests.reliability.scenarios import SCENARIOS, prepare


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--full-disk", action="store_true", help="fill disks, which only root can, and do not kill")
    parser.add_argument("--only", choices=SCENARIOS, help="one scenario")
    options = parser.parse_args()
    forks = Forks()
    with tempfile.TemporaryDirectory() as folder:
        faults = (fill_disks if options.full_disk else kill_commands)(options, forks, Path(folder))
    forks.close()
    sys.exit(bool(faults))


def kill_commands(options, forks, folder):
    """Kill commands at random moments; return the number of faults."""
    names = [options.only] if options.only else [*SCENARIOS]
    numbers, tally, begin = random.Random(options.seed), Tally(), time.monotonic()
    prepared = {}
    for number in range(options.kills):
        name = names[number % len(names)]
        if name not in prepared:
            prepared[name] = prepare(forks, SCENARIOS[name], folder / f"scenario{names.index(name)}")
        kill = draw_kill(numbers, prepared[name])
        try:
            outcome, ended = check_kill(forks, prepared[name], folder / "kill", kill)
            tally.update({outcome: 1, "ended": ended})
        except AssertionError as fault:
            tally["fault"] += 1
            print(f"{number}: {name}, {kill}: {fault}", file=sys.stderr)
        tally[signal.Signals(kill["signal"]).name] += 1
    print(tally.line(options.kills, options.seed, time.monotonic() - begin))
    return tally["fault"]


def fill_disks(options, forks, folder):
    """Fill the disk of commands before each of their writes; return the number of faults."""
    total = 0
    for number, name in enumerate([options.only] if options.only else WRITING):
        made = prepare(forks, SCENARIOS[name], folder / f"scenario{number}")
        with mounted(folder / f"disk{number}") as disk:
            counts, faults = writes(forks, made, disk), 0
            for kind, before in failures(counts):
                try:
                    check_full(forks, made, disk, kind, before)
                except AssertionError as fault:
                    faults += 1
                    print(f"{name}, full after {before} {kind}: {fault}", file=sys.stderr)
        written = ", ".join(f"{count} {kind}" for kind, count in counts.items())
        print(f"{name}: full before each of {written}; {faults} faults", flush=True)
        total += faults
    return total


if __name__ == "__main__":
    main()

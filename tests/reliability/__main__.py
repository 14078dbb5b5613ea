"""`python -m tests.reliability --kills 100 --seed 1`: kill commands at random moments, and check what they leave."""

import argparse
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from tests.reliability.forks import Forks
from tests.reliability.kills import Tally, check_kill, draw_kill
from tests.reliability.scenarios import SCENARIOS, prepare


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=SCENARIOS, help="one scenario")
    options = parser.parse_args()
    names = [options.only] if options.only else [*SCENARIOS]
    numbers, tally, begin = random.Random(options.seed), Tally(), time.monotonic()
    forks, prepared = Forks(), {}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(options.kills):
            name = names[number % len(names)]
            if name not in prepared:
                prepared[name] = prepare(forks, SCENARIOS[name], Path(folder) / f"scenario{names.index(name)}")
            kill = draw_kill(numbers, prepared[name])
            try:
                outcome, ended = check_kill(forks, prepared[name], Path(folder) / "kill", kill)
                tally.update({outcome: 1, "ended": ended})
            except AssertionError as fault:
                tally["fault"] += 1
                print(f"{number}: {name}, {kill}: {fault}", file=sys.stderr)
            tally[signal.Signals(kill["signal"]).name] += 1
    forks.close()
    print(tally.line(options.kills, options.seed, time.monotonic() - begin))
    sys.exit(bool(tally["fault"]))


if __name__ == "__main__":
    main()

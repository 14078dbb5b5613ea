"""The fuzzer by hand: python -m tests.fuzz --cases 2000 [--seed N] [--only KIND] [--case K] [--workers W]"""

from __future__ import annotations

import argparse
import sys
import time
from itertools import count, islice
from pathlib import Path

from tests.fuzz.case import KINDS, Case, working_folder
from tests.fuzz.observe import observe
from tests.fuzz.workers import findings


def show(case: Case) -> int:
    """Run one case and print its input, what its commands print, and its findings."""
    with working_folder() as folder:
        commands, changes = case.make()
        print(f"case {case.number} of seed {case.seed}: {case.kind}, {changes}")
        for path in sorted(Path(".").rglob("*")):
            if path.suffix in (".toml", ".csv", ".json") and path.is_file() and path.stat().st_size < 10**5:
                print(f"--- {path}\n{path.read_bytes().decode(errors='backslashreplace')}")
        found = []
        for arguments in commands:
            each = observe(arguments)
            print(f"--- {arguments} in {folder}: {each.code}, {each.seconds:.2f} s\n{each.out[:2000]!r}\n{each.err!r}")
            found += each.findings
    print("\n".join(["--- findings", *found] if found else ["no finding"]))
    return bool(found)


def main() -> int:
    """Run the requested cases, print the findings and one closing line."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Fuzz the command line.")
    parser.add_argument("--cases", type=int, default=2000, help="number of cases [2000]")
    parser.add_argument("--seed", type=int, default=1, help="seed of all cases [1]")
    parser.add_argument("--only", choices=[*KINDS], help="run the cases of one kind only")
    parser.add_argument("--case", type=int, help="run one case and print its input")
    parser.add_argument("--workers", type=int, default=1, help="number of worker processes [1]")
    options = parser.parse_args()
    if options.case is not None:
        return show(Case(options.seed, options.case))
    numbered = (Case(options.seed, number) for number in count())
    cases = [*islice((case for case in numbered if options.only in (None, case.kind)), options.cases)]
    start, faulty = time.monotonic(), 0
    for _, found in findings(cases, options.workers):
        faulty += bool(found)
        for text in found:
            print(text, flush=True)
    seconds = time.monotonic() - start
    print(f"seed {options.seed}: {len(cases):,} cases in {seconds:.0f} s, {faulty} with a finding")
    return bool(faulty)


if __name__ == "__main__":
    sys.exit(main())

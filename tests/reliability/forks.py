"""Commands as forks of one process that has imported the package, killed at a file-system event or at a time.

Run as a module this is the server: it reads requests, one JSON list of commands a line, starts the commands together,
and answers with one JSON list of their results. A command is {"arguments", "folder", "log"} and optionally
"environment"; "full", the stream that is on a full disk; and "kill": {"signal", "event"} or
{"signal", "seconds"}.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from mcfrontier.core.signals import STOPPING
from tests.conftest import ROOT

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
EVENTS = {"os.rename", "os.mkdir", "os.rmdir", "os.remove", "fcntl.flock", "os.truncate"}
MODULES = (
    "mcfrontier.outputs.report.report", "mcfrontier.outputs.figures", "mcfrontier.outputs.exports.workbook",
    "mcfrontier.outputs.exports.groups", "mcfrontier.outputs.exports.columns", "mcfrontier.outputs.folder.write",
    "mcfrontier.runs.recipe", "mcfrontier.runs.load", "mcfrontier.tasks.compare.page", "mcfrontier.api.comparison",
    "mcfrontier.tasks.score.page", "mcfrontier.tasks.verify.verify", "mcfrontier.tasks.verify.text",
    "mcfrontier.sampling.engine.executors", "mcfrontier.outputs.exports.metaculus", "rich.table", "rich.console",
    "h5py", "zarr", "openpyxl", "pyarrow.parquet", "typst", "xarray", "scipy.optimize", "scipy.stats",
)  # fmt: skip


class Forks:
    """The server, started when it is first used."""

    def __init__(self):
        environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
        self.server = subprocess.Popen(
            [sys.executable, "-m", "tests.reliability.forks"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT,
        )  # fmt: skip

    def run(self, *commands):
        """Run commands at once; returns for each its code, seconds, events (a number), moves among them, out, err."""
        self.server.stdin.write(json.dumps(commands) + "\n")
        self.server.stdin.flush()
        return json.loads(self.server.stdout.readline())

    def close(self):
        """End the server."""
        self.server.stdin.close()
        self.server.wait()
        self.server.stdout.close()


def serve():
    """Answer requests until standard input ends. In a fork this returns the arguments of its command."""
    answers = os.fdopen(os.dup(1), "w")
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)  # of the forks, until their command begins
    for line in sys.stdin:
        commands, started = json.loads(line), []
        for command in commands:
            number = os.fork()
            if not number:
                answers.close()
                return command
            started.append(number)
        results = wait(commands, started)
        answers.write(json.dumps(results) + "\n")
        answers.flush()
    return None


def wait(commands, numbers):
    """Wait for commands, kill those that are to be killed at a time, and return their results."""
    begin, running = time.monotonic(), dict(zip(numbers, commands, strict=True))
    results = {}
    while running:
        seconds = time.monotonic() - begin
        for number, command in list(running.items()):
            ended, status = os.waitpid(number, os.WNOHANG)
            kill = command.get("kill") or {}
            if ended:
                results[number] = result_of(command, os.waitstatus_to_exitcode(status), seconds)
                del running[number]
            elif "seconds" in kill and seconds >= kill["seconds"]:
                os.kill(number, kill["signal"])
                command["kill"] = {}
            elif seconds > 120:
                os.kill(number, signal.SIGKILL)
        time.sleep(0.001)
    return [results[number] for number in numbers]


def result_of(command, code, seconds):
    """The result of a command that has ended."""
    log = Path(command["log"])
    events = log.with_suffix(".events")
    return {
        "code": code,
        "seconds": seconds,
        **(json.loads(events.read_text()) if events.exists() else {"events": 0, "moves": []}),
        "out": log.with_suffix(".out").read_text(errors="replace"),
        "err": log.with_suffix(".err").read_text(errors="replace"),
    }


def count_events(kill, log):
    """Count the events that write to the file system; send a signal to this process before a stated one."""
    count, busy, moves = 0, False, []

    def see(event, arguments):
        nonlocal count, busy
        if busy or not (event in EVENTS or (event == "open" and (arguments[2] or 0) & WRITES)):
            return
        count += 1
        if event == "os.rename":
            moves.append(count)
        if count == kill.get("event"):
            os.kill(os.getpid(), kill["signal"])

    sys.addaudithook(see)

    def end():
        nonlocal busy
        busy = True
        log.with_suffix(".events").write_text(json.dumps({"events": count, "moves": moves}))

    return end


def small_segments():
    """Make long runs short: 2^15 draws are eight segments, and chunks of draws are small."""
    from mcfrontier.outputs.folder import zarr
    from mcfrontier.sampling.engine import accumulator, engine
    from mcfrontier.study import study

    study.DEFAULT_DRAWS, engine.MIN_SEGMENT_DRAWS, accumulator.LEAF_DRAWS = 2**13, 2**12, 2**10
    zarr.CHUNK_NUMBERS = 2**14


def perform(command):
    """Run a command in a fork, and end as a process does that was started for it."""
    log = Path(command["log"])
    os.chdir(command["folder"])
    for name, value in command.get("environment", {}).items():
        os.environ[name] = value
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    for number, name in ((1, "out"), (2, "err")):
        path = log.with_suffix(f".{name}")
        path.write_text("")
        os.dup2(os.open("/dev/full" if command.get("full") == name else path, os.O_WRONLY), number)
    from mcfrontier.cli import main

    small_segments()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
    end = count_events(command.get("kill") or {}, log)
    try:
        main(command["arguments"])
    finally:
        end()


if __name__ == "__main__":
    from importlib import import_module

    for module in MODULES:
        import_module(module)
    if found := serve():
        perform(found)

"""Commands as forks of one process that has imported the package, killed at a file-system event or at a time.

Run as a module this is the server: it reads requests, one JSON list of commands a line, starts the commands together,
and answers with one JSON list of their results. A command is {"arguments", "folder", "log"} and optionally
"environment"; "full", the stream that is on a full disk; "failing", the first and the last event that finds no space;
and "kill": {"signal", "event"} or {"signal", "seconds"}.
"""

import atexit
import errno
import json
import os
import pkgutil
import signal
import subprocess
import sys
import time
import tomllib
from importlib import import_module
from pathlib import Path

import mcfrontier as mcf
from mcfrontier.core.signals import STOPPING
from mcfrontier.runs import calibration
from tests.conftest import BILL, ROOT

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
NEEDING_SPACE = {"open", "os.rename", "os.mkdir", "os.truncate", "os.fsync"}
EVENTS = NEEDING_SPACE | {"os.rmdir", "os.remove", "fcntl.flock"}
LIBRARIES = (
    "h5py", "openpyxl", "pint", "pyarrow.parquet", "rich.console", "rich.table", "scipy.optimize", "scipy.stats",
    "typst", "xarray", "zarr",
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
        """Run commands at once; returns for each its code, seconds, out and err, and the findings of `see_events`."""
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
        time.sleep(0.004)
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


def see_events(command, log):
    """Count the events that write to the file system, note the moves among them and the most pages and files that were
    used at one; send a signal to this process before a stated one, or let some fail."""
    kill, (first, last) = command.get("kill") or {}, command.get("failing", (0, 0))
    seen, busy, begin = {"events": 0, "moves": [], "pages": 0, "files": 0}, False, os.statvfs(".")

    def see(event, arguments):
        if busy or event not in EVENTS or (event == "open" and not (arguments[2] or 0) & WRITES):
            return
        seen["events"] += 1
        if event == "os.rename":
            seen["moves"].append(seen["events"])
        disk = os.statvfs(".")
        seen["pages"] = max(seen["pages"], begin.f_bfree - disk.f_bfree)
        seen["files"] = max(seen["files"], begin.f_ffree - disk.f_ffree)
        if seen["events"] == kill.get("event"):
            os.kill(os.getpid(), kill["signal"])
        if first <= seen["events"] <= last and event in NEEDING_SPACE:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), *arguments[:1])

    def announced(number):
        sys.audit("os.fsync")
        fsync(number)

    def end():
        nonlocal busy
        busy = True
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)  # the command has ended
        log.with_suffix(".seen").write_text(json.dumps(seen))  # a kill may come in between
        os.replace(log.with_suffix(".seen"), log.with_suffix(".events"))

    fsync, os.fsync = os.fsync, announced
    sys.addaudithook(see)
    return end


def small_segments():
    """Make long runs short: 2^15 draws are eight segments, and chunks of draws are small."""
    from mcfrontier.outputs.folder import zarr
    from mcfrontier.sampling.engine import accumulator, engine
    from mcfrontier.study import study

    study.DEFAULT_DRAWS, engine.MIN_SEGMENT_DRAWS, accumulator.LEAF_DRAWS = 2**13, 2**12, 2**10
    zarr.CHUNK_NUMBERS = 2**14


def perform(command, codes):
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
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # of one that was sent before the command begins
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
    end, code = see_events(command, log), 1
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        main(command["arguments"])
        code = 0
    except SystemExit as ended:
        code = ended.code
        raise
    finally:
        end()
        if not (command.get("kill") or command.get("full")):
            codes.append(code)


def end_quickly(codes):
    """End a fork without the deletion of each object, which takes longer than most commands."""
    for code in codes:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def prepare():
    """Import what commands need, and run a study: its forks need not do so again."""
    for module in (*LIBRARIES, *(each.name for each in pkgutil.walk_packages(mcf.__path__, "mcfrontier."))):
        if not module.endswith(".__main__"):
            import_module(module)
    mcf.run(tomllib.loads(BILL), draws=256)
    calibration.predict()


if __name__ == "__main__":
    codes = []
    atexit.register(end_quickly, codes)  # the first that is registered is the last that is called
    prepare()
    if found := serve():
        perform(found, codes)

"""One kill of a command, and the checks after it."""

import signal
from collections import Counter

from tests.reliability.scenarios import after, command, copied, reading, unfinished

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
PENDING = "work/r/.replacing"
CHECKPOINT = "work/r/unfinished.npz"


def draw_kill(random, made):
    """A signal, and a moment: any writing event, the move of a file, or a time in the whole of the command."""
    number, kind = int(random.choice(SIGNALS)), random.choice(("event", "move", "time"))
    if kind != "time":
        events = made.moves if kind == "move" else range(1, made.events + 1)
        return {"signal": number, "event": random.choice(events)}
    return {"signal": number, "seconds": random.uniform(0, 1.05 * made.seconds)}


def check_kill(forks, made, place, kill):
    """Kill a command, and check what it left.

    Returns what became of the files, as `check_left`, and whether the command had ended before.
    Raises AssertionError with what is wrong.
    """
    scenario = made.scenario
    copied(made.folder, place)
    commands = [command(place, scenario.arguments, kill=kill)]
    if scenario.beside:
        commands.append(command(place, scenario.beside, number=1))
    results = forks.run(*commands)
    check_end(results[0], kill)
    for result in results[1:]:
        assert result["code"] == 0, result
    return check_left(forks, made, place, results[0]["code"] == -signal.SIGKILL), results[0]["code"] == 0


def check_left(forks, made, place, hidden):
    """Check what an interrupted command left, read it, and give the command again.

    Returns "old", "new" or "moving": which files there are. With `hidden`, unfinished files may be among them.
    """
    scenario = made.scenario
    found, states = after(place), [made.old, *made.new]
    if found == made.old:
        return "old"
    visible = {path: content for path, content in found.items() if path != CHECKPOINT}
    left = unfinished(visible)
    assert hidden or not left, f"left: {left}"
    whole = [i for i, each in enumerate(states) if {p: visible[p] for p in visible.keys() - left} == each]
    outcome = "moving" if not whole else "new" if whole[0] else "old"
    if outcome == "moving":
        assert any("/.replacing" in path for path in left), f"mixed: {differences(visible, states)}"
    if scenario.read:
        assert reading(forks, place, scenario) in made.readings, "the reader saw something else"
        assert not any(path.startswith(PENDING) for path in after(place)), "the reader did not complete the moves"
    (result,) = forks.run(command(place, scenario.again or scenario.arguments, number=2))
    assert result["code"] == 0, result
    found = after(place)
    assert found in made.new, f"after the command was given again: {differences(found, made.new)}"
    return outcome


def check_end(result, kill):
    """Check the exit status and that there is no traceback."""
    number = kill.get("signal")
    codes = {0, -number}  # the latter also of a signal while Python starts or ends
    if number != signal.SIGKILL:
        codes.add(128 + number)
    assert result["code"] in codes, result
    assert "Traceback" not in result["err"], result["err"]
    assert "Exception ignored" not in result["err"], result["err"]


def differences(found, states):
    """The paths by which a state differs from each of some states."""
    return [sorted(path for path in found.keys() | each.keys() if found.get(path) != each.get(path)) for each in states]


class Tally(Counter):
    """What became of kills."""

    def line(self, kills, seed, seconds):
        """One line of the counts."""
        signals = ", ".join(f"{number.name} {self[number.name]}" for number in SIGNALS)
        outcomes = ", ".join(f"{self[name]} {name}" for name in ("old", "moving", "new"))
        faults = self["fault"]
        return (
            f"{kills} kills, seed {seed}: {signals}; files found {outcomes}; {self['ended']} had ended before; "
            f"{faults} faults; {seconds:.0f} s"
        )

"""Locks, signals and what ended processes left: unfinished files, and files of which only some were moved."""

import errno
import fcntl
import json
import os
import signal
import threading
import time

import pytest

from mcfrontier.core import atomic, locks, signals
from mcfrontier.core.atomic import (
    exclusive,
    read_together,
    replacement,
    scratch_folder,
    settle,
    workplace,
    write_files,
)
from mcfrontier.core.errors import InputError

OLD = {"a": b"old a", "b": b"old b", "manifest": b"old", "obsolete": b"old c"}
NEW = {"a": b"new a", "b": b"new b", "manifest": b"new"}


class Killed(BaseException):
    """What a test raises where a process is killed."""


def contents(folder):
    """The files of a folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def write(folder, files):
    """Write files, of which "manifest" is the last, and delete the obsolete one."""
    with replacement(folder, "manifest", ["obsolete"]) as new:
        for name, content in files.items():
            (new / name).write_bytes(content)


def write_killed(folder, files, move, monkeypatch):
    """Write files in a process that is killed before a move: of the folder, of each file, of the folder again."""
    moves = []

    def killed(function):
        def call(*arguments):
            moves.append(arguments)
            if len(moves) == move + 1:
                raise Killed
            return function(*arguments)

        return call

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", killed(os.replace))
        patch.setattr(os, "rename", killed(os.rename))
        try:
            write(folder, files)
        except Killed:
            return
    raise AssertionError("there are fewer moves")


@pytest.mark.parametrize("move", range(6))
def test_files_are_the_old_or_the_new_ones_wherever_their_process_is_killed(move, tmp_path, monkeypatch):
    write_files(tmp_path, OLD)
    write_killed(tmp_path, NEW, move, monkeypatch)
    assert read_together(tmp_path, "manifest", lambda: contents(tmp_path)) == (OLD if move == 0 else NEW)


@pytest.mark.parametrize("move", range(6))
def test_the_next_process_that_writes_leaves_only_its_files(move, tmp_path, monkeypatch):
    write_files(tmp_path, OLD)
    write_killed(tmp_path, NEW, move, monkeypatch)
    write(tmp_path, {"manifest": b"third"})
    kept = OLD if move == 0 else NEW
    expected = {name: kept[name] for name in ("a", "b")} | {"manifest": b"third"}
    assert contents(tmp_path) == expected


def test_a_file_of_the_user_is_no_obsolete_one(tmp_path, monkeypatch):
    """Without an earlier manifest nothing is deleted, also where the moves are completed by another process."""
    (tmp_path / "obsolete").write_bytes(b"mine")
    write_killed(tmp_path, NEW, 4, monkeypatch)  # all but the folder is moved
    settle(tmp_path)
    assert contents(tmp_path) == NEW | {"obsolete": b"mine"}


def test_a_folder_is_replaced_as_a_whole(tmp_path):
    for text in ("old", "new"):
        with replacement(tmp_path) as new:
            (new / "store").mkdir()
            (new / "store" / text).write_text(text)
        assert contents(tmp_path / "store") == {text: text.encode()}
    assert [path.name for path in tmp_path.iterdir()] == ["store"]


def test_a_reader_waits_for_a_writer_and_reads_its_files(tmp_path, monkeypatch):
    write_files(tmp_path, OLD)
    finish, moving = atomic.finish, threading.Event()

    def slow(*arguments):
        moving.set()
        time.sleep(0.1)
        finish(*arguments)

    monkeypatch.setattr(atomic, "finish", slow)
    writer = threading.Thread(target=write, args=(tmp_path, NEW))
    writer.start()
    moving.wait()
    assert read_together(tmp_path, "manifest", lambda: {name: (tmp_path / name).read_bytes() for name in NEW}) == NEW
    writer.join()


def test_files_that_are_replaced_while_they_are_read_are_read_again(tmp_path):
    write_files(tmp_path, OLD)
    readings = []

    def read():
        first = (tmp_path / "a").read_bytes()
        if not readings:
            write(tmp_path, NEW)
        readings.append((first, (tmp_path / "b").read_bytes()))
        return readings[-1]

    assert read_together(tmp_path, "manifest", read) == (b"new a", b"new b")
    assert readings[0] == (b"old a", b"new b")


def test_what_cannot_be_completed_is_refused(tmp_path, monkeypatch):
    write_files(tmp_path, OLD)
    write_killed(tmp_path, NEW, 2, monkeypatch)
    monkeypatch.setattr(locks, "open_for_lock", denied)
    with pytest.raises(InputError, match="a process ended while it replaced the files, and the rest cannot be moved"):
        settle(tmp_path)


def denied(path):
    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))


@pytest.mark.parametrize("journal", ["", "{", '{"marker": 3, "obsolete": ["a"]}', '{"marker": "a", "obsolete": 3}'])
def test_a_damaged_journal_deletes_nothing(journal, tmp_path, monkeypatch):
    write_files(tmp_path, OLD)
    write_killed(tmp_path, NEW, 1, monkeypatch)
    (tmp_path / ".replacing" / "journal.json").write_text(journal)
    settle(tmp_path)
    assert contents(tmp_path) == OLD | NEW


def test_a_journal_deletes_nothing_outside_its_folder(tmp_path, monkeypatch):
    (tmp_path / "mine").write_text("mine")
    folder = tmp_path / "run"
    write_files(folder, OLD)
    write_killed(folder, NEW, 1, monkeypatch)
    journal = {"marker": "manifest", "obsolete": ["../mine", ".."]}
    (folder / ".replacing" / "journal.json").write_text(json.dumps(journal))
    settle(folder)
    assert (tmp_path / "mine").read_text() == "mine"


def test_a_link_in_a_replacement_leads_nothing_out_of_its_folder(tmp_path):
    """Folders that are replaced are moved aside, and others of their names there are deleted."""
    mine, folder = tmp_path / "mine", tmp_path / "run"
    for path in (mine / "store", folder / "store", folder / ".replacing" / "new" / "store"):
        path.mkdir(parents=True)
        (path / "file").write_text(path.parent.name)
    (folder / ".replacing" / "old").symlink_to(mine)
    settle(folder)
    assert contents(mine / "store") == {"file": b"mine"}
    assert contents(folder / "store") == {"file": b"new"}


def test_the_folders_of_a_replacement_can_be_read_by_whoever_reads_its_files_and_temporary_ones_by_nobody(tmp_path):
    (tmp_path / "any").mkdir()
    with workplace(tmp_path) as place, scratch_folder() as scratch:
        assert place.path.stat().st_mode == (tmp_path / "any").stat().st_mode
        assert scratch.parent.stat().st_mode & 0o77 == 0


def test_a_folder_that_was_deleted_before_it_was_locked_is_made_again(tmp_path, monkeypatch):
    deleted, try_lock = [], atomic.try_lock

    def late(path):
        if not deleted:
            deleted.append(path.parent)
            path.parent.rmdir()
        return try_lock(path)

    monkeypatch.setattr(atomic, "try_lock", late)
    write_files(tmp_path, NEW)
    assert len(deleted) == 1
    assert contents(tmp_path) == NEW


def test_a_replacement_that_is_completed_while_another_process_looks_at_it_is_complete(tmp_path, monkeypatch):
    seen, lexists = [], os.path.lexists
    monkeypatch.setattr(os.path, "lexists", lambda path: lexists(path) if seen else not seen.append(path))
    settle(tmp_path)
    assert seen == [tmp_path / ".replacing"]


def test_a_file_with_the_name_of_a_replacement_is_refused(tmp_path):
    (tmp_path / ".replacing").write_text("mine")
    with pytest.raises(InputError, match="not a folder, though of a name that is reserved for one"):
        settle(tmp_path)


def test_a_file_with_the_longest_name_can_be_locked(tmp_path):
    for name in ("x" * 255, "é" * 127):
        with exclusive(tmp_path / name):
            write_files(tmp_path, {name: b"1"})
        (tmp_path / name).unlink()
    assert contents(tmp_path) == {}


def unfinished(folder, host="", pid=1, days=0.0):
    """Make a folder of unfinished files, as a process leaves it, and return it."""
    path = folder / f".making-{host or atomic.HOST}-{pid}-0123abcd"
    (path / "new").mkdir(parents=True)
    (path / "new" / "file").write_text("half")
    (path / "owner").write_text("")
    for each in (path / "new" / "file", path / "owner", path / "new", path):
        os.utime(each, (time.time() - 86_400 * days,) * 2)
    return path


def test_unfinished_files_of_an_ended_process_are_deleted_by_the_next(tmp_path):
    path = unfinished(tmp_path)
    write_files(tmp_path, NEW)
    assert not path.exists()


def test_unfinished_files_beside_a_ledger_are_deleted_though_no_row_is_added(tmp_path):
    path = unfinished(tmp_path)
    with exclusive(tmp_path / "ledger.csv"):
        pass
    assert not path.exists()


def test_unfinished_files_of_a_living_process_are_not_deleted(tmp_path):
    with workplace(tmp_path) as place:
        (place.new / "file").write_text("half")
        write_files(tmp_path, NEW)
        assert (place.new / "file").read_text() == "half"
    assert contents(tmp_path) == NEW


@pytest.mark.parametrize(("days", "deleted"), [(0, False), (6, False), (8, True)])
def test_unfinished_files_of_another_machine_are_deleted_after_a_week(days, deleted, tmp_path):
    path = unfinished(tmp_path, host="elsewhere", days=days)
    write_files(tmp_path, NEW)
    assert path.exists() is not deleted


def test_a_folder_of_the_user_with_a_similar_name_is_not_deleted(tmp_path):
    path = unfinished(tmp_path, days=365).rename(tmp_path / ".making-of-the-report")
    os.utime(path, (0, 0))
    write_files(tmp_path, NEW)
    assert path.exists()


def test_a_link_with_the_name_of_unfinished_files_is_not_followed(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").write_text("mine")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / f".making-{atomic.HOST}-1-0123abcd").symlink_to(tmp_path / "mine")
    write_files(tmp_path / "run", NEW)
    assert (tmp_path / "mine" / "file").read_text() == "mine"


def no_locks(*_):
    raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))


def test_without_locks_the_number_of_the_process_decides(tmp_path, monkeypatch):
    monkeypatch.setattr(fcntl, "flock", no_locks)
    living, ended = unfinished(tmp_path, pid=os.getpid()), unfinished(tmp_path, pid=2**30)
    write_files(tmp_path, NEW)
    assert (living.exists(), ended.exists()) == (True, False)


def test_a_file_changed_by_several_at_once_loses_no_change(tmp_path):
    path = tmp_path / "count"
    path.write_text("0")

    def count():
        for _ in range(20):
            with exclusive(path):
                write_files(tmp_path, {"count": str(int(path.read_text()) + 1).encode()})

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert path.read_text() == "80"
    assert [each.name for each in tmp_path.iterdir()] == ["count"]


def test_a_lock_that_another_process_keeps_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr(locks, "LOCK_SECONDS", 0)
    with (
        exclusive(tmp_path / "x"),
        pytest.raises(InputError, match="x: another process has been writing for 0 s"),
        exclusive(tmp_path / "x"),
    ):
        pass


def test_a_deferred_signal_is_raised_at_the_end_of_the_block():
    done = []

    def deferring():
        with signals.raised(), signals.deferred():
            os.kill(os.getpid(), signal.SIGTERM)
            done.append(1)

    with pytest.raises(signals.Stopped) as stopped:
        deferring()
    assert (done, stopped.value.number) == ([1], signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_a_deferred_signal_is_raised_where_it_is_checked():
    done = []

    def checking():
        with signals.deferred() as check:
            check()
            os.kill(os.getpid(), signal.SIGINT)
            done.append(1)
            check()
            done.append(2)

    with pytest.raises(KeyboardInterrupt):
        checking()
    assert done == [1]


def test_a_signal_that_is_ignored_stays_so():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with signals.raised():
            os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_command_ends_with_the_number_of_its_signal(command, monkeypatch):
    def stop(*_):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(1)

    monkeypatch.setattr("mcfrontier.study.locate.headings", stop)
    assert command("list").code == 128 + signal.SIGTERM

"""A full disk: one line, exit status 2, and the old files as they were."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from mcfrontier.core.atomic import check_folder, settle
from mcfrontier.core.errors import InputError
from tests.conftest import BILL
from tests.reliability.disks import WRITING, assert_one_line, check_full, failures, writes
from tests.reliability.scenarios import SCENARIOS, copied, prepare
from tests.reliability.scenarios import command as command_in

FAILURES = 3  # failing writes of each kind for a command; `python -m tests.reliability --full-disk` takes all


@pytest.mark.slow
@pytest.mark.parametrize("name", WRITING)
def test_a_full_disk_at_any_write_is_one_line_and_leaves_the_old_files(name, forks, tmp_path, small_disk):
    made = prepare(forks, SCENARIOS[name], tmp_path / "scenario")
    for kind, number in failures(writes(forks, made, small_disk), FAILURES):
        check_full(forks, made, small_disk, kind, number)


@pytest.mark.parametrize("name", ["run", "compare", "score", "export to csv"])
def test_a_read_only_disk_is_one_line(name, forks, tmp_path, small_disk):
    made = prepare(forks, SCENARIOS[name], tmp_path / "scenario")
    place = copied(made.folder, small_disk / "place")
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    log = str(tmp_path / "log")
    (result,) = forks.run(command_in(place, made.scenario.arguments) | {"log": log, "environment": {}})
    assert_one_line(result, "cannot be written")
    if made.scenario.read:
        (result,) = forks.run(command_in(place, made.scenario.read) | {"log": log, "environment": {}})
        assert result["code"] == 0


NOBODY = 65534


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can take another user's rights")
def test_a_folder_of_another_user_is_refused_before_any_work():
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        os.seteuid(NOBODY)
        try:
            with pytest.raises(InputError, match="cannot be written: Permission denied; choose another with --out"):
                check_folder(Path(folder) / "new")
            settle(Path(folder))  # a reader needs no right to write
        finally:
            os.seteuid(0)


def test_a_deleted_working_folder_is_one_line(command, tmp_path, monkeypatch):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    result = command("list")
    assert (result.code, result.err) == (2, "mcfrontier: the current folder was deleted; change to another one\n")


def test_a_folder_that_is_deleted_while_a_run_writes_is_one_line(command, page, monkeypatch):
    from mcfrontier.outputs.folder import write

    page("bill", BILL)
    monkeypatch.setitem(write.WRITERS, "draws.nc", lambda *_, **__: shutil.rmtree("r"))
    result = command("run", "bill", "--draws", 64, "--no-report", "--out", "r")
    assert (result.code, result.err) == (2, "mcfrontier: r: cannot be written: No such file or directory\n")


@pytest.mark.parametrize("stream", ["out", "err"])
def test_a_full_disk_under_standard_output_is_one_line(stream, forks, tmp_path):
    made = prepare(forks, SCENARIOS["run"], tmp_path / "scenario")
    place = copied(made.folder, tmp_path / "place")
    arguments = ("list",) if stream == "out" else made.scenario.arguments
    (result,) = forks.run(command_in(place, arguments, full=stream))
    if stream == "out":
        assert_one_line(result, "standard output cannot be written: No space left on device")
    else:
        assert (result["code"], result["err"]) == (0, "")

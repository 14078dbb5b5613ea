"""Only regular files of a limited size are read."""

import os
from pathlib import Path

import pytest

from mcfrontier.core.errors import InputError
from mcfrontier.core.reading import read_bytes


def test_a_file_is_read_up_to_its_limit(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    assert read_bytes(path, 5) == b"12345"
    with pytest.raises(InputError, match="it has 5 bytes; the limit is 4"):
        read_bytes(path, 4)


def test_a_pipe_a_device_and_a_folder_are_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(InputError, match="a pipe or a device, where a file is expected"):
            read_bytes(path, 100)
    with pytest.raises(InputError, match="a folder, where a file is expected"):
        read_bytes(tmp_path, 100)


@pytest.mark.parametrize("name", ["absent", "x" * 300, "a\0b"])
def test_a_file_that_is_not_there_is_reported(tmp_path, name):
    with pytest.raises(InputError, match="cannot be read: "):
        read_bytes(tmp_path / name, 100)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
def test_a_file_that_states_no_size_is_read_up_to_its_limit():
    assert Path("/proc/self/status").stat().st_size == 0
    with pytest.raises(InputError, match="more than 10 bytes"):
        read_bytes(Path("/proc/self/status"), 10)

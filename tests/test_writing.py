"""Files are there whole or not at all, and nothing that is no file is replaced."""

import os
import resource

import h5py
import numpy as np
import pytest

from mcfrontier.errors import InputError
from mcfrontier.writing import check_file, making, move


def test_a_link_keeps_pointing_and_what_it_points_to_is_written(tmp_path):
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    path = check_file(tmp_path / "link")
    with making(path.parent) as place:
        (place / path.name).write_text("new")
        move(place / path.name, path)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_a_pipe_is_not_replaced(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="pipe: a device or a pipe, which must not be replaced; name a file"):
        check_file(tmp_path / "pipe")


def text(path):
    path.write_text("x" * 100_000)


def netcdf(path):
    with h5py.File(path, "w") as file:
        file["x"] = np.random.default_rng(1).random(100_000)


@pytest.mark.parametrize("write", [text, netcdf])
def test_a_disk_without_room_is_told_in_a_line_and_leaves_nothing(tmp_path, write):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, limits[1]))
    try:
        with (
            pytest.raises(InputError, match="new/er: cannot be written: File too large"),
            making(tmp_path / "new" / "er") as place,
        ):
            write(place / "file")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(tmp_path.iterdir()) == []


def test_a_fault_of_ours_keeps_its_own_words(tmp_path):
    with pytest.raises(RuntimeError, match="ours"), making(tmp_path / "new"):
        raise RuntimeError("ours")
    assert list(tmp_path.iterdir()) == []

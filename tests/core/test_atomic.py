"""Atomic writes: files are complete or absent, and only regular files are replaced."""

import os
import resource

import numpy as np
import pytest

from mcfrontier.core.atomic import check_file, replacement
from mcfrontier.core.errors import InputError
from mcfrontier.outputs.folder.netcdf import create_file


def test_a_symbolic_link_is_kept_and_its_target_is_written(tmp_path):
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    path = check_file(tmp_path / "link")
    with replacement(path.parent) as new:
        (new / path.name).write_text("new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_a_pipe_is_not_replaced(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="pipe: a device or a pipe, which must not be replaced; name a file"):
        check_file(tmp_path / "pipe")


def text(path):
    path.write_text("x" * 100_000)


def netcdf(path):
    with create_file(path) as (file, check):
        for name in "xyz":
            file[name] = np.random.default_rng(1).random(10_000)
            check()


@pytest.mark.parametrize("write", [text, netcdf])
def test_a_full_disk_is_reported_with_one_line_and_leaves_no_files(tmp_path, write):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, limits[1]))
    try:
        with (
            pytest.raises(InputError, match="new/er: cannot be written: File too large"),
            replacement(tmp_path / "new" / "er") as new,
        ):
            write(new / "file")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(tmp_path.iterdir()) == []


def test_an_internal_error_keeps_its_message(tmp_path):
    with pytest.raises(RuntimeError, match="ours"), replacement(tmp_path / "new"):
        raise RuntimeError("ours")
    assert list(tmp_path.iterdir()) == []

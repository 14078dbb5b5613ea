"""The server of forks, one for all tests of this folder, and small file systems."""

import os
import subprocess
import sys
from contextlib import ExitStack

import pytest

from tests.reliability.disks import mounted
from tests.reliability.forks import Forks


@pytest.fixture(scope="session")
def forks():
    """The server that starts commands as forks."""
    server = Forks()
    yield server
    server.close()


@pytest.fixture
def small_disk(tmp_path):
    """A folder that is a file system of its own."""
    if not sys.platform.startswith("linux") or os.geteuid():
        pytest.skip("only root mounts a file system")
    with ExitStack() as stack:
        try:
            disk = stack.enter_context(mounted(tmp_path / "disk"))
        except subprocess.CalledProcessError as problem:
            pytest.skip(f"no file system can be mounted: {problem.stderr.decode().strip()}")
        yield disk

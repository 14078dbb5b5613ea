"""The server of forks, one for all tests of this folder, and small file systems."""

import os
import subprocess
import sys

import pytest

from tests.reliability.forks import Forks


@pytest.fixture(scope="session")
def forks():
    """The server that starts commands as forks."""
    server = Forks()
    yield server
    server.close()


@pytest.fixture
def small_disk(tmp_path):
    """Mount a file system of a size: small_disk("1m") -> its folder."""
    if not sys.platform.startswith("linux") or os.geteuid():
        pytest.skip("only root mounts a file system")
    mounted = []

    def mount(size):
        folder = tmp_path / f"disk{len(mounted)}"
        folder.mkdir()
        made = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], capture_output=True, text=True
        )
        if made.returncode:
            pytest.skip(f"no file system can be mounted: {made.stderr.strip()}")
        mounted.append(folder)
        return folder

    yield mount
    for folder in mounted:
        subprocess.run(["umount", "-l", folder], check=True)

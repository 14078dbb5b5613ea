"""A checkpoint is checked before it is continued."""

import os
import zipfile
from pathlib import Path

import numpy as np
import pytest

from mcfrontier.core.errors import InputError
from mcfrontier.sampling.engine.checkpoint import Checkpoint
from mcfrontier.sampling.engine.engine import Engine
from tests.sampling.test_engine import Stopped, run, stop_after


@pytest.fixture(scope="module")
def stopped(tmp_path_factory):
    """The checkpoint of a run that was stopped after three of its eight segments."""
    path = tmp_path_factory.mktemp("stopped") / "unfinished.npz"
    with pytest.raises(Stopped):
        run(draws=2**23, engine=Engine(checkpoint=Checkpoint(path)), progress=stop_after(3))
    return path


class Pickled:
    """An object that writes a file when it is unpickled."""

    def __reduce__(self):
        return (Path.touch, (Path("unpickled"),))


def with_array(name, change):
    return lambda arrays: arrays.update({name: change(arrays[name])})


HARMS = {
    "an object": with_array("sums", lambda x: np.array([Pickled()], object)),
    "a scalar for segments": with_array("done", lambda x: np.array(0)),
    "a scalar for lost": with_array("lost", lambda x: np.array(0)),
    "floats for counts": with_array("fine0", lambda x: x.astype(float)),
    "no sums": lambda arrays: arrays.pop("sums"),
    "other counts": with_array("fine0", lambda x: x + 1),
    "all of one randomisation": with_array("coarse0", lambda x: np.bincount([0], minlength=x.size) * x.sum()),
    "negative counts": with_array("fine0", lambda x: -x),
    "counts beyond the bins": with_array("fine0_at", lambda x: x + 10**9),
    "counts before the bins": with_array("coarse0_at", lambda x: np.array(-5)),
    "negative losses": with_array("lost", lambda x: x - 16),
    "too many losses": with_array("lost", lambda x: x + 16),
    "more segments than there are": with_array("done", lambda x: np.arange(9)),
    "a segment twice": with_array("done", lambda x: np.repeat(x[:1], x.size)),
    "another level of sums": with_array("nodes", lambda x: x + np.array([1, 0])),
    "a huge level of sums": with_array("nodes", lambda x: x + np.array([2**40, 0])),
    "sums of other rows": with_array("sums", lambda x: x[:, :, :1]),
    "a sum too few": with_array("sums", lambda x: x[1:]),
    "sums of no draws": with_array("sums", lambda x: x[:0]),
}


@pytest.mark.parametrize("harm", HARMS.values(), ids=HARMS)
def test_a_checkpoint_with_other_arrays_is_refused(stopped, tmp_path, monkeypatch, harm):
    monkeypatch.chdir(tmp_path)
    with np.load(stopped) as file:
        arrays = dict(file)
    harm(arrays)
    np.savez(tmp_path / "unfinished.npz", **arrays)
    with pytest.raises(InputError, match="damaged; leave out --resume"):
        run(draws=2**23, engine=Engine(checkpoint=Checkpoint(tmp_path / "unfinished.npz", resume=True)))
    assert not (tmp_path / "unpickled").exists()


def test_a_compressed_checkpoint_is_refused_before_it_is_decompressed(stopped, tmp_path):
    with np.load(stopped) as file:
        np.savez_compressed(tmp_path / "unfinished.npz", **(dict(file) | {"sums": np.zeros(2**24)}))
    with pytest.raises(InputError, match="is compressed"):
        run(draws=2**23, engine=Engine(checkpoint=Checkpoint(tmp_path / "unfinished.npz", resume=True)))


def test_a_pipe_in_place_of_a_checkpoint_is_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "unfinished.npz")
    with pytest.raises(InputError, match="a pipe or a device"):
        run(draws=2**23, engine=Engine(checkpoint=Checkpoint(tmp_path / "unfinished.npz", resume=True)))


HEADS = {"brackets": "(((", "a key that is a list": "{[]: 1}", "no end": "-" * 9000 + "1"}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_an_array_whose_head_is_no_description_is_refused(head, tmp_path):
    magic = b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little")
    with zipfile.ZipFile(tmp_path / "unfinished.npz", "w") as file:
        file.writestr("job.npy", magic + head.encode())
    with pytest.raises(InputError, match="damaged; leave out --resume"):
        run(draws=2**23, engine=Engine(checkpoint=Checkpoint(tmp_path / "unfinished.npz", resume=True)))

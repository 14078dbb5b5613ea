"""Changes of files: by other things, and of HDF5, Zarr and npz by their parts."""

from __future__ import annotations

import io
import json
import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from tests.fuzz import mutate
from tests.fuzz.observe import SECRET


def replace_by(path: Path, content: bytes) -> str:
    """Write a file in place of whatever is there."""
    remove(path)
    path.write_bytes(content)
    return "that"


def remove(path: Path) -> None:
    """Delete a file or a folder."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def replace_file(rng: Any, path: Path) -> str:
    """Put something that is no file, or a link, in place of a file."""
    what = rng.choice(
        ("missing", "empty", "a folder", "a pipe", "/dev/zero", "/etc/passwd", "a dangling link", "a link to itself")
    )
    remove(path)
    if what == "empty":
        path.write_bytes(b"")
    elif what == "a folder":
        path.mkdir()
    elif what == "a pipe":
        os.mkfifo(path)
    elif what != "missing":
        path.symlink_to({"a dangling link": "nothing", "a link to itself": path.name}.get(what, what))
    return what


def change_hdf5(rng: Any, path: Path) -> str:
    """Change an attribute of an object in a file of draws, or put another object in its place."""
    Path(SECRET).write_bytes(b"secret " * 4000)
    os.utime(SECRET, (0, 1))  # so that a reader changes the time of access
    try:
        with h5py.File(path, "r+") as file:
            return change_object(rng, file)
    except (OSError, RuntimeError, KeyError, ValueError):
        return "nothing"  # the file is damaged already


def change_object(rng: Any, file: h5py.File) -> str:
    """Change an object of a file, or its attributes."""
    names: list[str] = []
    file.visit(names.append)
    name = rng.choice(names or ["prior"])
    old = file.get(name, file)
    if rng.random() < 0.15:
        key = rng.choice([*old.attrs, "unit", "about", "study"])
        old.attrs[key] = rng.choice(ATTRIBUTES)
        return f"attribute {key} of {name}"
    shape = getattr(old, "shape", (1, 256))
    if name in file:
        del file[name]
    what = rng.choice([*OBJECTS])
    OBJECTS[what](rng, file, name, shape)
    return f"{what} at {name}"


ATTRIBUTES = (b"\xff", 3, np.nan, np.zeros(3), "x\x1b[2J", "USD**9**9**9", "", h5py.Empty("f"))
TYPES = ("i1", "f2", "c16", "S5", "?", ">f8", "O", np.dtype([("a", "f8"), ("b", "i4")]), np.dtype(("f8", (2,))))
FILTERS = ({"compression": "lzf"}, {"shuffle": True, "compression": "gzip"}, {"fletcher32": True})


def other_type(rng: Any, file: h5py.File, name: str, shape: tuple[int, ...]) -> None:
    """Numbers of another type, or texts."""
    kind = rng.choice(TYPES)
    file[name] = np.full(shape, b"x\x1b", dtype=object) if kind == "O" else np.ones(shape, dtype=kind)


def other_shape(rng: Any, file: h5py.File, name: str, shape: tuple[int, ...]) -> None:
    """Numbers of another shape."""
    longer = tuple(n + 1 for n in shape)
    file[name] = np.ones(
        rng.choice(((), (0,), shape[::-1], shape[1:], (*shape, 1), (1, *shape), (2, *shape[1:]), longer))
    )


def other_values(rng: Any, file: h5py.File, name: str, shape: tuple[int, ...]) -> None:
    """Numbers of the same shape, none of them likely."""
    file[name] = np.full(shape, rng.choice((np.nan, np.inf, 1e308, -1e308, 1e-320, 0)))


def soft_link(rng: Any, file: h5py.File, name: str, shape: tuple[int, ...]) -> None:
    """A link to an object of the same file."""
    file[name] = h5py.SoftLink(rng.choice(("/prior", "/nothing", f"/{name}", "/prior/energy")))


def external_link(rng: Any, file: h5py.File, name: str, shape: tuple[int, ...]) -> None:
    """A link to another file."""
    file[name] = h5py.ExternalLink(rng.choice((f"../{SECRET}", "/etc/passwd", "../nothing")), "/x")


def external_storage(rng: Any, file: h5py.File, name: str, shape: tuple[int, ...]) -> None:
    """Numbers that are the bytes of another file."""
    size = 8 * int(np.prod(shape, dtype=int))
    file.create_dataset(name, shape, "f8", external=[(os.path.abspath(SECRET), 0, max(size, 8))])


def filtered(rng: Any, file: h5py.File, name: str, shape: tuple[int, ...]) -> None:
    """Numbers in compressed chunks."""
    file.create_dataset(name, data=np.ones(shape or (1,)), **rng.choice(FILTERS))


def endless(rng: Any, file: h5py.File, name: str, shape: tuple[int, ...]) -> None:
    """Numbers that take no room in the file, and terabytes in memory."""
    file.create_dataset(name, (1, 2**40), "f8", chunks=(1, 2**16), fillvalue=1.0)


OBJECTS: dict[str, Callable[[Any, h5py.File, str, tuple[int, ...]], object]] = {
    "nothing": lambda rng, file, name, shape: None,
    "group": lambda rng, file, name, shape: file.create_group(name),
    "type": other_type,
    "shape": other_shape,
    "values": other_values,
    "soft link": soft_link,
    "external link": external_link,
    "external storage": external_storage,
    "filter": filtered,
    "endless": endless,
}


def change_zarr(rng: Any, path: Path) -> str:
    """Change a file within draws.zarr."""
    files = [each for each in sorted(path.rglob("*")) if each.is_file()]
    if not files:
        return "nothing"
    file = (
        rng.choice([each for each in files if each.name == "zarr.json"] or files)
        if rng.random() < 0.6
        else rng.choice(files)
    )
    if file.name == "zarr.json" and rng.random() < 0.8:
        try:
            root = json.loads(file.read_text())
        except ValueError:
            return "nothing"
        done = [mutate.tree(rng, root) for _ in range(rng.choice((1, 1, 3)))]
        file.write_text(json.dumps(root))
        return f"{file}: {', '.join(done)}"
    if rng.random() < 0.3:
        return f"{file} is {replace_file(rng, file)}"
    file.write_bytes(mutate.raw_bytes(rng, file.read_bytes()))
    return f"bytes of {file}"


def change_npz(rng: Any, path: Path) -> None:
    """Change arrays of a checkpoint, or its bytes."""
    if rng.random() < 0.3:
        path.write_bytes(mutate.raw_bytes(rng, path.read_bytes()))
        return
    if rng.random() < 0.1:
        replace_file(rng, path)
        return
    with np.load(path) as stored:
        arrays = dict(stored)
    name = rng.choice([*arrays])
    old = arrays[name]
    made = rng.choice((
        None, old.astype("U"), old.astype(object), np.zeros(0), np.zeros((3, 3)), old[..., None], old.ravel()[:-1],
        np.array(-1),
        np.array(2**62), np.full(old.shape, np.nan), np.array(b"x"), np.array("x\x1b"), np.array([10**9]),
        np.ones(10**5),
    ))  # fmt: skip
    if made is None:
        del arrays[name]
    else:
        arrays[name] = made
    np.savez(path, **arrays)
    if rng.random() < 0.1:
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
            header = io.BytesIO()
            np.lib.format.write_array_header_1_0(header, {"descr": "<f8", "fortran_order": False, "shape": (2**38,)})
            archive.writestr(rng.choice(("more.npy", "../more.npy")), header.getvalue() + bytes(10**6))

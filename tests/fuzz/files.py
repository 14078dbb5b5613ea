"""Changes of files: by other things, and of HDF5, Zarr and npz by their parts."""

from __future__ import annotations

import io
import json
import os
import shutil
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from tests.fuzz import mutate


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
    """Change types, shapes, attributes and links of a file of draws."""
    import h5py

    secret = Path("secret.bin")
    secret.write_bytes(b"secret " * 4000)
    try:
        file = h5py.File(path, "r+")
    except OSError:
        return "nothing"
    with file:
        names: list[str] = []
        file.visit(names.append)
        name = rng.choice(names or ["prior"])
        what = rng.choice(
            (
                "drop",
                "type",
                "type",
                "shape",
                "shape",
                "attribute",
                "soft",
                "external",
                "storage",
                "filter",
                "group",
                "huge",
                "rows",
            )
        )
        old = file[name]
        shape = getattr(old, "shape", (1, 256))
        if what == "attribute":
            key = rng.choice([*old.attrs, "unit", "about", "study"])
            made = rng.choice((b"\xff", 3, np.nan, np.zeros(3), "x\x1b[2J", "USD**9**9**9", "", h5py.Empty("f")))
            old.attrs[key] = made
            return f"attribute {key} of {name}"
        del file[name]
        if what == "type":
            kind = rng.choice(("i1", "f2", "c16", "S5", "?", "O", "compound", "array", "vlen", "big"))
            file[name] = typed(kind, shape)
            return f"{name} as {kind}"
        if what == "shape":
            made = rng.choice(
                (
                    (),
                    (0,),
                    shape[::-1],
                    shape[1:],
                    (*shape, 1),
                    (1, *shape),
                    (2, *shape[1:]),
                    tuple(n + 1 for n in shape),
                )
            )
            file[name] = np.ones(made)
            return f"shape {made} of {name}"
        if what == "rows":
            file[name] = np.full(shape, rng.choice((np.nan, np.inf, 1e308, -1e308, 1e-320, 0)))
        elif what == "soft":
            file[name] = h5py.SoftLink(rng.choice(("/prior", "/nothing", f"/{name}", f"/{names[-1]}")))
        elif what == "external":
            file[name] = h5py.ExternalLink(rng.choice((secret.name, "/etc/passwd", "../nothing")), "/x")
        elif what == "storage":
            file.create_dataset(name, shape, "u1", external=[(os.path.abspath(secret), 0, 28000)])
        elif what == "filter":
            file.create_dataset(
                name,
                data=np.ones(shape or (1,)),
                **rng.choice(({"compression": "lzf"}, {"shuffle": True, "compression": "gzip"}, {"fletcher32": True})),
            )
        elif what == "huge":
            file.create_dataset(name, (1, 2**40), "f8", chunks=(1, 2**16), fillvalue=1.0)
        elif what == "group":
            file.create_group(name)
        return f"{what} {name}"


def typed(kind: str, shape: tuple[int, ...]) -> Any:
    """Numbers of a type."""
    if kind == "O":
        return np.full(shape, b"x\x1b", dtype=object)
    types = {"compound": np.dtype([("a", "f8"), ("b", "i4")]), "array": np.dtype(("f8", (2,))), "big": np.dtype(">f8")}
    return np.ones(shape, dtype=types.get(kind, np.dtype("f8" if kind == "vlen" else kind)))


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
            archive.writestr(rng.choice(("more.npy", "../more.npy", "lost.npy")), header.getvalue() + bytes(10**6))

"""Run folders: JSON as trees, draws and checkpoints by their parts, all as bytes, and files that are none."""

from __future__ import annotations

import atexit
import hashlib
import json
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from tests.conftest import BILL
from tests.fuzz import mutate
from tests.fuzz.files import change_hdf5, change_npz, change_zarr, replace_by, replace_file

SMALL_STUDY = (
    'title = "Small"\ntargets = ["energy_cost", "size"]\n[dimensions]\nkind = ["a", "b,c"]\n'
    '[inputs.energy]\nfamily = "lognormal"\nunit = "kWh"\nsource = "s"\np5 = 1\np95 = 3\n'
    '[inputs.size]\nfamily = "normal"\nunit = "year"\nsource = "s"\nby = "kind"\nmean = [1, 2]\nsd = 1\n'
    '[inputs.energy_price]\nfamily = "uniform"\nunit = "USD/kWh"\nsource = "s"\nlow = 0.05\nhigh = 0.10\n'
    '[evidence.e]\nquantity = "energy_cost"\np5 = 0.01\np95 = 1\nunit = "USD"\nsource = "s"\n'
    '[decision]\nquantity = "energy_cost"\nact = "below"\nthreshold = 0.1\nunit = "USD"\n'
    '[disclosed.d]\nquantity = "energy_cost"\nvalue = 0.1\nunit = "USD"\nsource = "s"\n'
)
FORMATS = ("csv", "parquet", "xlsx", "zarr", "arviz", "metaculus", "squiggle", "squigglepy")
JSON_PARTS = ("[" * 100_000, "1e999", "9" * 5000, '"\\ud800"', "NaN", '{"format": 1, ')
LONG_RUN_DRAWS = 2**19  # draws of the run that has a checkpoint
MAX_MANIFEST_DRAWS = 2**12  # that a changed manifest may ask for, as more take long without being wrong


@cache
def saved_runs() -> Path:
    """A folder with runs to change: of gpt4, of a small study given evidence, and with draws.zarr."""
    import mcfrontier as mcf

    place = Path(tempfile.mkdtemp(prefix="fuzz-runs-", dir=os.environ.get("TMPDIR", "/tmp")))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    folder = Path.cwd()
    os.chdir(place)
    try:
        Path("priors").mkdir()
        for name, text in (("small", SMALL_STUDY), ("bill", BILL)):
            Path("priors", f"{name}.toml").write_text(text)
        mcf.run("gpt4", draws=256, targets=["amortised_cost", "energy", "cloud_cost"]).write("gpt4", report=False)
        mcf.run("small", draws=1024).write("small", report=False)
        shutil.copytree("small", "zarr")
        in_zarr(Path("zarr"))
        checkpoint(place / "bill")
    finally:
        os.chdir(folder)
    return place


def in_zarr(folder: Path) -> None:
    """Write the draws of a run as draws.zarr."""
    from mcfrontier.outputs.exports.groups import zarr
    from mcfrontier.outputs.folder.saved import read_folder

    run = read_folder(folder)
    zarr(run, run.targets, folder / "draws.zarr")
    (folder / "draws.nc").unlink()
    content = json.loads((folder / "manifest.json").read_text())
    content["files"] = {name: hash for name, hash in content["files"].items() if name != "draws.nc"} | {
        "draws.zarr": ""
    }
    (folder / "manifest.json").write_text(json.dumps(content))


def checkpoint(folder: Path) -> None:
    """Write the checkpoint of a run of many draws that has counted all of them."""
    import mcfrontier as mcf
    from mcfrontier.sampling.engine.checkpoint import CHECKPOINT_FILE, Checkpoint

    folder.mkdir()
    counted = mcf.run("bill", draws=LONG_RUN_DRAWS).core.counted
    Checkpoint(folder / CHECKPOINT_FILE).save(counted.accumulator)


def make(rng: Any) -> tuple[list[list[str]], list[str]]:
    """A changed run folder, and commands that read it."""
    Path("priors").mkdir()
    for name, text in (("small", SMALL_STUDY), ("bill", BILL)):
        Path("priors", f"{name}.toml").write_text(text)
    name = rng.choice(("gpt4", "gpt4", "small", "small", "small", "zarr", "zarr", "bill"))
    shutil.copytree(saved_runs() / name, "run")
    folder = Path("run")
    if name == "bill":
        change_npz(rng, folder / "unfinished.npz")
        return [
            [
                "run",
                "bill",
                "--draws",
                str(LONG_RUN_DRAWS),
                "--resume",
                "--no-report",
                "--out",
                "run",
                "--method",
                "order",
            ]
        ], ["unfinished.npz"]
    changes = [change(rng, folder) for _ in range(rng.choice((1, 1, 1, 2)))]
    if rng.random() < 0.85:
        hash_again(folder)
    return commands_of(rng, name), [name, *changes]


def change(rng: Any, folder: Path) -> str:
    """Change one file of a run."""
    paths = sorted(folder.iterdir())
    weights = [5 if path.name == "manifest.json" else 4 if path.name.startswith("draws") else 2 for path in paths]
    path = rng.choices(paths, weights)[0]
    what = rng.random()
    if what < 0.08:
        return f"{path.name} is {replace_file(rng, path)}"
    if what < 0.12:
        other = rng.choice([each for each in sorted(saved_runs().rglob("*")) if each.is_file()])
        return f"{path.name} is {replace_by(path, other.read_bytes())} of {other.name}"
    if path.is_dir():
        return change_zarr(rng, path)
    if not path.is_file():
        return "nothing"
    if path.suffix == ".json" and what < 0.85:
        return change_json(rng, path)
    if path.suffix == ".nc" and what < 0.85:
        return change_hdf5(rng, path)
    replace_by(path, mutate.raw_bytes(rng, path.read_bytes()))
    return f"bytes of {path.name}"


def change_json(rng: Any, path: Path) -> str:
    """Change the tree of a JSON file, or of the JSON text in it."""
    try:
        root = json.loads(path.read_text())
        donors = [json.loads(each.read_text()) for each in sorted(path.parent.glob("*.json")) if each.is_file()]
    except (ValueError, RecursionError):
        return "nothing"
    times = range(rng.choice((1, 1, 2, 4)))
    done = [mutate.tree(rng, root, donors) if rng.random() < 0.7 else mutate.numbers(rng, root) for _ in times]
    for key in ("draws", "draws_asked"):
        if isinstance(root, dict) and isinstance(root.get(key), int | float):
            root[key] = min(root[key], MAX_MANIFEST_DRAWS)
    text = json.dumps(root)
    if rng.random() < 0.1:
        at = rng.randrange(len(text))
        text = text[:at] + rng.choice(JSON_PARTS) + text[at:]
    path.write_text(text)
    return f"{path.name}: {', '.join(done)}"


def hash_again(folder: Path) -> None:
    """State the hashes of the changed files in the manifest, as a forger would."""
    try:
        content = json.loads((folder / "manifest.json").read_text()) if (folder / "manifest.json").is_file() else {}
        for name in content["files"]:
            if (folder / name).is_file() and (folder / name).stat().st_size:
                content["files"][name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        (folder / "manifest.json").write_text(json.dumps(content))
    except (ValueError, KeyError, TypeError, OSError, RecursionError):
        pass


def commands_of(rng: Any, name: str) -> list[list[str]]:
    """One or two commands that read the folder `run`."""
    export = ["export", "run", "--to", rng.choice(FORMATS), "--out", "made"]
    target = "energy_cost" if name != "gpt4" else "amortised_cost"
    choices = [
        [["percentiles", "run"], export],
        [["percentiles", "run", "--quantiles", "31.4", "--format", rng.choice(("csv", "json"))]],
        [export], [export], [export],
        [["export", "run", "--to", rng.choice(("csv", "squiggle", "metaculus")), "--target", target]],
        [["verify", "run"]], [["verify", "run"]],
        [["score", "run", "--outcome", f"{target}=1 USD"], ["score", "--all"]],
        [["run", "small", "--draws", "64", "--no-report", "--out", "run"], ["percentiles", "run"]],
        [["show", "run"], ["check", "run"]],
    ]  # fmt: skip
    return rng.choice(choices)

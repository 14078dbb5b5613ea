"""manifest.json: all that it takes to make the run again."""

from __future__ import annotations

import platform
from functools import cache
from importlib.metadata import version
from pathlib import Path

import msgspec

from mcfrontier import __version__, files
from mcfrontier.finished import FORMAT, digest
from mcfrontier.outputs.text import json_text
from mcfrontier.results import Run

LIBRARIES = ("numpy", "scipy", "matplotlib", "typst", "h5py")  # those that shape a byte of the output

PAGE = ("targets", "title", "question", "about", "price_year", "date")  # words of the priors file that are told on


@cache
def versions() -> dict[str, str]:
    """The versions of this package, of Python, and of the libraries that shape the output."""
    own = {"mcfrontier": __version__, "python": platform.python_version()}
    return own | {name: version(name) for name in LIBRARIES}


def write_manifest(run: Run, path: Path) -> None:
    """What was asked, what was believed, by which formulas and with which versions it was computed. It is the last file
    of a run, and `files` tells the others, each with its hash. No date of it and no name of a machine, so that the same
    run gives the same bytes."""
    study, page = run.study, run.study.page
    told = {
        "format": FORMAT,
        "study": study.name,
        "seed": run.sampler.seed,
        "draws": run.sampler.draws,
        "draws_asked": run.sampler.asked,
        "sampler": run.sampler.kind,
        "method": run.method,
        "targets": study.targets,
        "set": {name: str(value) for name, value in study.pins.items()},
        "own_model": study.own_model,
        "page": {
            "command": page.command,
            "stated_in": files.kept(page.where) if page.command else "",
            **{word: msgspec.to_builtins(getattr(page.words, word)) for word in PAGE},
        },
        "priors_sha256": page.digest,
        "versions": versions(),
        "notes": run.findings,
        "correlation_kind": page.correlation.kind,
        "correlation": {" ~ ".join(pair): value for pair, value in page.correlation.pairs.items()},
        "same": page.same,
        "evidence": {key: msgspec.to_builtins(seen) for key, seen in study.evidence.items()},
        "decision": msgspec.to_builtins(page.decision),
        "disclosed": msgspec.to_builtins(page.disclosed),
        "dimensions": page.dimensions,
        "sobol_dimensions": run.sampler.dimensions,
        "inputs": {name: {"stated_in": files.kept(p.where), **p.stated} for name, p in study.inputs.items()},
        "formulas": {name: study.nodes[name].formula for name in study.order},
        "capped": run.capped,
        "files": {each.name: digest(each) for each in sorted(path.parent.iterdir()) if each != path},
    }
    path.write_text(json_text(told) + "\n", encoding="utf-8")

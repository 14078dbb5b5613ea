"""The origin of an export, in one line of text."""

from __future__ import annotations

from mcfrontier.outputs.folder.saved import RunFolder


def origin(run: RunFolder) -> str:
    """The study, draws, sampler and seed of a run, and what it was given."""
    manifest = run.manifest
    text = f"{manifest.study}: {manifest.draws:,} draws, sampler {manifest.sampler}, seed {manifest.seed}"
    text += f", mcfrontier {manifest.versions.get('mcfrontier', '')}"
    text += "".join(f", given evidence on {name}" for name in manifest.evidence)
    text += "".join(f", given {condition}" for condition in manifest.given)
    return text + "".join(f", {name} set to {value}" for name, value in (manifest.set | manifest.priors).items())

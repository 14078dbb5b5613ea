"""python -m mcfrontier schema"""

from __future__ import annotations

import json

import click

from mcfrontier.cli.terminal import emit


@click.command()
@click.argument("of", type=click.Choice(("priors", "percentiles", "manifest")), default="priors")
def command(of: str) -> None:
    """Print the JSON schema of a priors file, or of a file of a run."""
    from mcfrontier.outputs.folder import json_schema as files
    from mcfrontier.study import json_schema as study

    made = {"priors": study.schema, "percentiles": files.percentiles, "manifest": files.manifest}[of]()
    emit([json.dumps(made, indent=1), "\n"])

"""An install without matplotlib and typst: everything but figures and PDFs."""

import json
import re
import shlex
import subprocess
import sys
import tomllib

import pytest

import mcfrontier as mcf
from mcfrontier.outputs.libraries import PACKAGES
from mcfrontier.tasks.verify.verify import NOT_COMPARED, verify
from tests.conftest import BILL, ROOT
from tests.package.source import PACKAGE

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
ENGINE = PROJECT["dependency-groups"]["engine"]
WITHOUT = """
import json, sys
sys.modules |= dict.fromkeys(sys.argv[1].split())
"""
COMMANDS = """
from mcfrontier.cli import main
for words in json.loads(sys.argv[2]):
    try:
        code = main(words)
    except SystemExit as end:
        code = end.code
    print(words[0], code or 0, file=sys.stderr)
"""
REFUSED = "requires matplotlib; pip install matplotlib typst"


def without_packages(program, away, *commands, missing=PACKAGES):
    """The standard error of a program, in a process in which packages cannot be imported."""
    arguments = [missing, json.dumps([shlex.split(each) for each in commands])]
    process = [sys.executable, "-c", WITHOUT + program, *arguments]
    return subprocess.run(process, cwd=away, capture_output=True, text=True, env={"PYTHONPATH": str(ROOT)}).stderr


@pytest.fixture
def away(here):
    """A folder with a study."""
    (here / "bill.toml").write_text(BILL)
    return here


def test_the_engine_is_the_dependencies_without_the_packages_of_the_report():
    rest = [each for each in PROJECT["project"]["dependencies"] if each.split(">")[0] not in PACKAGES.split()]
    assert rest == ENGINE


def test_the_documented_command_for_a_wheel_installs_the_engine():
    text = (ROOT / "docs/install.md").read_text()
    (line,) = re.findall(r"^pip install ('numpy.*) && pip install --no-deps", text, re.MULTILINE)
    assert shlex.split(line) == ENGINE


@pytest.mark.slow
def test_commands_that_make_no_pdf_work_without_the_packages_of_the_report(away):
    err = without_packages(
        COMMANDS,
        away,
        "run bill.toml --draws 256 --out a",
        "percentiles a",
        "export a --to csv",
        "verify a",
        "score a --outcome 'energy_cost = 0.1 USD'",
        "probability a --that 'energy_cost > 0.1 USD'",
        "compare bill.toml --set 'energy=2 kWh' --draws 256",
        "solve bill.toml --for energy --so-that 'energy_cost < 0.1 USD' --draws 256",
        "check bill.toml",
        "explain bill.toml energy_cost",
        "page bill.toml --out b.html",
    )
    assert {*re.findall(r"^\w+ (\d)$", err, re.MULTILINE)} == {"0"}, err
    assert f"note: no report.pdf: {REFUSED}\n" in err
    assert {path.name for path in (away / "a").iterdir()} == {
        "percentiles.csv", "percentiles.json", "draws.nc", "report.html", "manifest.json",
    }  # fmt: skip
    assert verify(away / "a").verdict == "bit-identical"  # where there are all packages


def test_what_makes_a_pdf_is_refused_before_anything_is_computed_or_written(away):
    commands = ("compare bill.toml --set 'energy=2 kWh'", "score --all", "calibrate", "reproduce T1")
    err = without_packages(COMMANDS, away, *(f"{each} --out c" for each in commands), missing="typst")
    line = "mcfrontier: --out: requires typst; pip install matplotlib typst\n"
    assert err == "".join(f"{line}{each.split()[0]} 2\n" for each in commands)
    assert [path.name for path in away.iterdir()] == ["bill.toml"]


def test_a_run_is_verified_but_for_its_report_and_its_figures_are_refused_in_one_line(away):
    mcf.run("bill.toml", draws=64).write("a")
    python = """
import mcfrontier as mcf
from mcfrontier.tasks.verify.verify import verify
found = verify("a")
print(found.verdict, found.files["report.pdf"], file=sys.stderr)
mcf.open("a").plot.density("energy_cost")
"""
    err = without_packages(COMMANDS + python, away, "figure a density --out a.svg")
    assert err.startswith(f"mcfrontier: figures: {REFUSED}\nfigure 2\nbit-identical {NOT_COMPARED}\n")
    assert err.endswith(f"InputError: figures: {REFUSED}\n")
    assert not (away / "a.svg").exists()


def test_a_missing_package_is_reported_by_one_function():
    assert [path.name for path in PACKAGE.rglob("*.py") if "pip install" in path.read_text()] == ["errors.py"]

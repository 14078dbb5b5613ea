"""The commands on a terminal and in a pipe."""

import json
import os
import pty
import shlex
import subprocess
import sys

import pytest

import mcfrontier as mcf
from mcfrontier.cli import COMMANDS
from tests.conftest import ROOT, entry

QUICK_OPTIONS = ("--draws", "256", "--no-report")


def python(*arguments, **options):
    return subprocess.run([sys.executable, "-m", "mcfrontier", *arguments], cwd=ROOT, text=True, **options)


def test_run_writes_into_reports_and_prints_a_table(here, command):
    result = command("run", "gpt4", *QUICK_OPTIONS)
    assert result.code == 0
    assert result.err == ""
    assert "amortised cost" in result.out
    assert "MC error" in result.out
    assert {path.name for path in (here / "reports/gpt4").iterdir()} == {
        "percentiles.csv", "percentiles.json", "draws.nc", "manifest.json",
    }  # fmt: skip


def test_the_pinned_example(here, command):
    pins = [word for pin in ("gpu_price=15000", "gpu_share=0.7", "chip_count=25000") for word in ("--set", pin)]
    result = command("run", "gpt4", *QUICK_OPTIONS, "--json", *pins)
    cost = json.loads(result.out)["quantities"]["acquisition_cost"]
    for word in ("mean", "p1", "p5", "p10", "p25", "p50", "p75", "p90", "p95", "p99"):
        assert round(cost[word], 2) == 535_714_285.71
    assert cost["sd"] == 0


def test_json_output_equals_the_file(here, command):
    result = command("run", "gpt4", *QUICK_OPTIONS, "--json")
    assert result.out == (here / "reports/gpt4/percentiles.json").read_text()


def test_quiet_prints_nothing(here, command):
    assert command("run", "gpt4", *QUICK_OPTIONS, "--quiet") == (0, "", "")


def test_rounded_up_draws_are_reported_on_standard_error(here, command):
    result = command("run", "gpt4", "--draws", 1000, "--no-report", "--json")
    assert "1,000 draws rounded up to 1,024" in result.err
    assert json.loads(result.out)["draws"] == 1024


def test_out_sets_the_folder_and_target_selects_the_quantity(here, command):
    result = command("run", "gpt4", *QUICK_OPTIONS, "--out", here / "deep/er", "--target", "energy", "--json")
    assert "cloud_cost" not in json.loads(result.out)["quantities"]
    assert (here / "deep/er/manifest.json").exists()


def test_list_names_every_study_and_no_part(here, command):
    result = command("list")
    names = [line.split()[0] for line in result.out.splitlines()]
    assert "gpt4" in names
    assert not {"common", "chips/a100"} & set(names)


def test_the_list_as_json_has_what_the_table_has(here, command):
    found = json.loads(command("list", "--json").out)["studies"]
    shown = command("list").out
    assert all(all(word in shown for word in (each["name"], each["title"], each["file"])) for each in found)
    assert len(found) == len(shown.splitlines())
    assert {"name", "title", "question", "file"} == found[0].keys()


def test_a_study_as_json_has_its_inputs_and_nodes(command):
    found, study = json.loads(command("show", "chips", "--json").out), mcf.load("chips")
    assert [each["name"] for each in found["nodes"]] == list(study.order)
    assert {*found["targets"]} == {each["name"] for each in found["nodes"] if each["target"]}
    rows = [row for prior in study.inputs.values() for row in prior.row_names]
    for row in found["inputs"]:
        assert row["name"] in rows
        prior = study.inputs[row["quantity"]]
        rank = [*prior.row_names].index(row["name"])
        assert prior.distributions[rank].cdf(row["p95"]) == pytest.approx(1 if row["known"] else 0.95)
        assert (row["unit"], row["source"]) == (prior.entry.unit, prior.entry.source)


def test_findings_as_json_are_those_of_the_text(page, command):
    page("broken", 'targets = ["x"]\n' + entry("x", value=1, unit="parsec"))
    page("doubtful", 'targets = ["x"]\n' + entry("x", "logitnormal", p5=0.1, p95=0.2, unit="%"))
    for words, ok in ((("doubtful",), True), (("doubtful", "--strict"), False), (("doubtful", "broken"), False)):
        text, found = command("check", *words), command("check", *words, "--json")
        content = json.loads(found.out)
        assert (text.code, found.code, content["ok"], found.err) == (*[2 * (not ok)] * 2, ok, "")
        for each in content["files"]:
            assert (f"ok  {each['summary']}\n" in text.out) == each["ok"]
            assert all(line in text.err for line in (*each["warnings"], *each["information"], each["error"] or ""))
    assert [each["error"] is None for each in content["files"]] == [True, False]
    assert len(content["files"][0]["warnings"]) == 1


def test_show_prints_inputs_nodes_units_sources_and_formulas(here, command):
    result = command("show", "gpt4")
    for part in ("gpu_price", "USD/chip", "LessWrong", "amortised_hardware_cost + energy_cost", "priors/gpt4.toml"):
        assert part in result.out


def test_check_names_every_file_that_fails(page, command, tmp_path):
    page("one", 'targets = ["x"]\n')
    page("two", 'targets = ["y"]\n')
    page("three", 'targets = ["z"]\n' + entry("z", value=1))
    result = command("check", tmp_path / "priors")
    assert result.code == 2
    assert [line.split(":")[1].split("/")[-1] for line in result.err.splitlines()] == ["one.toml", "two.toml"]
    assert "three.toml" in result.out


def test_no_command_prints_the_help(command):
    result = command()
    assert result.code == 0
    assert "Usage: mcfrontier" in result.out


def test_draws_may_be_written_as_a_power_of_ten(here, command):
    assert json.loads(command("run", "gpt4", "--draws", "1e3", "--no-report", "--json").out)["draws"] == 1024


def test_the_removal_of_an_earlier_report_is_reported(here, command):
    command("run", "gpt4", "--draws", 64, "--quiet")
    result = command("run", "gpt4", *QUICK_OPTIONS, "--quiet")
    assert "report.pdf of an earlier run was removed" in result.err


def test_the_version_is_that_of_the_package(command):
    import mcfrontier

    assert command("--version").out == f"mcfrontier {mcfrontier.__version__}\n"


@pytest.mark.parametrize("arguments", [("--help",), *((name, "--help") for name in COMMANDS)], ids=" ".join)
def test_help_imports_no_heavy_library(arguments):
    probe = "import sys; from mcfrontier.cli import main\ntry: main(sys.argv[1:])\nfinally: print(sorted(sys.modules))"
    result = subprocess.run([sys.executable, "-c", probe, *arguments], cwd=ROOT, text=True, capture_output=True)
    assert "Usage: mcfrontier" in result.stdout
    for heavy in ("numpy", "scipy", "xarray", "matplotlib", "pint", "typst", "rich"):
        assert f"'{heavy}'" not in result.stdout


def test_the_help_lists_every_command_in_its_group(command):
    lines = command("--help").out.splitlines()
    for name, group in COMMANDS.items():
        place = next(i for i, line in enumerate(lines) if line.split()[:1] == [name])
        head = next(line for line in reversed(lines[:place]) if line.endswith(":"))
        assert head == f"{group}:"


def test_a_run_without_report_imports_neither_xarray_nor_matplotlib(tmp_path):
    probe = "import sys; from mcfrontier.cli import main; main(sys.argv[1:]); print(sorted(sys.modules))"
    arguments = ["run", "gpt4", *QUICK_OPTIONS, "--out", str(tmp_path)]
    result = subprocess.run([sys.executable, "-c", probe, *arguments], cwd=ROOT, text=True, capture_output=True)
    assert "'numpy'" in result.stdout
    for heavy in ("scipy.stats", "xarray", "matplotlib", "typst"):
        assert f"'{heavy}'" not in result.stdout


def test_a_pipe_gets_no_progress_bar_and_no_colours(tmp_path):
    result = python("run", "gpt4", *QUICK_OPTIONS, "--out", str(tmp_path), capture_output=True)
    assert result.returncode == 0
    assert result.stderr == ""
    assert "\x1b" not in result.stdout
    assert "…" not in result.stdout


def test_a_terminal_gets_a_progress_bar(tmp_path):
    ours, theirs = pty.openpty()
    result = python("run", "gpt4", *QUICK_OPTIONS, "--out", str(tmp_path), stdout=subprocess.PIPE, stderr=theirs)
    os.close(theirs)
    displayed = os.read(ours, 100_000).decode()
    os.close(ours)
    assert result.returncode == 0
    assert "writing" in displayed


def test_a_pipe_closed_early_causes_no_traceback(tmp_path):
    line = f"{sys.executable} -m mcfrontier run gpt4 --draws 256 --no-report --json --out {tmp_path} | head -1"
    result = subprocess.run(line, shell=True, cwd=ROOT, text=True, capture_output=True)
    assert result.stdout == "{\n"
    assert result.stderr == ""


@pytest.mark.parametrize("word", ["list", "--help"])
def test_a_closed_pipe_gives_exit_code_141(word):
    """Exit code 1 is a result of some commands, and click's default for a closed pipe."""
    reader, writer = os.pipe()
    os.close(reader)
    result = subprocess.run([sys.executable, "-m", "mcfrontier", word], cwd=ROOT, stdout=writer, stderr=-1, text=True)
    os.close(writer)
    assert (result.returncode, result.stderr) == (141, "")


def test_invalid_input_gives_exit_code_2_and_one_line():
    result = python("run", "gtp4", capture_output=True)
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr == "mcfrontier: gtp4: there is no such study; did you mean 'gpt4'?\n"


def test_show_prints_correlations_and_evidence(command):
    out = command("show", "gpt4-dependent").out
    assert "gpu_price ~ value_loss: spearman correlation -0.4" in out
    assert "server_price ~ value_loss" not in out  # an input that is not in this study
    assert "evidence reported: chip_time: 2.58e+06 to 2.75e+06 chip*h" in command("show", "deepseek-v3-given").out


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="streams are closed by a shell")
@pytest.mark.parametrize(
    ("closed", "words", "code"), [(">&-", "list", 0), ("2>&-", "list", 0), ("2>&-", "show nothing", 2)]
)
def test_a_closed_stream_causes_no_traceback(closed, words, code):
    result = subprocess.run(
        f"{shlex.quote(sys.executable)} -m mcfrontier {words} {closed}",
        shell=True,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert (result.returncode, "Traceback" in result.stdout + result.stderr) == (code, False)


def test_numpy_warns_of_no_figures_that_are_noted_anyway(page, command):
    """Costs beyond doubles, of which a mean over the runs has none left."""
    top = 'extends = ["history"]\ntargets = ["mean_chip_share"]\n'
    page("study", top + entry("value_loss", "normal", "1/year", p5=1e300, p95=1e303))
    result = command("check", "study")
    assert "RuntimeWarning" not in result.err

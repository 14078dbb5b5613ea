"""The commands, as a user and as a pipe see them."""

import json
import os
import pty
import shlex
import subprocess
import sys

import pytest

from tests.conftest import ROOT, entry

QUICK = ("--draws", "256", "--no-report")


def python(*arguments, **options):
    return subprocess.run([sys.executable, "-m", "mcfrontier", *arguments], cwd=ROOT, text=True, **options)


def test_run_writes_into_reports_and_prints_a_table(here, command):
    ended = command("run", "gpt4", *QUICK)
    assert ended.code == 0
    assert ended.err == ""
    assert "amortised cost" in ended.out
    assert "MC error" in ended.out
    assert {path.name for path in (here / "reports/gpt4").iterdir()} == {
        "percentiles.csv", "percentiles.json", "draws.nc", "manifest.json",
    }  # fmt: skip


def test_the_pinned_example(here, command):
    pins = [word for pin in ("gpu_price=15000", "gpu_share=0.7", "chip_count=25000") for word in ("--set", pin)]
    ended = command("run", "gpt4", *QUICK, "--json", *pins)
    cost = json.loads(ended.out)["quantities"]["acquisition_cost"]
    for word in ("mean", "p1", "p5", "p10", "p25", "p50", "p75", "p90", "p95", "p99"):
        assert round(cost[word], 2) == 535_714_285.71
    assert cost["sd"] == 0


def test_json_is_what_the_file_holds(here, command):
    ended = command("run", "gpt4", *QUICK, "--json")
    assert ended.out == (here / "reports/gpt4/percentiles.json").read_text()


def test_quiet_prints_nothing(here, command):
    assert command("run", "gpt4", *QUICK, "--quiet") == (0, "", "")


def test_draws_rounded_up_are_told_on_standard_error(here, command):
    ended = command("run", "gpt4", "--draws", 1000, "--no-report", "--json")
    assert "1,000 draws rounded up to 1,024" in ended.err
    assert json.loads(ended.out)["draws"] == 1024


def test_out_names_the_folder_and_target_the_question(here, command):
    ended = command("run", "gpt4", *QUICK, "--out", here / "deep/er", "--target", "energy", "--json")
    assert "cloud_cost" not in json.loads(ended.out)["quantities"]
    assert (here / "deep/er/manifest.json").exists()


def test_list_names_every_study_and_no_part(here, command):
    ended = command("list")
    names = [line.split()[0] for line in ended.out.splitlines()]
    assert "gpt4" in names
    assert not {"common", "chips/a100"} & set(names)


def test_show_tells_inputs_nodes_units_sources_and_what_needs_what(here, command):
    ended = command("show", "gpt4")
    for part in ("gpu_price", "USD/chip", "LessWrong", "amortised_hardware_cost + energy_cost", "priors/gpt4.toml"):
        assert part in ended.out


def test_check_passes_everything_that_ships(command):
    ended = command("check")
    assert ended.code == 0
    assert ended.err == ""
    assert "priors/gpt4.toml" in ended.out
    assert "part, for extends" in ended.out


def test_check_names_every_file_that_fails(page, command, tmp_path):
    page("one", 'targets = ["x"]\n')
    page("two", 'targets = ["y"]\n')
    page("three", 'targets = ["z"]\n' + entry("z", value=1))
    ended = command("check", tmp_path / "priors")
    assert ended.code == 2
    assert [line.split(":")[1].split("/")[-1] for line in ended.err.splitlines()] == ["one.toml", "two.toml"]
    assert "three.toml" in ended.out


def test_no_command_at_all_gets_the_help(command):
    ended = command()
    assert ended.code == 0
    assert "Usage: python -m mcfrontier" in ended.out


def test_draws_may_be_written_as_a_power_of_ten(here, command):
    assert json.loads(command("run", "gpt4", "--draws", "1e3", "--no-report", "--json").out)["draws"] == 1024


def test_a_file_of_an_earlier_run_that_is_taken_away_is_told(here, command):
    command("run", "gpt4", "--draws", 64, "--quiet")
    ended = command("run", "gpt4", *QUICK, "--quiet")
    assert "report.pdf of an earlier run is taken away" in ended.err


def test_the_version_is_the_packages(command):
    import mcfrontier

    assert command("--version").out == f"mcfrontier {mcfrontier.__version__}\n"


@pytest.mark.parametrize("arguments", [("--help",), ("run", "--help"), ("compare", "--help"), ("check", "--help")])
def test_help_needs_none_of_the_heavy_libraries(arguments):
    probe = "import sys; from mcfrontier.cli import main\ntry: main(sys.argv[1:])\nfinally: print(sorted(sys.modules))"
    ended = subprocess.run([sys.executable, "-c", probe, *arguments], cwd=ROOT, text=True, capture_output=True)
    assert "Usage: python -m mcfrontier" in ended.stdout
    for heavy in ("numpy", "scipy", "xarray", "matplotlib", "pint", "typst", "rich"):
        assert f"'{heavy}'" not in ended.stdout


def test_a_run_without_report_needs_neither_xarray_nor_matplotlib(tmp_path):
    probe = "import sys; from mcfrontier.cli import main; main(sys.argv[1:]); print(sorted(sys.modules))"
    arguments = ["run", "gpt4", *QUICK, "--out", str(tmp_path)]
    ended = subprocess.run([sys.executable, "-c", probe, *arguments], cwd=ROOT, text=True, capture_output=True)
    assert "'numpy'" in ended.stdout
    for heavy in ("scipy.stats", "xarray", "matplotlib", "typst"):
        assert f"'{heavy}'" not in ended.stdout


def test_a_pipe_gets_no_bar_and_no_colours(tmp_path):
    ended = python("run", "gpt4", *QUICK, "--out", str(tmp_path), capture_output=True)
    assert ended.returncode == 0
    assert ended.stderr == ""
    assert "\x1b" not in ended.stdout
    assert "…" not in ended.stdout


def test_a_terminal_gets_a_bar(tmp_path):
    ours, theirs = pty.openpty()
    ended = python("run", "gpt4", *QUICK, "--out", str(tmp_path), stdout=subprocess.PIPE, stderr=theirs)
    os.close(theirs)
    shown = os.read(ours, 100_000).decode()
    os.close(ours)
    assert ended.returncode == 0
    assert "writing" in shown


def test_a_reader_who_has_had_enough_causes_no_traceback(tmp_path):
    line = f"{sys.executable} -m mcfrontier run gpt4 --draws 256 --no-report --json --out {tmp_path} | head -1"
    ended = subprocess.run(line, shell=True, cwd=ROOT, text=True, capture_output=True)
    assert ended.stdout == "{\n"
    assert ended.stderr == ""


def test_a_reader_who_is_gone_ends_it_with_141():
    """1 is an answer of some commands, and click's own code for it."""
    reader, writer = os.pipe()
    os.close(reader)
    ended = subprocess.run([sys.executable, "-m", "mcfrontier", "list"], cwd=ROOT, stdout=writer, stderr=-1, text=True)
    os.close(writer)
    assert (ended.returncode, ended.stderr) == (141, "")


def test_bad_input_ends_with_2_and_one_line_from_the_shell():
    ended = python("run", "gpt5", capture_output=True)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr == "mcfrontier: gpt5: there is no such study; did you mean 'gpt4'?\n"


def test_show_tells_what_goes_together_and_what_was_observed(command):
    out = command("show", "gpt4-dependent").out
    assert "gpu_price ~ rental_price: spearman correlation +0.6" in out
    assert "server_price ~ rental_price" not in out  # of an input that this study does not have
    assert "evidence reported: chip_time: 2.58e+06 to 2.75e+06 chip*h" in command("show", "deepseek-v3-given").out


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="streams are closed by a shell")
@pytest.mark.parametrize(
    ("closed", "words", "code"), [(">&-", "list", 0), ("2>&-", "list", 0), ("2>&-", "show nothing", 2)]
)
def test_a_stream_that_is_closed_hears_nothing(closed, words, code):
    ended = subprocess.run(
        f"{shlex.quote(sys.executable)} -m mcfrontier {words} {closed}",
        shell=True,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert (ended.returncode, "Traceback" in ended.stdout + ended.stderr) == (code, False)

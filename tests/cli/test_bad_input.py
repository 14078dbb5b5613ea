"""Invalid user input: one line with place, entry, problem and fix; exit code 2; nothing written."""

import pytest

from tests.conftest import entry

VALID_STUDY = 'targets = ["cloud_cost"]\n' + entry("rental_price", "uniform", "USD/chip/h", low=1, high=2)
CHIP_TIME = entry("chip_time", "lognormal", "chip*h", p5=100, p95=200)


def study(*entries, top=""):
    return top + VALID_STUDY + "".join(entries)


def with_time(**words):
    """The study with chip_time stated by other keys."""
    words = {"family": "lognormal", "unit": "chip*h", **words}
    return study(entry("chip_time", **words))


UNIFORM_PART = '{ family = "uniform", low = 1, high = 2 }'


def with_parts(*parts, **words):
    """The study with chip_time as a mixture."""
    return with_time(family="mixture", parts=f"[{', '.join(parts)}]", **words)


def assert_one_line_error(result, *parts):
    assert result.code == 2, result
    assert result.out == ""
    assert result.err.count("\n") == 1, result.err
    assert "Traceback" not in result.err
    for part in parts:
        assert part in result.err, result.err


INVALID_FILES = {
    "unknown family": (with_time(family="lognormol", p5=1, p95=2), "chip_time", "did you mean 'lognormal'"),
    "unknown word": (with_time(p5=1, hihg=2), "chip_time", "unknown key 'hihg'", "did you mean 'high'"),
    "a percentile there is none of": (with_time(p5=1, p105=2), "chip_time", "unknown key 'p105'", "p1 to p99"),
    "a percentile with a point": (with_time(**{"p2.5": 1, "p95": 2}), "chip_time: p2", "p2.5 is written p2_5"),
    "three percentiles": (with_time(p5=1, p50=2, p95=3), "chip_time", "two percentiles"),
    "percentiles that fall": (with_time(p2_5=3, p10=2), "chip_time", "p2_5 = 3 must lie below p10 = 2"),
    "no family": (study(CHIP_TIME.replace('family = "lognormal"\n', "")), "chip_time", "has no family"),
    "no unit": (study(CHIP_TIME.replace('unit = "chip*h"\n', "")), "chip_time", "has no unit"),
    "no source": (study(CHIP_TIME.replace('source = "a test"\n', "")), "chip_time", "has no source"),
    "empty source": (study(CHIP_TIME.replace('"a test"', '" "')), "chip_time", "source is empty"),
    "unknown unit": (with_time(unit="chip*hh", p5=1, p95=2), "chip_time", "unknown unit 'hh'"),
    "wrong unit of a quantity": (with_time(unit="USD", p5=1, p95=2), "chip_time", "unit 'USD'", "chip*h"),
    "wrong unit for a node": (
        'targets = ["energy_cost"]\n'
        + entry("energy", "value", "MWh", value=1)
        + entry("energy_price", "value", "USD/h", value=1),
        "node energy_cost",
        "USD",
        "energy_price",
    ),
    "p5 not below p95": (with_time(p5=3, p95=3), "chip_time", "p5 = 3 must lie below p95 = 3"),
    "a lognormal with p5 of zero": (with_time(p5=0, p95=3), "chip_time", "p5 = 0 must be above 0"),
    "one percentile": (with_time(p5=1), "chip_time", "two percentiles"),
    "two ways at once": (with_time(p5=1, p95=2, mean=1, sd=1), "chip_time", "exactly one of these"),
    "nan": (with_time(p5=1, p95="nan"), "chip_time", "p95 = nan", "finite"),
    "infinity": (with_time(p5=1, p95="inf"), "chip_time", "p95 = inf", "finite"),
    "text for a number": (with_time(p5='"1"', p95=2), "chip_time", "p5", "expected a number, got text"),
    "a share of more than 100 %": (study(CHIP_TIME, entry("mfu", unit="%", value=140)), "mfu", "within 0 and 1"),
    "an entry that is a number": (study(CHIP_TIME, top="inputs.mfu = 5\n"), "mfu: an entry is a table"),
    "a number with a comma": (with_time(p5="10,000", p95=2), "not TOML", "write 10_000, not 10,000"),
    "text without quotes": (with_time(p5="cheap", p95=2), "not TOML", "put text in quotes"),
    "a dimension stated twice": (
        study(CHIP_TIME) + "[dimensions]\nchip = ['a', 'a']\n",
        "dimensions: chip",
        "labels must be distinct",
    ),
    "a name the results use": (study(CHIP_TIME, entry("draw", value=1)), "draw", "reserved for results"),
    "rows in two units": (
        study(entry("chip_time", "lognormal", p5=1, p95=2, by='"chip"').replace('unit = "1"', 'unit = ["h", "day"]'))
        + '[dimensions]\nchip = ["a", "b"]\n',
        "chip_time: unit: a list is for numbers",
    ),
    "true for a number": (with_time(p5="true", p95=2), "chip_time", "p5", "expected a number"),
    "a list for a number": (
        with_time(p5="[1, 2]", p95=2),
        "chip_time",
        "p5",
        "a list is for numbers, of an entry with by",
    ),
    "mode outside": (with_time(family="pert", low=1, mode=9, high=3), "chip_time", "mode = 9"),
    "low not below high": (with_time(family="uniform", low=2, high=1), "chip_time", "low = 2 must lie below high = 1"),
    "nothing left by truncation": (with_time(p5=1, p95=2, low=1e6), "chip_time", "leave nothing"),
    "best outside": (with_time(family="uniform", low=1, high=2, best=3), "chip_time", "best = 3"),
    "a t without df": (with_time(family="student-t", p5=1, p95=2), "chip_time: has no df; add df = ..."),
    "a t of no degree": (with_time(family="student-t", df=0, p5=1, p95=2), "chip_time", "df = 0 must be above 0"),
    "a t stated twice": (with_time(family="student-t", df=3, p5=1, p95=2, mean=1), "chip_time", "or mean and scale"),
    "a t of no width": (with_time(family="student-t", df=3, mean=1, scale=0), "chip_time", "scale = 0 must be above 0"),
    "half a gamma": (with_time(family="gamma", shape=3), "chip_time", "mean and sd, or shape and scale"),
    "a gamma below 0": (with_time(family="gamma", p5=-1, p95=2), "chip_time", "p5 = -1 must be above 0"),
    "a gamma that is none": (with_time(family="gamma", p49=1e-300, p51=1), "chip_time", "a lognormal has"),
    "half a skew normal": (with_time(family="skew-normal", p5=1, p95=2), "chip_time", "three percentiles such as p5"),
    "a skew normal of no width": (
        with_time(family="skew-normal", location=1, scale=-1, shape=1),
        "chip_time",
        "scale = -1 must be above 0",
    ),
    "a skew normal beyond sense": (
        with_time(family="skew-normal", location=1, scale=1, shape=1e9),
        "chip_time",
        "shape = 1e+09 must lie from -1000 to 1000",
    ),
    "a skew normal too skewed": (with_time(family="skew-normal", p5=1, p50=2, p95=9), "chip_time", "a metalog"),
    "a metalog of two percentiles": (
        with_time(family="metalog", p5=1, p95=2),
        "chip_time",
        "three percentiles or more",
    ),
    "a metalog of too many terms": (
        with_time(family="metalog", p5=1, p50=2, p95=3, terms=4),
        "chip_time",
        "terms = 4 must lie from 2 to the number of percentiles, 3",
    ),
    "a metalog that falls": (
        with_time(family="metalog", p5=1, p50=1.1, p95=9),
        "chip_time",
        "take terms = 2",
        "lognormal",
    ),
    "a part of terms": (with_time(family="metalog", p5=1, p50=2, p95=3, terms=2.5), "chip_time: terms", "whole number"),
    "nothing left of a metalog": (
        with_time(family="metalog", p5=1, p50=2, p95=3, low=8, high=7),
        "chip_time",
        "low = 8 must lie below high = 7",
    ),
    "a mixture of one": (with_parts(UNIFORM_PART), "chip_time", "parts: at least two are needed"),
    "a mixture of nothing": (with_time(family="mixture"), "chip_time: has no parts"),
    "a part that is a number": (with_parts("3", UNIFORM_PART), "chip_time: parts[1]", "an entry is a table"),
    "a part of no family": (with_parts("{ low = 1, high = 2 }", UNIFORM_PART), "chip_time: parts[1]", "has no family"),
    "a part with a wrong word": (
        with_parts(UNIFORM_PART, '{ name = "Ada", family = "uniform", low = 3, high = 2 }'),
        "chip_time: parts[2] (Ada): low = 3 must lie below high = 2",
    ),
    "a part with an unknown word": (
        with_parts(UNIFORM_PART, '{ name = "Ada", family = "uniform", hihg = 2 }'),
        "chip_time: parts[2] (Ada): unknown key 'hihg' for family uniform",
    ),
    "a part in another unit": (
        with_parts(UNIFORM_PART, '{ family = "value", value = 3, unit = "USD" }'),
        "chip_time: parts[2]: unit 'USD' does not measure what 'chip*h' does",
    ),
    "a part with its own rows": (
        with_parts(UNIFORM_PART, '{ family = "value", value = 3, best = 3 }'),
        "chip_time: parts[2]: best is a key of the mixture",
    ),
    "a part with a list": (
        with_parts(UNIFORM_PART, '{ family = "normal", p5 = [1, 2], p95 = 3 }'),
        "chip_time: parts[2]: p5: a list is for numbers, of an entry with by",
    ),
    "a mixture of mixtures": (
        with_parts(UNIFORM_PART, f'{{ family = "mixture", parts = [{UNIFORM_PART}, {UNIFORM_PART}] }}'),
        "chip_time: parts[2]: a mixture cannot be part of a mixture",
    ),
    "a name that is no text": (
        with_parts(UNIFORM_PART, '{ name = 3, family = "value", value = 3 }'),
        "parts[2]: name = 3",
    ),
    "too few weights": (with_parts(UNIFORM_PART, UNIFORM_PART, weights="[1]"), "chip_time: weights: 1 for 2 parts"),
    "a weight of nothing": (
        with_parts(UNIFORM_PART, UNIFORM_PART, weights="[1, 0]"),
        "chip_time: weights[2] = 0 must be above 0",
    ),
    "one weight": (
        with_parts(UNIFORM_PART, UNIFORM_PART, weights="1"),
        "chip_time: weights: expected a list",
        "put it in [ ]",
    ),
    "a mixture by label": (
        with_parts(UNIFORM_PART, UNIFORM_PART, by='"chip"') + '[dimensions]\nchip = ["a", "b"]\n',
        "chip_time: parts: a list of its own",
        "remove by",
    ),
    "values by label": (
        with_time(family="discrete", values="[1, 2]", by='"chip"') + '[dimensions]\nchip = ["a", "b"]\n',
        "chip_time: values: a list of its own",
        "remove by",
    ),
    "one value": (with_time(family="discrete", values="[1, 1]"), "chip_time: values: at least two", 'family = "value"'),
    "too many weights": (
        with_time(family="discrete", values="[1, 2]", weights="[1, 1, 1]"),
        "chip_time: weights: 3 for 2 values",
    ),
    "a value that is text": (with_time(family="discrete", values='[1, "a"]'), "chip_time: values: expected a number"),
    "a value without end": (with_time(family="discrete", values="[1, inf]"), "chip_time: values = inf", "finite"),
    "no values": (with_time(family="empirical"), "chip_time: state either values, or file and column"),
    "values and a file": (
        with_time(family="empirical", values="[1, 2]", file='"s.csv"', column='"x"'),
        "chip_time: state either values, or file and column",
    ),
    "a sample of one": (with_time(family="empirical", values="[1, nan]"), "chip_time: values: at least two"),
    "a sample without end": (with_time(family="empirical", values="[1, inf]"), "chip_time: values = inf", "finite"),
    "a file that is not there": (
        with_time(family="empirical", file='"s.csv"', column='"x"'),
        "chip_time: file: there is no 's.csv' in the priors folders",
    ),
    "a file outside": (
        with_time(family="empirical", file='"../secret.toml"', column='"x"'),
        "chip_time: file: there is no '../secret.toml' in the priors folders",
    ),
    "the shares of a dirichlet": (
        with_time(family="dirichlet", mean=0.5, concentration=3),
        "chip_time: it needs by = a dimension",
    ),
    "no such dimension": (with_time(p5=1, p95=2, by='"chip"'), "chip_time", "no such dimension"),
    "too few rows": (
        study(entry("chip_time", "lognormal", "chip*h", p5="[1, 2]", p95=9, by='"chip"'))
        + '[dimensions]\nchip = ["a", "b", "c"]\n',
        "chip_time",
        "2 values for 3 labels",
    ),
    "an input nothing uses": (study(CHIP_TIME, entry("energi", value=1)), "energi", "no target needs it"),
    "a missing input": (study(), "node training_compute needs it", "neither an entry nor a node"),
    "an unknown target": (study(CHIP_TIME).replace("cloud_cost", "cloud_cots"), "did you mean 'cloud_cost'"),
    "an unknown key": (study(CHIP_TIME, top='tilte = "x"\n'), "unknown key 'tilte'", "did you mean 'title'"),
    "a key of the wrong kind": (study(CHIP_TIME, top="title = 3\n"), "title", "expected text"),
    "another format": (study(CHIP_TIME, top="format = 2\n"), "format = 2"),
    "broken TOML": (study(CHIP_TIME) + "[inputs.x\n", "not TOML", "line", "column"),
    "an entry defined twice": (study(CHIP_TIME, CHIP_TIME), "not TOML", "chip_time"),
    "a name that is none": (study(CHIP_TIME) + entry('"gpu price"', value=1), "gpu price", "letters, digits and _"),
    "extends of nothing": (study(CHIP_TIME, top='extends = ["comon"]\n'), "extends", "did you mean 'common'"),
    "extends leading outside": (study(CHIP_TIME, top='extends = ["../secret"]\n'), "extends", "leads outside"),
    "extends by an absolute path": (study(CHIP_TIME, top='extends = ["/etc/secret"]\n'), "leads outside"),
    "extends of itself": (study(CHIP_TIME, top='extends = ["study"]\n'), "circular, ", "study.toml"),
    "a disclosed figure of nothing": (
        study(CHIP_TIME) + '[disclosed.x]\nquantity = "cloud_csot"\nvalue = 1\nunit = "USD"\nsource = "s"\n',
        "disclosed.x",
        "did you mean 'cloud_cost'",
    ),
    "a disclosed figure in a wrong unit": (
        study(CHIP_TIME) + '[disclosed.x]\nquantity = "cloud_cost"\nvalue = 1\nunit = "h"\nsource = "s"\n',
        "disclosed.x",
        "give it in USD",
    ),
}


@pytest.mark.parametrize("case", list(INVALID_FILES))
@pytest.mark.parametrize("verb", ["run", "check"])
def test_an_invalid_file_is_rejected_with_one_line_that_names_the_place_and_the_fix(
    case, verb, page, command, tmp_path
):
    text, *parts = INVALID_FILES[case]
    page("study", text)
    (tmp_path / "secret.toml").write_text("")
    assert_one_line_error(command(verb, "study"), "study.toml", *parts)
    assert not (tmp_path / "reports").exists()


@pytest.mark.parametrize(
    ("family", "words"),
    [
        ("uniform", {"low": 0.5, "high": 1.5}),
        ("normal", {"p5": 0.2, "p95": 0.6}),
        ("pert", {"low": -0.1, "mode": 0.3, "high": 0.6}),
    ],
)
def test_a_share_beyond_0_to_1_is_rejected(family, words, page, command):
    page("study", 'targets = ["x"]\n' + entry("x", family, "share", **words))
    assert_one_line_error(
        command("run", "study"), "study.toml: x", "a share must stay within 0 and 1", "truncate it with low and high"
    )


def test_a_share_truncated_to_0_and_1_is_accepted(page, command):
    page("study", 'targets = ["x"]\n' + entry("x", "normal", "share", p5=0.2, p95=0.6, low=0, high=1))
    assert command("run", "study", "--draws", 64, "--no-report").code == 0


def test_a_file_without_targets_passes_check_but_cannot_be_run(page, command):
    page("part", entry("x", value=1))
    assert_one_line_error(command("run", "part"), "part.toml: has no targets")
    assert command("check", "part").code == 0


def test_two_files_that_define_the_same_input_are_rejected(page, command):
    page("one", CHIP_TIME)
    page("two", CHIP_TIME)
    page("study", study(top='extends = ["one", "two"]\n'))
    assert_one_line_error(command("run", "study"), "study.toml: chip_time: defined twice", "one.toml", "two.toml")


def test_a_cycle_of_three_files_is_rejected(page, command):
    page("one", 'extends = ["two"]\n' + CHIP_TIME)
    page("two", 'extends = ["one"]\n')
    page("study", study(top='extends = ["one"]\n'))
    assert_one_line_error(command("run", "study"), "circular, ", "one.toml", "two.toml")


def test_a_link_out_of_the_priors_folder_is_not_followed(page, command, tmp_path):
    (tmp_path / "secret.toml").write_text(CHIP_TIME)
    page("study", study(top='extends = ["link"]\n'))
    (tmp_path / "priors" / "link.toml").symlink_to(tmp_path / "secret.toml")
    assert_one_line_error(command("run", "study"), "extends")


INVALID_ARGUMENTS = {
    ("run", "gtp4"): ("no such study", "did you mean 'gpt4'"),
    ("run", "nowhere/gpt4.toml"): ("no such file",),
    ("run", "common"): ("common.toml", "has no targets"),
    ("run", "gpt4", "--draws", "0"): ("draws = 0",),
    ("run", "gpt4", "--draws", "-5"): ("draws = -5",),
    ("run", "gpt4", "--draws", "many"): ("--draws", "many"),
    ("run", "gpt4", "--draws", "1e15"): ("draws = 1,000,000,000,000,000", "at most 281,474,976,710,656"),
    ("run", "deepseek-v3-given", "--draws", "1e12"): ("GB of memory", "or fewer"),
    ("run", "gpt4", "--draws", "1e9", "--engine", "proceses"): ("unknown engine 'proceses'", "'processes'"),
    ("run", "gpt4", "--draws", "1e9", "--engine", "processes", "--workers", "0"): ("workers = 0", "1 or more"),
    ("run", "gpt4", "--draws", "1e9", "--workers", "2"): ("the engine local has one", "--engine processes"),
    ("run", "gpt4", "--draws", "1e9", "--scheduler", "tcp://127.0.0.1:1"): ("only the engine dask", "--engine dask"),
    ("run", "gpt4", "--seed", "-1"): ("seed = -1",),
    ("run", "gpt4", "--sampler", "sobel"): ("did you mean 'sobol'",),
    ("run", "gpt4", "--set", "gpu_prise=1"): ("gpu_prise", "did you mean 'gpu_price'"),
    ("run", "gpt4", "--set", "gpu_price"): ("NAME=VALUE",),
    ("run", "gpt4", "--set", "gpu_price=cheap"): ("gpu_price=cheap", "a number is expected"),
    ("run", "gpt4", "--set", "gpu_price=nan"): ("a number is expected",),
    ("run", "gpt4", "--set", "gpu_price=1e999"): ("a number is expected",),
    ("run", "gpt4", "--set", "gpu_price=15000 USD"): ("'USD' is not a unit of gpu_price", "USD/chip"),
    ("run", "gpt4", "--set", "gpu_price=15000 USX"): ("unknown unit 'USX'",),
    ("run", "gpt4", "--set", "mfu=-0.4"): ("mfu", "a share must stay within 0 and 1, and -0.4 does not\n"),
    ("run", "gpt4", "--set", "mfu=38"): ("and 38 does not; if it is in percent, write it as 0.38",),
    ("run", "gpt4", "--set", "mfu=138%"): ("a share must stay within 0 and 1, and 1.38 does not\n",),
    ("run", "llama"): ("did you mean 'llama31-405b'?",),
    ("run", "budget", "--set", "money_budget=-5"): ("none of its draws is finite", "at what is set, money_budget"),
    ("run", "gpt4", "--target", "xyz"): ("'xyz' is no node and no entry; `show` lists those of a study",),
    ("run", "gpt4", "--target", "amortized_cost"): ("did you mean 'amortised_cost'",),
    ("run",): ("NAME|PATH",),
    ("run", "gpt4", "--fast"): ("--fast",),
    ("rum", "gpt4"): ("rum",),
    ("show", "gtp4"): ("no such study",),
    ("check", "gtp4"): ("no such study",),
}


@pytest.mark.parametrize("arguments", list(INVALID_ARGUMENTS), ids=" ".join)
def test_an_invalid_argument_is_rejected_with_one_line(arguments, command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert_one_line_error(command(*arguments), *INVALID_ARGUMENTS[arguments])
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_created_is_rejected_before_the_run(command, tmp_path):
    (tmp_path / "file").write_text("in the way")
    assert_one_line_error(
        command("run", "gpt4", "--out", tmp_path / "file" / "run"), "is a file, not a folder", "--out"
    )
    assert (tmp_path / "file").read_text() == "in the way"


def test_a_folder_that_cannot_be_written_is_rejected(command):
    assert_one_line_error(
        command("run", "gpt4", "--draws", 64, "--out", "/proc/mcfrontier"), "/proc/mcfrontier", "cannot be written"
    )


def test_a_folder_with_two_studies_is_rejected(page, command, tmp_path):
    page("one", study(CHIP_TIME))
    page("two", study(CHIP_TIME))
    assert_one_line_error(command("run", tmp_path / "priors"), "one, two", "name the file")


def test_a_file_that_is_not_text_is_rejected(page, command, tmp_path):
    page("study", "").write_bytes(b"\xff\xfe\x00")
    assert_one_line_error(command("run", "study"), "study.toml", "UTF-8")


def test_an_internal_error_keeps_its_traceback(command, monkeypatch):
    from mcfrontier.runs import recipe

    monkeypatch.setattr(recipe, "evaluated", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        command("run", "gpt4", "--out", "never")


def test_a_study_without_finite_draws_is_rejected(page, command, tmp_path):
    lines = [entry("training_compute", unit="FLOP", value=0), entry("peak_rate", unit="FLOP/s/chip", value=0)]
    lines += [entry("mfu", unit="share", value=0.5), entry("goodput", unit="share", value=0.5)]
    page("study", 'targets = ["chip_time"]\n' + "".join(lines))
    assert_one_line_error(
        command("run", "study", "--draws", 64), "study.toml: chip_time", "none of its draws is finite"
    )
    assert not (tmp_path / "reports").exists()


def test_a_part_with_an_incompatible_unit_fails_its_check(page, command):
    page("part", entry("chip_time", unit="USD", value=1))
    assert_one_line_error(command("check", "part"), "part.toml: chip_time", "give it in chip*h")


def test_a_broken_file_does_not_hide_the_other_files(page, command):
    page("broken", 'targets = ["x"]\n[inputs.x]\nfamily = "lognormol"\n')
    page("garbled", "").write_bytes(b"\xff\xfe")
    page("study", 'targets = ["x"]\n' + entry("x", value=1))
    result = command("list")
    assert "study" in result.out
    assert "gpt4" in result.out
    assert "garbled.toml: not UTF-8" in result.err
    assert "lognormol" in command("check", "broken").err
    assert_one_line_error(command("run", "gtp4"), "did you mean 'gpt4'")


@pytest.mark.parametrize("name", ["x" * 5000, "a\0b", "é/ü", ".", "..", "/"])
def test_an_impossible_file_name_is_rejected(name, command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert_one_line_error(command("run", name))


def test_a_quantity_set_twice_is_rejected(command):
    assert_one_line_error(command("run", "gpt4", "--set", "mfu=0.4", "--set", "mfu=0.5"), "mfu is set twice")

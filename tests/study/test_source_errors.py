"""Errors of sources: a planted factor moves exactly what rests on the source, and one draw moves all of it."""

import numpy as np
import pytest

import mcfrontier as mcf
from tests.conftest import entry

DRAWS = 2**12
TITLE = '[sources.leak-2023]\ntitle = "A leak"\n'
ON_LEAK = {"sources": '["leak-2023"]'}


def leak(error=None, **words):
    """The source with an error, as TOML text."""
    stated = {} if error is None else {"error": error}
    return TITLE + "".join(f"{key} = {value}\n" for key, value in (stated | words).items())


def lognormal(name, p5, p95, **words):
    return entry(name, "lognormal", p5=p5, p95=p95, **words)


def study(targets, formulas):
    head = f"targets = [{', '.join(map(repr, targets))}]\n"
    return head + "".join(f'[formulas.{name}]\nis = "{text}"\nunit = "1"\n' for name, text in formulas.items())


def nested(name, study, quantity="q"):
    return entry(name, "study", study=f'"{study}"', quantity=f'"{quantity}"')


INNER = study(["q"], {"q": "b * c + d"}) + lognormal("c", 1, 3) + lognormal("d", 1, 2)
OUTER = study(["y", "z", "w"], {"y": "a * q", "z": "v + w"}) + nested("q", "inner") + lognormal("v", 1, 2)
OUTER += lognormal("w", 1, 3) + lognormal("a", 1, 1.5, **ON_LEAK)


def draws(name, *quantities, count=DRAWS):
    run = mcf.run(name, draws=count)
    return [run[each].values for each in quantities]


def test_a_planted_factor_moves_what_rests_on_the_source_and_nothing_else(page):
    page("inner", INNER + lognormal("b", 1, 2, **ON_LEAK) + TITLE)
    page("plain", OUTER + TITLE)
    page("twice", OUTER + leak(2))
    before, after = (draws(name, "a", "q", "v", "w", "z") for name in ("plain", "twice"))
    assert (after[0] == 2 * before[0]).all()
    for one, other in zip(before[2:], after[2:], strict=True):
        assert (one == other).all()
    page("inner", INNER + lognormal("b", 2, 4))  # the factor planted by hand
    page("by-hand", OUTER + TITLE)
    assert after[1] == pytest.approx(draws("by-hand", "q")[0], rel=1e-6)
    assert (after[1] > before[1]).all()


def test_a_planted_factor_passes_down_through_two_nested_studies(page):
    page("inner", study(["q"], {"q": "b * c"}) + TITLE + lognormal("b", 1, 2, **ON_LEAK) + lognormal("c", 1, 3))
    page("middle", study(["r"], {"r": "q * m"}) + nested("q", "inner") + lognormal("m", 1, 2))
    outer = study(["y"], {"y": "r + n"}) + nested("r", "middle", "r") + lognormal("n", 1, 2)
    page("plain", outer)
    page("twice", outer + leak(2))
    (before, rest), (after, same) = (draws(name, "r", "n") for name in ("plain", "twice"))
    assert after == pytest.approx(2 * before, rel=1e-8)  # quantiles of nested studies have 9 digits
    assert (rest == same).all()


def test_one_draw_moves_an_entry_and_a_nested_study_as_in_one_flat_study(page):
    page("inner", INNER + lognormal("b", 1, 2, **ON_LEAK) + TITLE)
    page("outer", OUTER + leak('"lognormal 0.5..2"'))
    flat = study(["y", "a", "q"], {"y": "a * q", "q": "b * c * e + d", "a": "a0 * e"}) + lognormal("b", 1, 2)
    page("flat", flat + "".join(lognormal(*each) for each in (("a0", 1, 1.5), ("c", 1, 3), ("d", 1, 2), ("e", 0.5, 2))))
    one, other = (mcf.run(name, draws=2**14) for name in ("outer", "flat"))
    for pair in (("a", "q"), ("a", "y"), ("q", "y")):
        assert one.rank_correlation(*pair) == pytest.approx(other.rank_correlation(*pair), abs=0.01)
    for name in ("q", "y"):
        levels = [0.01, 0.05, 0.5, 0.95, 0.99]
        found, expected = (np.quantile(run[name].values, levels) for run in (one, other))
        assert found == pytest.approx(expected, rel=0.02)


def test_an_uncertain_error_leaves_the_draws_of_all_other_inputs(page):
    page("inner", INNER + lognormal("b", 1, 2, **ON_LEAK) + TITLE)
    page("plain", OUTER + TITLE)
    page("outer", OUTER + leak('"lognormal 0.5..2"'))
    run, before = mcf.run("outer", draws=DRAWS), mcf.run("plain", draws=DRAWS)
    for name in ("v", "w", "z"):
        assert (run[name].values == before[name].values).all()
    for name in ("a", "q"):
        assert (run[f"{name}_as_stated"].values == before[name].values).all()
    error = run["error_leak_2023"].values
    assert (run["a"].values == before["a"].values * error).all()


def test_two_nested_studies_have_one_draw_of_an_error(page):
    for name in ("one", "two"):
        page(name, study(["q"], {"q": "b * c"}) + TITLE + lognormal("b", 1, 1.01, **ON_LEAK) + lognormal("c", 1, 1.01))
    outer = study(["y"], {"y": "r * s"}) + nested("r", "one") + nested("s", "two")
    page("outer", outer + leak('"lognormal 0.2..5"'))
    page("plain", outer)
    assert mcf.run("outer", draws=DRAWS).rank_correlation("r", "s") > 0.999
    assert abs(mcf.run("plain", draws=DRAWS).rank_correlation("r", "s")) < 0.1


def test_an_error_multiplies_the_part_of_a_mixture_that_rests_on_its_source(page):
    parts = "".join(
        f'[[inputs.x.parts]]\nfamily = "lognormal"\np5 = {p5}\np95 = {p95}\n{own}'
        for p5, p95, own in ((1, 2, 'sources = ["leak-2023"]\n'), (3, 9, ""))
    )
    mixture = study(["y"], {"y": "x * 1"}) + entry("x", "mixture", weights=[1, 2]) + parts
    page("study", mixture + leak('"lognormal 0.5..2"'))
    rng, count = np.random.default_rng(1), 2**18
    scale = np.array([np.log(2), np.log(3), np.log(4)]) / (2 * 1.6448536)
    first = np.exp(np.log(2) / 2 + scale[0] * rng.standard_normal(count) + scale[2] * rng.standard_normal(count))
    second = np.exp(np.log(27) / 2 + scale[1] * rng.standard_normal(count))
    expected = np.where(rng.random(count) < 1 / 3, first, second)
    levels = [0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98]
    assert np.quantile(draws("study", "y", count=2**15)[0], levels) == pytest.approx(
        np.quantile(expected, levels), rel=0.02
    )


def test_an_error_multiplies_the_rows_of_a_table_that_rest_on_its_source(page, here):
    (here / "priors").mkdir()
    (here / "priors/runs.csv").write_text("run,hours [h],source_id\nfirst,10,leak-2023\nsecond,20,cottier-2024\n")
    table = 'targets = ["x", "y"]\n[formulas.y]\nis = "x + hours"\nunit = "h"\n'
    table += '[tables.run]\nfile = "runs.csv"\nsource = "a test"\nsources = { hours = "source_id" }\n'
    table += entry("x", "lognormal", "h", by='"run"', p5=0.5, p95=2, times='"hours"', sources='"source_id"')
    page("plain", table + TITLE)
    page("twice", table + leak(2))
    before, after = (mcf.run(name, draws=DRAWS) for name in ("plain", "twice"))
    for name in ("x", "y"):
        first, second = (run[name].sel(run="first").values for run in (before, after))
        assert (second == 2 * first).all()
        assert (after[name].sel(run="second").values == before[name].sel(run="second").values).all()


def test_an_error_multiplies_an_entry_that_names_another_quantity(page):
    body = study(["y"], {"y": "x * 1"}) + lognormal("a", 1, 2)
    body += entry("x", "lognormal", times='"a"', p5=1, p95=2, **ON_LEAK)
    page("plain", body + TITLE)
    page("twice", body + leak(2))
    (before, rest), (after, same) = (draws(name, "y", "a") for name in ("plain", "twice"))
    assert (after == 2 * before).all()
    assert (rest == same).all()


def test_entries_that_are_excepted_are_left_as_they_are(page):
    body = study(["y"], {"y": "a * b"}) + lognormal("a", 1, 2, **ON_LEAK) + lognormal("b", 1, 2, **ON_LEAK)
    page("plain", body + TITLE)
    page("study", body + leak(2, **{"except": '["b"]'}))
    (a, b), (twice, same) = (draws(name, "a", "b") for name in ("plain", "study"))
    assert (twice == 2 * a).all()
    assert (same == b).all()


SHARE = entry("s", "beta", "share", p5=0.2, p95=0.4, **ON_LEAK)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (leak(0), r"sources.leak-2023: error = 0: a factor above 0 is expected"),
        (leak(-1.5), r"sources.leak-2023: error = -1.5: a factor above 0 is expected"),
        (leak('"normal 0..2"'), r"sources.leak-2023: error from -inf on: a factor above 0 is expected"),
        (leak("true"), r"error = True: a factor above 0 is expected"),
        (leak(2, **{"except": '["aa"]'}), r"except: there is no entry 'aa'"),
        (leak(2) + SHARE, r's: leak-2023 has an error, a factor, and it is a share; add except = \["s"\] to'),
        (
            TITLE + "[sources.cottier-2024]\nerror = 2\n",
            r"cottier-2024: has an error, and no entry of this study rests",
        ),
        ("[sources.leek-2023]\nerror = 2\n" + TITLE, r"sources.leek-2023: no shipped source has this ID.*add title"),
    ],
)
def test_an_error_that_cannot_be_used_is_refused_in_one_line(page, command, text, message):
    page(
        "study",
        study(["y"], {"y": "a * s" if "inputs.s" in text else "a * 1"}) + lognormal("a", 1, 2, **ON_LEAK) + text,
    )
    shown = command("run", "study", "--draws", 64)
    assert shown.code == 2
    assert shown.err.count("\n") == 1
    with pytest.raises(mcf.InputError, match=message):
        mcf.load("study")


def test_an_error_that_only_a_nested_study_states_is_refused(page):
    page("inner", INNER + lognormal("b", 1, 2, **ON_LEAK) + leak(2))
    page("outer", OUTER + TITLE)
    with pytest.raises(mcf.InputError, match="the study that refers to this one states none; state it there as well"):
        mcf.load("outer")


@pytest.mark.parametrize("option", [("--set", "error_leak_2023=0"), ("--prior", "error_leak_2023 = uniform -1..2")])
def test_an_error_is_a_factor_above_0_also_where_it_is_set(page, command, option):
    page("study", study(["y"], {"y": "a * 1"}) + lognormal("a", 1, 2, **ON_LEAK) + leak('"lognormal 0.5..2"'))
    shown = command("run", "study", "--draws", 64, *option)
    assert shown.code == 2
    assert "error_leak_2023: error" in shown.err
    assert "a factor above 0 is expected" in shown.err
    assert shown.err.count("\n") == 1


def test_an_error_that_is_set_moves_a_nested_study_as_one_that_is_stated(page):
    page("inner", INNER + lognormal("b", 1, 2, **ON_LEAK) + TITLE)
    page("outer", OUTER + leak('"lognormal 0.8..1.25"'))
    page("wide", OUTER + leak('"lognormal 0.2..5"'))

    def q(name, **words):
        return mcf.run(name, targets=["q"], draws=DRAWS, **words)["q"].values

    def middle(x):
        return np.quantile(x, [0.05, 0.5, 0.95])

    swept = q("outer", set={"error_leak_2023": "1, 4"})
    assert swept.shape == (2, DRAWS)
    for place, factor in enumerate((1, 4)):
        page("stated", OUTER + leak(factor))
        set_to = q("outer", set={"error_leak_2023": factor})
        assert middle(set_to) == pytest.approx(middle(q("stated")), rel=0.01)
        assert middle(swept[place]) == pytest.approx(middle(set_to), rel=1e-3)
    assert (q("outer", priors={"error_leak_2023": "lognormal 0.2..5"}) == q("wide")).all()

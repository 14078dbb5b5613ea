"""The studies that ship: each runs, loses no draw, and tells what was disclosed of it."""

import pytest

import mcfrontier as mcf
from mcfrontier import files, study
from mcfrontier.wording import parts

STUDIES = list(files.runnable())
RUNS = ["gpt2", "gpt3", "gpt4", "opt-175b", "bloom-176b", "gopher", "chinchilla", "mt-nlg", "palm", "llama31-405b"]
RUNS += ["gemini-ultra", "deepseek-v3", "grok3"]
ACCOUNTS = {"acquisition_cost", "amortised_cost", "cloud_cost", "ownership_cost", "development_cost"}


@pytest.mark.parametrize("name", STUDIES)
def test_a_study_runs_and_loses_no_draw(name):
    run = mcf.run(name, draws=2**15 if study.load(name).evidence else 2**9)  # evidence leaves few of the draws
    assert run.lost == {}
    assert not any("outside 0 to 1" in note for note in run.notes)
    assert set(run.study.targets) <= set(run.values)


@pytest.mark.parametrize("name", STUDIES)
def test_a_study_has_a_title_a_question_and_the_date_of_its_beliefs(name):
    words = study.load(name).page.words
    assert words.title
    assert words.question.endswith("?")
    assert words.about
    assert words.date
    assert words.price_year or not study.load(name).accounts


@pytest.mark.parametrize("name", STUDIES)
def test_what_was_disclosed_is_told_and_is_no_input(name):
    loaded = study.load(name)
    for figure in loaded.page.disclosed.values():
        assert parts(figure.quantity)[0] in loaded.order


@pytest.mark.parametrize("name", RUNS)
def test_a_training_run_has_the_five_accounts(name):
    assert set(study.load(name).targets) >= ACCOUNTS


@pytest.mark.parametrize("name", RUNS)
def test_bought_is_more_than_owned_and_developed_more_than_amortised(name):
    """Draw by draw, since what they share is drawn once; where the published factor is below 1 it cannot be."""
    draws = mcf.run(name, draws=2**9).draws
    assert (draws.acquisition_cost > draws.ownership_cost).all()
    assert (draws.acquisition_cost > draws.amortised_cost).mean() > 0.99
    more = draws.development_cost > draws.amortised_cost
    assert more.where(draws.experiment_factor >= 1, True).all()

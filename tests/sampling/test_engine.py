"""Counted draws of long runs: accurate, and bit-identical for every engine."""

import math
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import special

import mcfrontier as mcf
from mcfrontier.analysis.estimates import estimates
from mcfrontier.core.errors import InputError
from mcfrontier.runs import estimates as run_estimates
from mcfrontier.runs.recipe import BIN_DRAWS as FIRST
from mcfrontier.sampling import SAMPLERS, streams
from mcfrontier.sampling.blocks import Blocks, evaluate_blocks
from mcfrontier.sampling.engine import engine, histogram, pairwise_sum
from mcfrontier.sampling.engine.checkpoint import Checkpoint
from mcfrontier.sampling.engine.engine import Engine
from tests.conftest import ROOT, input_entry

DRAWS = 2**19  # more than twice the number retained in memory
LEVELS = np.array(estimates.LEVELS)
SIGMA = 0.3


@mcf.node("1")
def product(x, y):
    return x * y


@mcf.node("1")
def difference(x, y):
    return x - y


@mcf.node("1")
def whole_number(x, y):
    return np.floor(3 * x * y)


@mcf.node("1")
def sometimes_none(x, y):
    return np.sqrt(x * y - 0.8)


MODEL = [product, difference, whole_number, sometimes_none]
INPUTS = input_entry("x", "lognormal", mu=0.0, sigma=SIGMA) | input_entry("y", "lognormal", mu=0.0, sigma=SIGMA)


PRODUCT_STUDY = mcf.load({"targets": ["product"], "inputs": INPUTS}, model=MODEL)


def run(of=PRODUCT_STUDY, draws=DRAWS, **words):
    return mcf.run(of, draws=draws, method="order", **words)


def message(done):
    """The summaries of all target rows of a run."""
    return {row: done.summary[row] for row in done.core.rows_of(done.study.targets)}


@pytest.fixture(scope="module")
def done():
    return run()


@pytest.fixture(scope="module")
def all_draws():
    """All draws of the same run, in memory."""
    return evaluate_blocks(Blocks(PRODUCT_STUDY, run().sampler, ("product",)), DRAWS)["product"]


@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize("name", ["gpt4", "gpt4-dependent", "gpu-share"])
def test_draws_do_not_depend_on_the_block_size(name, sampler):
    loaded = mcf.load(name)
    plan = streams.sampler(sampler, 5, 2**11, [p.name for p in loaded.uncertain if not p.labels])
    blocks = Blocks(loaded, plan, loaded.quantities)
    whole = evaluate_blocks(blocks, plan.draws, 2**11)
    for size in (16, 2**10, 48 * 16):
        parts = evaluate_blocks(blocks, plan.draws, size)
        assert all(np.array_equal(parts[n], whole[n], equal_nan=True) for n in loaded.quantities), size


def test_counts_are_bit_identical_for_any_block_size():
    done, rows = run(draws=DRAWS), {"product": ("product", ())}
    plan = done.sampler
    blocks = Blocks(PRODUCT_STUDY, plan, ("product",))
    first = evaluate_blocks(blocks, FIRST)
    for size in (2**10, 2**13, 2**17):
        found = engine.count_draws(blocks, rows, first, Engine(), block=size)
        for a, b in zip(
            found.estimates("product", LEVELS), done.core.counted.estimates("product", LEVELS), strict=True
        ):
            np.testing.assert_array_equal(a, b)


@pytest.mark.slow
@pytest.mark.parametrize("sampler", ["sobol", "random"])
def test_threads_and_processes_give_bit_identical_results(sampler):
    big = {"draws": 10**7, "sampler": sampler}
    expected = message(run(**big))
    for name, workers in (("threads", 2), ("threads", 5), ("processes", 2)):
        assert message(run(**big, engine=name, workers=workers)) == expected, (name, workers)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes are looked for in /proc")
def test_worker_processes_end_with_their_parent_process():
    """A killed process cannot notify its workers."""
    script = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from tests.sampling.test_engine import run\n"
        "if __name__ == '__main__': run(draws=2**40, engine='processes', workers=2)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script, str(ROOT)])
    children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children")

    def workers():
        return [
            pid for pid in children.read_text().split() if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
        ]

    until(lambda: len(workers()) >= 2)
    time.sleep(1)  # until the workers have started
    left = workers()
    parent.kill()
    parent.wait()
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in left))


def until(true, seconds=30):
    """Wait until something is true, or fail."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)


@given(st.permutations(range(13)), st.integers(0, 99))
def test_a_pairwise_sum_does_not_depend_on_the_order_of_arrival(order, seed):
    parts = np.random.default_rng(seed).normal(size=(13, 2)) * 10.0 ** np.arange(13)[:, None]
    one, other = {}, {}
    for place in range(13):
        pairwise_sum.add(one, parts[place], place)
    for place in order:
        pairwise_sum.add(other, parts[place], place)
    np.testing.assert_array_equal(pairwise_sum.total(one), pairwise_sum.total(other))
    np.testing.assert_allclose(pairwise_sum.total(one), parts.sum(axis=0), rtol=1e-12)


def test_percentiles_of_counted_draws_are_accurate_to_a_bin(done, all_draws):
    values, errors = run_estimates.estimates(done.core, "product", LEVELS)
    exact, _ = estimates.with_errors(all_draws, LEVELS)
    np.testing.assert_allclose(values[:2], exact[:2], rtol=1e-12)
    assert np.abs(values[2:] / exact[2:] - 1).max() < 6.2e-5  # an eighth of a bin: draws are uniform within it
    assert np.abs(values[2:-1] - exact[2:-1]).max() < errors[2:-1].max()
    assert "from counts in bins at most 0.049 % wide" in " ".join(done.notes)


def test_statistics_of_counted_draws_match_the_truth_within_their_errors():
    """A product of lognormals over 10 seeds: scores follow a t with 15 degrees of freedom."""
    mean = np.exp(SIGMA**2)
    moments = [mean, mean * np.sqrt(np.expm1(2 * SIGMA**2))]
    truth = np.concatenate([moments, np.exp(SIGMA * 2**0.5 * special.ndtri(LEVELS))])
    found = [run_estimates.estimates(run(draws=DRAWS, seed=seed).core, "product", LEVELS) for seed in range(10)]
    scores = np.array([(values - truth) / errors for values, errors in found])
    assert 0.6 < np.sqrt(np.square(scores).mean()) < 1.5
    assert np.abs(scores).max() < 6


def test_errors_of_counted_draws_match_those_of_retained_draws(done, all_draws):
    _, ours = run_estimates.estimates(done.core, "product", LEVELS)
    _, theirs = estimates.with_errors(all_draws, LEVELS)
    np.testing.assert_allclose(ours[:2], theirs[:2], rtol=2e-3)  # the farthest draws are known to a bin
    assert np.abs(np.log(ours[2:] / theirs[2:])).max() < math.log(1.6)
    assert abs(np.log(ours[2:] / theirs[2:]).mean()) < math.log(1.25)  # bins smooth the errors of percentiles


@example(scale=0.001, middle=1.5, width=0.73046875, seed=0, rows=1)
@settings(max_examples=50)
@given(
    st.sampled_from([1e-3, 1.0, 1e12]), st.floats(-3, 3), st.floats(1e-6, 3), st.integers(0, 99), st.integers(1, 300)
)
def test_bins_contain_the_values_assigned_to_them(scale, middle, width, seed, rows):
    x = scale * (middle + width * np.random.default_rng(seed).normal(size=2000))
    made = histogram.bins_for(x, rows)
    bins = made.of(x)
    inside = (bins > 0) & (bins < made.count - 1)
    assert inside.all()
    assert (made.edges(bins) <= x).all()
    assert (x < made.edges(bins + 1)).all() or (x <= made.edges(bins + 1)).all()
    spread = np.ptp(np.quantile(x, [0.05, 0.95]))
    widest = np.diff([made.edges(bins), made.edges(bins + 1)], axis=0)[0]
    size = np.maximum(np.abs(x), spread)
    assert (widest <= 4 * made.width * size).all()


def test_other_quantities_have_the_first_draws_only(done):
    assert done.core.values["x"].shape == (2**17,)
    assert (done.core.values["x"] == run(draws=2**17).core.values["x"]).all()
    assert done.draws.sizes == {"draw": DRAWS}
    assert (done.draws["x"][: 2**17] == done.core.values["x"]).all()


@pytest.mark.parametrize("sampler", ["sobol", "lhs", "random"])
def test_draws_are_counted_for_all_samplers_and_any_number(sampler):
    found = run(draws=2**18 + 17, sampler=sampler)
    assert found.core.counted is not None
    assert found.summary["product"].values["p50"] == pytest.approx(1, abs=0.005)


def test_a_run_with_evidence_retains_all_draws():
    seen = {"evidence": {"bill": {"quantity": "product", "p5": 0.5, "p95": 2, "unit": "1", "source": "a test"}}}
    page = {"targets": ["product"], "inputs": INPUTS} | seen
    assert mcf.run(page, model=MODEL, draws=DRAWS).core.counted is None


def test_first_order_indices_of_counted_draws_match_the_closed_form_for_any_engine():
    """A product of lognormals on the log scale: the shares of the log-variances, here equal."""
    found = run(draws=2**21).first_order("product")
    assert found.attrs["draws"] == 2**21
    np.testing.assert_allclose(found, [0.5, 0.5], atol=3e-4)
    assert (np.abs(found - 0.5) < 2 * found.error).all()
    assert (found.error < 3e-4).all()
    np.testing.assert_array_equal(found, run(draws=2**21, engine="threads", workers=2).first_order("product"))
    all_draws = run(draws=2**17).first_order("product")
    assert (np.abs(all_draws - found.sel(input=all_draws.input)) < 4 * (all_draws.error + found.error) + 1e-3).all()


class Stopped(Exception):
    """Interrupts a run in a test."""


def stop_after(count):
    def steps(each, _):
        for done, step in enumerate(each):
            if len(each) > 1 and done == count and each[0] == (0, 2**20):
                raise Stopped
            yield step

    return steps


def test_an_interrupted_run_resumes_where_it_stopped(tmp_path, monkeypatch):
    big, path = {"draws": 2**23}, tmp_path / "new" / "unfinished.npz"  # 8 parts
    with pytest.raises(Stopped):
        run(**big, engine=Engine(checkpoint=Checkpoint(path)), progress=stop_after(7))
    assert path.exists()
    again = []
    monkeypatch.setattr(engine, "count", lambda job, *stretch: again.append(stretch) or ENGINE_COUNT(job, *stretch))
    checkpoint = Checkpoint(path, resume=True)
    gone_on = run(**big, engine=Engine(checkpoint=checkpoint))
    assert again == [(7 * 2**20, 2**23)]
    assert message(gone_on) == message(run(**big))
    checkpoint.end(gone_on.core.counted.accumulator.job)
    assert not path.exists()


ENGINE_COUNT = engine.count


def test_an_incompatible_checkpoint_is_rejected(tmp_path, monkeypatch):
    big, path = {"draws": 2**23}, tmp_path / "unfinished.npz"
    with pytest.raises(Stopped):
        run(**big, engine=Engine(checkpoint=Checkpoint(path)), progress=stop_after(1))
    with pytest.raises(InputError, match="the checkpoint of a different run"):
        run(draws=2**23, seed=2, engine=Engine(checkpoint=Checkpoint(path, resume=True)))
    monkeypatch.setattr("mcfrontier.sampling.engine.accumulator.LEAF_DRAWS", 2**15)
    with pytest.raises(InputError, match="the checkpoint of a different run"):
        run(**big, engine=Engine(checkpoint=Checkpoint(path, resume=True)))
    monkeypatch.undo()
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(InputError, match="damaged; leave out --resume"):
        run(**big, engine=Engine(checkpoint=Checkpoint(path, resume=True)))


@pytest.mark.slow
def test_sixteen_times_the_draws_take_no_more_memory():
    code = "import sys; sys.path.insert(0, sys.argv[1]); from tests.sampling.test_engine import run;"
    code += "run(draws=int(sys.argv[2]));"
    code += "print(next(int(x.split()[1]) for x in open('/proc/self/status') if x.startswith('VmHWM')))"
    most = [
        int(subprocess.run([sys.executable, "-c", code, ROOT, str(draws)], capture_output=True, check=True).stdout)
        for draws in (2**20, 2**24)
    ]
    assert most[1] < most[0] + 30_000  # kB


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("proceses",), "unknown engine 'proceses'; did you mean 'processes'?"),
        (("threads", 0), "workers = 0: a whole number of 1 or more"),
        (("local", 2), "the engine local has one; use --engine processes"),
        (("local", None, "tcp://127.0.0.1:1"), "only the engine dask has one"),
        (("dask", 2, "tcp://127.0.0.1:1"), "has its own; leave one of them out"),
    ],
)
def test_an_invalid_engine_is_rejected_before_sampling(words, message):
    with pytest.raises(InputError, match=message):
        Engine(*words)


def run_of_formula(name, *, given):
    """A run of a formula of a normal x near 100 and a uniform y."""
    x = input_entry("x", "normal", mean=100, sd=0.03) if "x" in given.__code__.co_varnames else {}
    inputs = x | input_entry("y", "uniform", low=0, high=1)
    given.__name__ = name
    return run(mcf.load({"targets": [name], "inputs": inputs}, model=[mcf.node("1")(given)]))


def test_a_rare_distant_value_has_an_accurate_percentile():
    def rare(x, y):
        return np.where(y < 0.03, 2 * x, x)

    def fails(x, y):
        return np.where(y < 0.03, 0 * x, x)

    assert run_of_formula("rare", given=rare).summary["rare"].values["p99"] == pytest.approx(200, rel=1e-3)
    assert run_of_formula("fails", given=fails).summary["fails"].values["p1"] == 0


def test_repeated_values_have_exact_percentiles():
    def excess(y):
        return np.maximum(0.0, y - 0.6)

    def steps(y):
        return np.floor(7 * y)

    assert run_of_formula("excess", given=excess).summary["excess"].values["p50"] == 0
    found = run_of_formula("steps", given=steps).summary["steps"].values
    assert [found[word] for word in ("p1", "p5", "p50", "p95")] == [0, 0, 3, 6]


def test_a_wide_row_has_bins_over_its_whole_range():
    x = np.exp(100 * special.ndtri((np.arange(20_000) + 0.5) / 20_000))
    made = histogram.bins_for(x, 1)
    counts = histogram.Counts.empty(made)
    counts.add(x, 0.0)
    found, _ = histogram.quantiles(counts, LEVELS)
    np.testing.assert_allclose(np.log(found), 100 * special.ndtri(LEVELS), atol=0.2)


def test_known_targets_need_no_counting():
    found = mcf.run("gpt4", targets=["gpu_price"], set={"gpu_price": 15_000}, draws=DRAWS)
    assert found.core.counted is None or not found.core.counted.accumulator.job.rows
    assert found.summary["gpu_price"].values["p95"] == 15_000


def test_moments_and_errors_skip_non_finite_draws_within_each_randomisation():
    x = np.random.default_rng(3).normal(5, 1, 2**13)
    x[np.random.default_rng(4).random(x.size) < 0.1] = np.nan
    counts, sums, lost = histogram.Counts.empty(histogram.bins_for(x, 1)), np.zeros((2, 16)), 0
    for start in range(0, x.size, 2**12):
        found, gone = counts.add(x[start : start + 2**12], 5.0)
        sums, lost = sums + found, lost + gone
    for r in range(16):
        own = x[r::16]
        own = own[np.isfinite(own)]
        assert sums[:, r] == pytest.approx([(own - 5).sum(), ((own - 5) ** 2).sum()])
        assert counts.coarse[:, r].sum() == own.size
    assert lost == np.isnan(x).sum()


@pytest.mark.parametrize("level", [1e-300, 1e-9, 1 - 1e-9])
def test_the_error_of_an_extreme_level_is_that_of_sixteen_extremes(level):
    """The extreme of all draws, and of each randomisation to a coarse bin."""
    x = np.exp(np.random.default_rng(5).normal(size=2**14))
    counts = histogram.Counts.empty(histogram.bins_for(x, 1))
    counts.add(x, 1.0)
    found, parts = histogram.quantiles(counts, np.array([level, 0.5]))
    extreme = np.min if level < 0.5 else np.max
    assert found[0] == pytest.approx(extreme(x), rel=1e-3)
    np.testing.assert_allclose(
        parts[:, 0], [extreme(x[r::16]) for r in range(16)], rtol=2.0 ** (histogram.COARSE_SHIFT - histogram.FINE_BITS)
    )


def test_quantiles_of_manual_counts():
    """Sixteen uniform draws in each of two adjacent bins: 32 steps from edge to edge; one randomisation has both of its
    draws in the lower bin."""
    made = histogram.Bins(40, int(np.float64(1).view(np.int64)) >> 40, 64, -1)
    counts = histogram.Counts.empty(made)
    counts.fine[32:34] = 16
    counts.coarse[0][32 >> histogram.COARSE_SHIFT] = 2
    low, middle, high = made.edges(np.array([32, 33, 34]))
    found, parts = histogram.quantiles(counts, np.array([0.0, 0.25, 0.5, 1.0]))
    step = (high - low) / 32
    np.testing.assert_allclose(found, [low + step / 2, low + 8 * step, middle, high - step / 2])
    np.testing.assert_allclose(parts[:, 2], middle)


# Dask


@mcf.node("1")
def slow_product(x, y):
    time.sleep(0.01)
    return x * y


SLOW_STUDY = mcf.load({"targets": ["slow_product"], "inputs": INPUTS}, model=[slow_product])
LONG_RUN = {"draws": 2**23, "sampler": "random"}


@pytest.fixture
def cluster(tmp_path):
    """A scheduler and two workers in separate processes: (address, processes)."""
    pytest.importorskip("distributed")
    started, file = [], tmp_path / "scheduler.json"

    def start(*words):
        command = [sys.executable, "-m", "dask", *words, "--scheduler-file", str(file)]
        env = os.environ | {"PYTHONPATH": str(ROOT)}
        started.append(subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))

    start("scheduler", "--port", "0", "--host", "127.0.0.1", "--no-dashboard")
    for _ in range(2):
        start("worker", "--nthreads", "1", "--no-nanny", "--no-dashboard")
    import json

    deadline = time.monotonic() + 30
    while not (file.exists() and file.read_text()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    yield json.loads(file.read_text())["address"], started
    for each in started:
        each.kill()
        each.wait()


def act_after(count, act):
    """A progress callback that calls a function after the given number of parts."""

    def steps(each, message):
        for done, step in enumerate(each):
            if message == "sampling" and len(each) == 8 and done == count:
                act()
            yield step

    return steps


@pytest.mark.slow
def test_a_local_cluster_gives_bit_identical_results():
    pytest.importorskip("distributed")
    assert message(run(**LONG_RUN)) == message(run(**LONG_RUN, engine="dask", workers=2))


@pytest.mark.slow
def test_a_killed_worker_does_not_change_the_results(cluster):
    from distributed import Client

    address, (_, worker, _) = cluster
    with Client(address) as client:
        client.wait_for_workers(2, timeout=30)
    found = run(SLOW_STUDY, **LONG_RUN, engine=Engine("dask", scheduler=address), progress=act_after(2, worker.kill))
    assert worker.wait() == -signal.SIGKILL
    assert message(found) == message(run(SLOW_STUDY, **LONG_RUN))


@mcf.node("1")
def without_its_file(x, y):
    return x * y * len(Path("/nowhere").read_text())


@pytest.mark.slow
def test_an_error_in_a_formula_is_raised_from_a_cluster(cluster):
    address, _ = cluster
    loaded = mcf.load({"targets": ["product"], "inputs": INPUTS}, model=MODEL)
    broken = replace(loaded.nodes["product"], function=without_its_file)
    blocks = Blocks(replace(loaded, nodes={"product": broken}), run().sampler, ("product",))
    first = {"product": np.ones(64)}
    with pytest.raises(FileNotFoundError):
        engine.count_draws(blocks, {"product": ("product", ())}, first, Engine("dask", scheduler=address))


@pytest.mark.slow
def test_a_lost_scheduler_is_reported_with_one_line(cluster, tmp_path, capfd):
    address, (scheduler, *_) = cluster
    checkpoint = Checkpoint(tmp_path / "unfinished.npz")
    who = Engine("dask", scheduler=address, checkpoint=checkpoint)
    with pytest.raises(InputError, match=f"{address} is gone; start one again, and continue with --resume"):
        run(SLOW_STUDY, **LONG_RUN, engine=who, progress=act_after(2, scheduler.kill))
    assert checkpoint.path.exists()
    assert "Traceback" not in capfd.readouterr().err  # of dask


def test_an_unreachable_scheduler_is_reported_with_one_line(monkeypatch):
    pytest.importorskip("distributed")
    from mcfrontier.sampling.engine import dask_executor

    monkeypatch.setattr(dask_executor, "SCHEDULER_TIMEOUT", "1s")
    with pytest.raises(InputError, match=r"--scheduler tcp://127.0.0.1:1: no dask scheduler answers there"):
        run(engine=Engine("dask", scheduler="tcp://127.0.0.1:1"))


def test_draws_near_the_largest_float_are_counted():
    page = {"targets": ["x"], "inputs": input_entry("x", "normal", p5=1e308, p95=1.001e308)}
    found = mcf.run(page, model=[], draws=DRAWS).summary["x"].values
    assert [found[word] for word in ("mean", "p5", "p50")] == pytest.approx([1.0005e308, 1e308, 1.0005e308], rel=1e-6)


def test_draws_with_squares_beyond_the_largest_float_are_counted():
    page = {"targets": ["x"], "inputs": input_entry("x", "student-t", df=3, mean=0, scale=1e153)}
    found = mcf.run(page, model=[], draws=DRAWS).summary["x"].values
    assert found["p75"] == pytest.approx(0.7648923e153, rel=0.01)

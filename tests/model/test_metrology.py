"""Worked examples of metrology, against published results."""

import numpy as np
import pytest

import mcfrontier as mcf
from tests.conftest import input_entry


@mcf.node("1")
def length(standard, difference, expansion, temperature, expansion_gap, temperature_gap):
    """Length of an end gauge in nm, from that of a standard: GUM, H.1.2."""
    return standard + difference - standard * (expansion_gap * temperature + expansion * temperature_gap)


@mcf.node("1")
def length_of_first_order(standard, difference, expansion, expansion_gap, temperature_gap):
    """The same to first order about the estimates: 50.000623 mm, 11.5e-6, -0.1 K."""
    nominal = 50.000623e6
    return standard + difference - nominal * (expansion_gap * -0.1 + 11.5e-6 * temperature_gap) + 0 * expansion


GAUGE_INPUTS = input_entry("standard", "normal", mean=50.000623e6, sd=25)
GAUGE_INPUTS |= input_entry("difference", "normal", mean=215, sd=9.7)
GAUGE_INPUTS |= input_entry("expansion", "uniform", low=9.5e-6, high=13.5e-6)
GAUGE_INPUTS |= input_entry("temperature", "normal", mean=-0.1, sd=0.41)
GAUGE_INPUTS |= input_entry("expansion_gap", "uniform", low=-1e-6, high=1e-6)
GAUGE_INPUTS |= input_entry("temperature_gap", "uniform", low=-0.05, high=0.05)


def test_the_end_gauge_has_the_published_standard_uncertainty():
    """JCGM 100:2008, H.1: 32 nm to first order; H.1.7: 34 nm with the terms of second order."""
    targets = ["length", "length_of_first_order"]
    run = mcf.run({"targets": targets, "inputs": GAUGE_INPUTS}, model=[length, length_of_first_order], draws=2**17)
    assert run.summary["length_of_first_order"].values["sd"] == pytest.approx(32, abs=0.5)
    assert run.summary["length"].values["sd"] == pytest.approx(34, abs=0.5)
    assert run.summary["length"].values["mean"] == pytest.approx(50.000838e6, abs=1)


@mcf.node("1")
def viscosity(known_viscosity, ball_density, density, known_density, time, known_time):
    """Viscosity of a solution in mPa s, by the time that a ball falls in it and in a known liquid."""
    return known_viscosity * (ball_density - density) / (ball_density - known_density) * time / known_time


BALL_INPUTS = {"known_viscosity": (4.63, 0.0463), "ball_density": (2217, 0.5), "density": (1180, 0.5)}
BALL_INPUTS |= {"known_density": (810, 0.5), "time": (61, 6.1), "known_time": (36.6, 5.49)}


def test_the_viscometer_has_the_published_mean_and_interval():
    """NIST TN 1900 (2015), example E3: mean 5.82 mPa s, 95 % interval 4.05 to 8.39."""
    inputs = {}
    for name, (mean, sd) in BALL_INPUTS.items():
        inputs |= input_entry(name, "normal", mean=mean, sd=sd)
    run = mcf.run({"targets": ["viscosity"], "inputs": inputs}, model=[viscosity], draws=2**18)
    x = run.draws.viscosity.values
    assert x.mean() == pytest.approx(5.82, abs=0.01)
    np.testing.assert_allclose(np.quantile(x, [0.025, 0.975]), [4.05, 8.39], atol=0.03)

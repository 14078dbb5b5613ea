"""The registry of families of distributions. The JSON schema, messages and checks derive from it."""

from __future__ import annotations

from mcfrontier.distributions.beta import Beta
from mcfrontier.distributions.chip_price import Price
from mcfrontier.distributions.counts import Binomial, NegativeBinomial, Poisson
from mcfrontier.distributions.dirichlet import Dirichlet
from mcfrontier.distributions.empirical import Discrete, Empirical
from mcfrontier.distributions.family import Family
from mcfrontier.distributions.metalog import Metalog
from mcfrontier.distributions.mixture import Mixture
from mcfrontier.distributions.nested import Nested
from mcfrontier.distributions.reference import Reference
from mcfrontier.distributions.skew_normal import SkewNormal
from mcfrontier.distributions.textbook import (
    Gamma,
    LogitNormal,
    Lognormal,
    LogUniform,
    Normal,
    Pert,
    StudentT,
    Triangular,
    Uniform,
    Value,
)

# by the value of the key `family` in a priors file
FAMILIES: dict[str, type[Family]] = {
    str(family.__struct_config__.tag): family
    for family in (
        *(Value, Uniform, LogUniform, Normal, Lognormal, Triangular, Pert, Beta, LogitNormal),
        *(Poisson, NegativeBinomial, Binomial),
        *(StudentT, Gamma, SkewNormal, Metalog, Mixture, Discrete, Empirical, Reference, Price, Nested, Dirichlet),
    )
}

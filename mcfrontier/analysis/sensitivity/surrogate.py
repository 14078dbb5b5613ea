"""A polynomial surrogate of a target, whose shares of variance are known exactly.

A target f is a surrogate g and a remainder h. The shares of g follow from its coefficients, since its terms are
products of orthonormal functions of single inputs: a polynomial chaos expansion (Sudret 2008). Only what h adds is
estimated from the blocks of a design, so g is a control variate: it removes error and adds no bias, however well it
fits. To that end its coefficients in a randomisation are fitted to the others.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, reduce

import numpy as np
from scipy import special

from mcfrontier.core.arrays import PIECE, Array
from mcfrontier.sampling.plan import RANDOMISATIONS

DEGREE = 8  # of Legendre polynomials in the probability of an input
KNOTS = (0.25, 0.5, 0.75)  # probabilities at which the functions of an input may have a kink
QUADRATURE_POINTS = 100  # between two knots
LARGEST_SCORE = 8.0  # normal score, beyond which a probability is negligible
MAX_TERMS = 96
MAX_ROUNDS = 15
ROWS_PER_TERM = 20  # points of A and B for each term, at least
FIT_POINTS = 2**12  # of A and of B that terms are fitted to
SIGNIFICANCE = 4.5  # of a new term, in standard errors: thousands are tried
CLOSE_TO_BEST = 0.25  # the projections of new terms, as a share of the largest
WORTHWHILE = 0.98  # the remainder's variance after a round, as a multiple of that before it
MAX_REMAINDER = 0.5  # share of the variance of any block: with a larger remainder there is no surrogate
MAX_KURTOSIS = 10  # with longer tails, points outside them do not show what lies in them
DIGITS = 30  # bits of a coefficient: those that every library for matrices agrees on

Term = tuple[tuple[int, int], ...]  # an input and one of its functions, for each factor


def raw_functions(p: Array) -> Array:
    """Functions of a uniform variable p: polynomials in p and in its normal score, and one with a kink at each knot."""
    t, score = 2 * p - 1, special.ndtri(p)
    legendre = [np.ones_like(t), t]
    for k in range(1, DEGREE):
        legendre.append(((2 * k + 1) * t * legendre[k] - k * legendre[k - 1]) / (k + 1))
    kinks = [np.maximum(p - knot, 0) for knot in KNOTS]
    return np.stack([t, score, legendre[2], score**2, *kinks, *legendre[3:]])


@cache
def orthonormal() -> tuple[Array, Array]:
    """The means of the raw functions, and the matrix that makes them orthonormal: (functions,), then squared."""
    nodes, weights = np.polynomial.legendre.leggauss(QUADRATURE_POINTS)
    edges = np.array([-LARGEST_SCORE, *special.ndtri(KNOTS), LARGEST_SCORE])
    half = np.diff(edges)[:, None] / 2
    scores = ((edges[:-1] + edges[1:])[:, None] / 2 + half * nodes).ravel()
    density = (half * weights).ravel() * np.exp(-(scores**2) / 2) / math.sqrt(2 * math.pi)
    raw = raw_functions(special.ndtr(scores))
    means = raw @ density
    centred = raw - means[:, None]
    return means, np.linalg.inv(np.linalg.cholesky((centred * density) @ centred.T))


def functions(p: Array) -> Array:
    """Functions of a uniform variable p with mean 0, variance 1 and correlations of 0: (functions, ...)."""
    means, matrix = orthonormal()
    values: Array = np.einsum("jk,k...->j...", matrix, raw_functions(p) - means.reshape(-1, *[1] * p.ndim))
    return values


@dataclass(frozen=True)
class Surrogate:
    """A sum of terms; without any it is 0.

    terms: their factors; coefficients: (16, terms), by randomisation; factors: the values of each factor in the
    matrices A and B, (16, points) each.
    """

    terms: Sequence[Term]
    coefficients: Array
    factors: Mapping[tuple[int, int], tuple[Array, Array]]

    def values(self, from_a: Array) -> Array | float:
        """The surrogate in a block, (16, points), that takes the inputs `from_a` (16, inputs) from A."""
        return self.sum_of(self.terms, self.coefficients, from_a)

    def main_effect(self, i: int) -> Array | float:
        """The terms of a single input, in B: (16, points)."""
        own = [place for place, term in enumerate(self.terms) if term == ((i, term[0][1]),)]
        from_b = np.zeros((len(self.coefficients), i + 1), bool)
        return self.sum_of([self.terms[place] for place in own], self.coefficients[:, own], from_b)

    def sum_of(self, terms: Sequence[Term], coefficients: Array, from_a: Array) -> Array | float:
        """The sum of some terms in a block: (16, points)."""
        at = {
            (i, k): np.where(from_a[:, i, None], *self.factors[i, k])
            for i, k in {each for term in terms for each in term}
        }
        return sum(
            (
                own[:, None] * math.prod(at[each] for each in term)
                for own, term in zip(coefficients.T, terms, strict=True)
            ),
            0.0,
        )

    @property
    def variance(self) -> Array:
        """The variance of the surrogate: (16,)."""
        values: Array = (self.coefficients**2).sum(axis=1)
        return values

    def variances(self, inputs: int) -> tuple[Array, Array, Array]:
        """The variance of each input alone, that in which it has a part, and that with interactions split equally
        between inputs: (inputs, 16) each."""
        members = np.array([[i in dict(term) for term in self.terms] for i in range(inputs)], float)
        members = members.reshape(inputs, len(self.terms))
        counts = np.array([len(term) for term in self.terms], float)
        shared = members / counts
        return tuple(each @ self.coefficients.T**2 for each in (members * (counts == 1), members, shared))


NONE = Surrogate([], np.zeros((RANDOMISATIONS, 0)), {})


def fit(probabilities: Mapping[int, tuple[Array, Array]], a: Array, b: Array) -> Surrogate:
    """Fit a surrogate to a target.

    In each round, terms are multiplied by a function of a further input, and the products that are correlated with the
    remainder are new terms (orthogonal matching pursuit).

    Parameters
    ----------
    probabilities : of the inputs that may be in a term, in A and in B, (16, points) each
    a, b : the target in A and in B, (16, points)
    """
    if not probabilities:
        return NONE
    used = slice(FIT_POINTS // RANDOMISATIONS)
    y = np.concatenate([a[:, used], b[:, used]], axis=1)
    at = {i: functions(np.concatenate([each[:, used] for each in probabilities[i]], axis=1)) for i in probabilities}
    terms, coefficients = select_terms(at, y - y.mean())
    needed = {i for term in terms for i, _ in term}
    both = {i: [functions(each) for each in probabilities[i]] for i in needed}
    factors = {(i, k): (both[i][0][k], both[i][1][k]) for term in terms for i, k in term}
    return Surrogate(terms, coefficients, factors)


def select_terms(at: Mapping[int, Array], y: Array) -> tuple[list[Term], Array]:
    """The terms of a target y (16, rows), and their coefficients, (16, terms).

    Rounds end when a fit to the other randomisations explains little more of each, or nothing significant is left.
    `at` has the functions of each input: (functions, 16, rows).
    """
    names = [(i, k) for i, own in at.items() for k in range(len(own))]
    single = np.concatenate([*at.values()]).reshape(len(names), -1)
    terms: list[Term] = [()]
    products, remainder, variance = np.ones((1, y.size)), y, np.mean(y**2)
    best: tuple[list[Term], Array] = ([], np.empty((len(y), 0)))
    for _ in range(MAX_ROUNDS):
        projections = np.abs(row_products(products * remainder.ravel(), single)) / y.size
        for row, term in zip(projections, terms, strict=True):
            row[[i in dict(term) for i, _ in names]] = 0
        projections[projections < SIGNIFICANCE * math.sqrt(np.mean(remainder**2) / y.size)] = 0
        new = new_terms(projections, terms, names, min(MAX_TERMS, y.size // ROWS_PER_TERM) - len(terms))
        if not new:
            break
        terms = terms + new
        added = [math.prod(at[i][k] for i, k in term).ravel() for term in new]
        products = np.concatenate([products, added])
        remainder, coefficients = cross_fitted(products.reshape(len(terms), *y.shape), y)
        before, variance = variance, np.mean(remainder**2)
        if variance < before:
            best = terms[1:], coefficients[:, 1:]
        if variance > WORTHWHILE * before:
            break
    return best


def new_terms(projections: Array, terms: list[Term], names: list[tuple[int, int]], most: int) -> list[Term]:
    """The products of terms and functions with the largest projections (terms, functions), at most so many."""
    found: dict[Term, None] = {}
    large = np.argwhere(projections > CLOSE_TO_BEST * projections.max())
    order = np.argsort(-projections[tuple(large.T)], kind="stable")
    for term, function in large[order]:
        product = tuple(sorted((*terms[term], names[function])))
        if product not in terms and len(found) < most:
            found[product] = None
    return list(found)


def cross_fitted(products: Array, y: Array) -> tuple[Array, Array]:
    """The remainder of y (16, rows), and the least-squares coefficients (16, terms) of the products (terms, 16, rows):
    in each randomisation those that fit the others."""
    by_net = products.swapaxes(0, 1)
    gram, right = row_products(by_net, by_net), np.einsum("rtp,rp->rt", by_net, y)
    coefficients = np.linalg.solve(gram.sum(axis=0) - gram, (right.sum(axis=0) - right)[..., None])[..., 0]
    unit = 2.0 ** (math.frexp(float(np.abs(coefficients).max()))[1] - DIGITS)
    coefficients = np.round(coefficients / unit) * unit
    return y - np.einsum("rt,trp->rp", coefficients, products), coefficients


def row_products(one: Array, other: Array) -> Array:
    """The sums of products of the rows of two matrices (..., rows, columns): (..., rows of one, rows of the other).

    The pieces are too small for a library to divide them among threads, which would wait for each other and change the
    order of sums.
    """
    step = max(1, PIECE // (one.shape[-2] * other.shape[-2]))
    starts = range(0, one.shape[-1], step)
    pieces = (one[..., i : i + step] @ other[..., i : i + step].swapaxes(-1, -2) for i in starts)
    return reduce(np.add, pieces)

"""The scaling law: loss from parameters and tokens, and the optimal split of a compute budget between them.

Hoffmann et al., Training Compute-Optimal Large Language Models (2022): an irreducible loss, a term that falls with the
parameters and one that falls with the tokens. Each term has a scale at a reference and an exponent; at a reference of 1
these are the paper's A and alpha, B and beta. The five numbers are strongly dependent. Nearly independent in the data
are the loss and its two slopes at references in the middle of the data, and the exponents, from which the first nodes
compute the other parameters. A study may state either.
"""

import numpy as np

from mcfrontier.graph import node


@node("1")
def parameter_loss_scale(parameter_slope, parameter_exponent):
    """Parameter term of the loss at the reference: the loss that more parameters would remove.

    The slope of A / N^alpha over the logarithm of N is alpha times the term.
    """
    return parameter_slope / parameter_exponent


@node("1")
def token_loss_scale(token_slope, token_exponent):
    """Token term of the loss at the reference: the loss that more tokens would remove.

    The slope of B / D^beta over the logarithm of D is beta times the term.
    """
    return token_slope / token_exponent


@node("1")
def irreducible_loss(reference_loss, parameter_loss_scale, token_loss_scale):
    """Lower bound of the loss of any model, in nats per token: the remainder of the loss at the references."""
    return reference_loss - parameter_loss_scale - token_loss_scale


@node("1")
def parameter_loss(parameter_loss_scale, active_parameters, parameter_reference, parameter_exponent):
    """Parameter term of the loss, in nats per token."""
    return parameter_loss_scale * (active_parameters / parameter_reference) ** -parameter_exponent


@node("1")
def token_loss(token_loss_scale, tokens, token_reference, token_exponent):
    """Token term of the loss, in nats per token."""
    return token_loss_scale * (tokens / token_reference) ** -token_exponent


@node("1")
def loss(irreducible_loss, parameter_loss, token_loss):
    """Loss of a model, from its parameters and training tokens, in nats per token."""
    return irreducible_loss + parameter_loss + token_loss


@node("parameter")
def optimal_parameters(
    compute_budget,
    flop_per_parameter_token,
    parameter_loss_scale,
    parameter_reference,
    parameter_exponent,
    token_loss_scale,
    token_reference,
    token_exponent,
):
    """Size of the model with the lowest loss that a compute budget can train.

    At the minimum, a relative increase in parameters removes as much loss as the same relative decrease in tokens adds.
    """
    runs = compute_budget / (flop_per_parameter_token * parameter_reference * token_reference)
    weight = parameter_exponent * parameter_loss_scale / (token_exponent * token_loss_scale)
    return parameter_reference * (weight * runs**token_exponent) ** (1 / (parameter_exponent + token_exponent))


@node("token")
def optimal_tokens(compute_budget, flop_per_parameter_token, optimal_parameters):
    """Training tokens of the model with the lowest loss that a compute budget can train."""
    return compute_budget / (flop_per_parameter_token * optimal_parameters)


@node("parameter")
def rule_parameters(compute_budget, flop_per_parameter_token, tokens_per_parameter):
    """Size of the model if tokens are in a fixed proportion to parameters."""
    return np.sqrt(compute_budget / (flop_per_parameter_token * tokens_per_parameter))


@node("token")
def rule_tokens(rule_parameters, tokens_per_parameter):
    """Training tokens if they are in a fixed proportion to parameters."""
    return rule_parameters * tokens_per_parameter

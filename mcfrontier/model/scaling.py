"""The scaling law: loss from parameters and tokens, and how best to split a compute budget between them.

Hoffmann et al., Training Compute-Optimal Large Language Models (2022): a loss that no model can undercut, a part that
falls with the parameters and one that falls with the tokens. Each part has a size at a reference and an exponent; at a
reference of 1 they are the paper's A and alpha, B and beta. These five numbers depend strongly on each other. What the
data tell nearly apart are the loss and its two slopes at references in the middle of the data, and the exponents, from
which the first nodes work out the rest. A study may state either.
"""

import numpy as np

from mcfrontier.graph import node


@node("1")
def parameter_loss_scale(parameter_slope, parameter_exponent):
    """The part of the loss that more parameters would take away, at the reference.

    The slope of A / N^alpha over the logarithm of N is alpha times its size.
    """
    return parameter_slope / parameter_exponent


@node("1")
def token_loss_scale(token_slope, token_exponent):
    """The part of the loss that more tokens would take away, at the reference.

    The slope of B / D^beta over the logarithm of D is beta times its size.
    """
    return token_slope / token_exponent


@node("1")
def irreducible_loss(reference_loss, parameter_loss_scale, token_loss_scale):
    """The loss that no model can undercut, in nats a token: what is left of the loss at the references."""
    return reference_loss - parameter_loss_scale - token_loss_scale


@node("1")
def parameter_loss(parameter_loss_scale, active_parameters, parameter_reference, parameter_exponent):
    """The part of the loss that more parameters would take away, in nats a token."""
    return parameter_loss_scale * (active_parameters / parameter_reference) ** -parameter_exponent


@node("1")
def token_loss(token_loss_scale, tokens, token_reference, token_exponent):
    """The part of the loss that more tokens would take away, in nats a token."""
    return token_loss_scale * (tokens / token_reference) ** -token_exponent


@node("1")
def loss(irreducible_loss, parameter_loss, token_loss):
    """Loss of a model of so many parameters trained on so many tokens, in nats a token."""
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
    """Size of the model with the least loss that a compute budget can train.

    Where the loss is least, a part more of parameters takes as much away as that part less of tokens adds.
    """
    runs = compute_budget / (flop_per_parameter_token * parameter_reference * token_reference)
    weight = parameter_exponent * parameter_loss_scale / (token_exponent * token_loss_scale)
    return parameter_reference * (weight * runs**token_exponent) ** (1 / (parameter_exponent + token_exponent))


@node("token")
def optimal_tokens(compute_budget, flop_per_parameter_token, optimal_parameters):
    """Tokens on which the model with the least loss that a compute budget can train is trained."""
    return compute_budget / (flop_per_parameter_token * optimal_parameters)


@node("parameter")
def rule_parameters(compute_budget, flop_per_parameter_token, tokens_per_parameter):
    """Size of the model if tokens keep a fixed proportion to parameters."""
    return np.sqrt(compute_budget / (flop_per_parameter_token * tokens_per_parameter))


@node("token")
def rule_tokens(rule_parameters, tokens_per_parameter):
    """Tokens if they keep a fixed proportion to parameters."""
    return rule_parameters * tokens_per_parameter

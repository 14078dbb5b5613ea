"""What it costs to use a model: tokens from chips, from a price list, and in a product."""

from mcfrontier.graph import node


@node("USD/ktoken")
def serving_cost(flop_per_parameter_served, active_parameters, peak_rate, serving_mfu, rental_price):
    """Rent of the chips that work out 1,000 tokens, on machines that are always busy.

    2 FLOP a parameter and token: Kaplan et al. (2020). Sunyan, The Economics of Large Language Models (2023).
    """
    return flop_per_parameter_served * active_parameters / (peak_rate * serving_mfu) * rental_price


@node("1")
def serving_cost_share(serving_cost, token_price):
    """Cost of a token as a part of its list price."""
    return serving_cost / token_price


@node("1")
def serving_margin(serving_cost_share):
    """What is left of the list price of a token; below zero where it costs more."""
    return 1 - serving_cost_share


@node("USD/ktoken")
def product_token_price(product_word_price, words_per_token):
    """What the customers of a product pay for 1,000 tokens, when they are sold words."""
    return product_word_price * words_per_token


@node("1")
def product_margin(product_token_price, token_price, answer_count):
    """What is left of a product's price when its tokens are bought, several answers for each that is used."""
    return 1 - answer_count * token_price / product_token_price


@node("1")
def equal_performance_cost(parameter_ratio, compute_price_ratio, utilisation_ratio):
    """Cost of tokens from a model as good as an older one, as a part of what the older one's cost.

    Fewer parameters, cheaper operations, better used chips: Sunyan, The Economics of Large Language Models (2023).
    """
    return parameter_ratio * compute_price_ratio / utilisation_ratio

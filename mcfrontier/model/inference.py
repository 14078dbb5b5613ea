"""Cost of using a model: tokens computed on chips, at a list price, and in a product."""

from mcfrontier.graph import node


@node("USD/ktoken")
def serving_cost(flop_per_parameter_served, active_parameters, peak_rate, serving_mfu, rental_price):
    """Rent of the chips that compute 1,000 tokens, on machines that are always busy.

    2 FLOP per parameter and token: Kaplan et al. (2020). Sunyan, The Economics of Large Language Models (2023).
    """
    return flop_per_parameter_served * active_parameters / (peak_rate * serving_mfu) * rental_price


@node("1")
def serving_cost_share(serving_cost, token_price):
    """Cost of a token as a share of its list price."""
    return serving_cost / token_price


@node("1")
def serving_margin(serving_cost_share):
    """Margin in the list price of a token; negative where the cost is higher."""
    return 1 - serving_cost_share


@node("USD/ktoken")
def product_token_price(product_word_price, words_per_token):
    """Price of 1,000 tokens to the customers of a product that is sold by the word."""
    return product_word_price * words_per_token


@node("1")
def product_margin(product_token_price, token_price, answer_count):
    """Margin in the price of a product whose tokens are bought, with several answers for each one used."""
    return 1 - answer_count * token_price / product_token_price


@node("1")
def equal_performance_cost(parameter_ratio, compute_price_ratio, utilisation_ratio):
    """Cost of tokens from a model of equal performance, relative to those of an older model.

    Fewer parameters, cheaper operations, higher utilisation: Sunyan, The Economics of Large Language Models (2023).
    """
    return parameter_ratio * compute_price_ratio / utilisation_ratio

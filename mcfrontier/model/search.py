"""A search engine that answers with a language model: cost and revenue of a query.

Sunyan, The Economics of Large Language Models (2023).
"""

from mcfrontier.graph import node


@node("token/query")
def query_tokens(answer_count, prompt_words, answer_words, words_per_token):
    """Billed tokens of a query: prompt and answer, for each answer that is generated."""
    return answer_count * (prompt_words + answer_words) / words_per_token


@node("USD/query")
def query_cost(query_tokens, token_price, cache_hit_share, supplier_margin):
    """Cost of a query: its list price without the margin of the supplier; cached answers cost nothing."""
    return query_tokens * token_price * (1 - cache_hit_share) * (1 - supplier_margin)


@node("query/year")
def searches(earlier_searches, internet_share, earlier_internet_share, search_growth):
    """Searches in a year: an earlier figure, grown with the share of people on the internet and a further factor."""
    return earlier_searches * internet_share / earlier_internet_share * search_growth


@node("USD/query")
def query_revenue(search_revenue, searches):
    """Advertising revenue of a query."""
    return search_revenue / searches


@node("1")
def query_cost_over_revenue(query_cost, query_revenue):
    """Cost of a query divided by its revenue."""
    return query_cost / query_revenue


@node("USD/query")
def optimised_query_cost(query_cost, optimisation, ownership_gain):
    """Cost of a query with lower precision and smaller models, on own machines."""
    return query_cost / (optimisation * ownership_gain)


@node("1")
def optimised_cost_over_revenue(optimised_query_cost, query_revenue):
    """Cost of an optimised query divided by its revenue."""
    return optimised_query_cost / query_revenue


@node("USD/year")
def search_bill(searches, optimised_query_cost):
    """Cost of answering all searches of a year with optimised queries."""
    return searches * optimised_query_cost

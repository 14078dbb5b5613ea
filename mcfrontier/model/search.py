"""A search engine that answers with a language model: cost of a query, against its revenue.

Sunyan, The Economics of Large Language Models (2023).
"""

from mcfrontier.graph import node


@node("token/query")
def query_tokens(answer_count, prompt_words, answer_words, words_per_token):
    """Tokens that a query is billed for: prompt and answer, for each answer that is worked out."""
    return answer_count * (prompt_words + answer_words) / words_per_token


@node("USD/query")
def query_cost(query_tokens, token_price, cache_hit_share, supplier_margin):
    """What a query costs to run: its list price less the supplier's margin, and nothing for answers that are kept."""
    return query_tokens * token_price * (1 - cache_hit_share) * (1 - supplier_margin)


@node("query/year")
def searches(earlier_searches, internet_share, earlier_internet_share, search_growth):
    """Searches in a year, grown since they were told as the share of people on the internet, and beyond that."""
    return earlier_searches * internet_share / earlier_internet_share * search_growth


@node("USD/query")
def query_revenue(search_revenue, searches):
    """What a query brings in by advertising."""
    return search_revenue / searches


@node("1")
def query_cost_over_revenue(query_cost, query_revenue):
    """Cost of a query over its revenue."""
    return query_cost / query_revenue


@node("USD/query")
def optimised_query_cost(query_cost, optimisation, ownership_gain):
    """What a query costs with smaller numbers and models, on machines of one's own."""
    return query_cost / (optimisation * ownership_gain)


@node("1")
def optimised_cost_over_revenue(optimised_query_cost, query_revenue):
    """Cost of a query over its revenue, once it is optimised."""
    return optimised_query_cost / query_revenue


@node("USD/year")
def search_bill(searches, optimised_query_cost):
    """What it costs in a year to answer every search so, once it is optimised."""
    return searches * optimised_query_cost

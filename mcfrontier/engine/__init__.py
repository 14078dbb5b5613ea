"""How blocks of draws are run: on one core or many, within memory or beyond it, on one machine or many."""

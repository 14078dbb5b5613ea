"""The grammar of amounts, beliefs in one line, conditions and formulas: docs/expressions.md has it as EBNF."""

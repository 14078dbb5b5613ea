"""Layout of text: columns of tables, and TOML."""

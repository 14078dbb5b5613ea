"""The primary sources of entries, and their errors."""

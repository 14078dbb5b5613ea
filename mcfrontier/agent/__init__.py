"""Short answers for programs that ask in words: JSON of at most 2 KB, on the command line and as tools of a server."""

"""Hybrids of two studies: what differs between them, and studies that are defined in part as the one or the other."""

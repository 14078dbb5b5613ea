"""The page of a run: one HTML file that computes the study again for other beliefs."""

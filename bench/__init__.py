"""Benchmarks: figures, and their ratio to a bare database loop that does the same writes in the same run."""

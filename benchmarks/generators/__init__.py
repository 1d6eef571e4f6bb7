"""Rows for benchmarks, in bulk."""

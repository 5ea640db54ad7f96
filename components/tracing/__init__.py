"""Tracing for the whole mesh: what switches it on, and what the backend is reached with."""

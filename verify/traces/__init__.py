"""Spans as plain data, what must hold of them, and what is wrong when it does not; nothing here asks a network."""

"""Asks a running environment for proof that its traces arrive; see `python -m verify --help`."""

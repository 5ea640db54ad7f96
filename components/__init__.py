"""The parts of an environment: one ComponentResource to a file, each usable alone by another program."""

"""Tracing backends that can be asked for the spans of a trace, a file each; they are read only."""

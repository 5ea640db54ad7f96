"""Tracing backends: the table of those that are known, and the address of one."""

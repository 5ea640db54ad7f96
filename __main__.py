"""The program that `pulumi up` runs: settings -> environment -> outputs."""

import signal

# Ctrl-C reaches this process as well as the engine, which cancels; a traceback from here would hide its message.
signal.signal(signal.SIGINT, signal.SIG_IGN)

import pulumi  # noqa: E402 - imports take a second, in which Ctrl-C is to be heeded too

from components.environment import Environment  # noqa: E402 - the same
from components.settings import Settings  # noqa: E402 - the same

environment = Environment("environment", Settings.load())

for name, value in environment.outputs.exported().items():
    pulumi.export(name, value)

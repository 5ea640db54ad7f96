"""The program that `pulumi up` runs: settings -> notices -> environment -> outputs."""

import gc
import signal
from datetime import UTC, datetime

# Garbage in cycles may stay for the seconds that this takes: looking for it, among the many objects that imports and
# resources hold to the end, was a sixth of this process's CPU time (docs/performance.md).
gc.disable()

from components.configuration.reading import load_settings  # noqa: E402 - imports are half of it

# Ctrl-C reaches this process as well as the engine, which cancels; a traceback from here would hide its message.
signal.signal(signal.SIGINT, signal.SIG_IGN)

import pulumi  # noqa: E402 - imports take a second, in which Ctrl-C is to be heeded too

from components.environment.args import tracing_plan  # noqa: E402 - the same
from components.environment.environment import Environment, EnvironmentArgs  # noqa: E402 - the same
from components.environment.notices import notices  # noqa: E402 - the same

settings = load_settings()
tracing = tracing_plan(settings)
for notice in notices(settings, tracing, datetime.now(UTC).date()):
    pulumi.log.warn(notice)

environment = Environment("environment", EnvironmentArgs(settings, tracing))

for name, value in environment.outputs.exported().items():
    pulumi.export(name, value)
pulumi.export("verifyCommand", f"make verify STACK={pulumi.get_stack()}")

"""The program that `pulumi up` runs: settings -> environment -> outputs."""

import pulumi

from components.environment import Environment
from components.settings import Settings

environment = Environment("environment", Settings.load())

for name, value in environment.outputs.exported().items():
    pulumi.export(name, value)

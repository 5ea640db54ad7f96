"""The process of the policy pack says where it serves, and ends with whoever started it."""

import subprocess
import sys

from local.paths import PROJECT
from local.processes import gone_within

#: Starts the pack as the engine's language host does, says its process and what it said, and is gone.
STARTER = """
import subprocess, sys
pack = subprocess.Popen([sys.executable, sys.argv[1]], stdout=subprocess.PIPE, text=True)
print(pack.pid, pack.stdout.readline().strip(), flush=True)
"""


def test_the_pack_ends_when_its_starter_is_gone() -> None:
    started = subprocess.run(
        [sys.executable, "-c", STARTER, str(PROJECT / "policy")], capture_output=True, text=True, check=True, timeout=60
    )
    pid, port = map(int, started.stdout.split())

    assert port > 0
    assert gone_within(pid, 30)

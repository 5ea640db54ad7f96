"""What Pulumi's engine starts for the policy pack: it answers the engine's questions until the engine ends it."""

import sys
from pathlib import Path

# The engine starts this folder as a program, so its parent is what imports are relative to.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from policy.server import serve  # noqa: E402 - found only with the path above

serve()

"""The stages, in the order of the chain that a span goes along."""

from typing import Final

from verify.outcomes import Stage

STAGES: Final[tuple[Stage, ...]] = ()

"""Colours of services: as many as can be told apart; each service is also named wherever it is shown."""

from collections.abc import Iterable, Mapping
from typing import Final

#: Number of colours in the style sheet (`--service-0` and so on).
COLOURS: Final = 6


def colours(services: Iterable[str]) -> Mapping[str, int]:
    """Return the number of each service's colour, by their order; the same service always has the same one."""
    return {service: number % COLOURS for number, service in enumerate(dict.fromkeys(services))}

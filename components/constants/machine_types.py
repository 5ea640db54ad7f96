"""Google's machine types, as far as Istio cares.

Figures: https://cloud.google.com/compute/docs/machine-resource. GKE keeps a quarter of the first 4 GiB for itself
(https://cloud.google.com/kubernetes-engine/docs/concepts/plan-node-sizes), and istiod's chart asks for 2 GiB.
"""

import re
from collections.abc import Mapping
from typing import Final

#: Machine types with a share of a virtual CPU.
_SHARED: Final = ("e2-medium", "e2-micro", "e2-small", "f1-micro", "g1-small")

LEAST_CPUS: Final = 2
LEAST_MIB: Final = 4096

#: Class of machine types -> MiB of memory for each virtual CPU, by family; the empty name stands for all others.
_MIB_PER_CPU: Final[Mapping[str, Mapping[str, int]]] = {
    "standard": {"n1": 3840, "": 4096},
    "highmem": {"n1": 6656, "": 8192},
    "highcpu": {"n1": 921, "e2": 1024, "n2": 1024, "n2d": 1024, "": 2048},
}

#: What is too small, in words.
TOO_SMALL: Final = f"fewer than {LEAST_CPUS} whole virtual CPUs or less than {LEAST_MIB >> 10} GiB of memory"


def is_too_small(machine_type: str) -> bool:
    """Tell whether nodes of a machine type are too small for Istio; one whose name doesn't tell its size is not."""
    if machine_type in _SHARED or re.fullmatch(r"e2-custom-(micro|small|medium)-[0-9]+", machine_type):
        return True
    custom = re.fullmatch(r"(?:[a-z0-9]+-)?custom-(?P<cpus>[0-9]+)-(?P<mib>[0-9]+)(?:-ext)?", machine_type)
    if custom:
        return int(custom["cpus"]) < LEAST_CPUS or int(custom["mib"]) < LEAST_MIB
    usual = re.match(r"(?P<family>[a-z][a-z0-9]*)-(?P<kind>[a-z]+)-(?P<cpus>[0-9]+)(?:$|-)", machine_type)
    if not usual or usual["kind"] not in _MIB_PER_CPU:
        return False
    families, cpus = _MIB_PER_CPU[usual["kind"]], int(usual["cpus"])
    return cpus < LEAST_CPUS or cpus * families.get(usual["family"], families[""]) < LEAST_MIB

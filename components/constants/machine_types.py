"""Google's machine types, as far as Istio cares."""

from typing import Final

#: Machine types with less than two whole virtual CPUs: three such nodes don't hold the control plane and Bookinfo.
TOO_SMALL: Final = ("e2-medium", "e2-micro", "e2-small", "f1-micro", "g1-small", "n1-standard-1")

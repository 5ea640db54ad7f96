"""istiod's TCP ports (https://istio.io/latest/docs/ops/deployment/application-requirements/#ports-used-by-istio)."""

from typing import Final

#: Where istiod hands certificates and configuration to sidecars.
ISTIOD_PORT: Final = 15012

#: Where istiod answers the API server's webhook calls.
WEBHOOK_PORT: Final = 15017

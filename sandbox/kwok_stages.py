"""How kwok simulates a node: kwok's own Stages from its module, and ours for load balancers and for istiod's Pods."""

from typing import Any, Final

import yaml

from local.toolchain.kwok_files import KWOK_STAGES
from sandbox.istiod_pods import APP

#: kwok's Stage that makes a Pod Running and ready at once.
_POD_READY: Final = "pod-ready"

#: A load balancer for Services of type LoadBalancer: an address of the range for documentation (RFC 5737), its last
#: number that of the Service's own address, so that each has a different one.
_LOAD_BALANCER: Final = """\
apiVersion: kwok.x-k8s.io/v1alpha1
kind: Stage
metadata:
  name: load-balancer
spec:
  resourceRef:
    apiGroup: v1
    kind: Service
  selector:
    matchExpressions:
    - {key: .spec.type, operator: In, values: [LoadBalancer]}
    - {key: '.status.loadBalancer.ingress.[].ip', operator: DoesNotExist}
    - {key: .metadata.deletionTimestamp, operator: DoesNotExist}
  next:
    statusTemplate: |
      loadBalancer:
        ingress:
        - ip: 198.51.100.{{ splitList "." .spec.clusterIP | last }}
"""

#: A Pod of istiod gets its addresses from kwok, and everything else from the supervisor, which runs the genuine istiod:
#: the Pod is ready when that answers.
_ISTIOD: Final = f"""\
apiVersion: kwok.x-k8s.io/v1alpha1
kind: Stage
metadata:
  name: istiod-addresses
spec:
  resourceRef:
    apiGroup: v1
    kind: Pod
  selector:
    matchExpressions:
    - {{key: .metadata.labels.app, operator: In, values: [{APP}]}}
    - {{key: .status.podIP, operator: DoesNotExist}}
    - {{key: .metadata.deletionTimestamp, operator: DoesNotExist}}
  next:
    statusTemplate: |
      {{{{ with NodeIPsWith .spec.nodeName }}}}
      hostIP: {{{{ index . 0 | Quote }}}}
      {{{{ end }}}}
      {{{{ $me := .metadata }}}}
      {{{{ with PodIPsWith .spec.nodeName false $me.uid $me.name $me.namespace }}}}
      podIP: {{{{ index . 0 | Quote }}}}
      podIPs:
      - ip: {{{{ index . 0 | Quote }}}}
      {{{{ end }}}}
      startTime: {{{{ Now | Quote }}}}
"""


def stages() -> str:
    """Return all Stages, as documents of kwok's configuration."""
    return "---\n".join((without_istiod(KWOK_STAGES.read_text(encoding="utf-8")), _LOAD_BALANCER, _ISTIOD))


def without_istiod(kwok_stages: str) -> str:
    """Return the text of kwok's Stages with istiod's Pods left out of the one that makes Pods ready."""
    documents: list[dict[str, Any]] = list(yaml.safe_load_all(kwok_stages))
    (pod_ready,) = (stage for stage in documents if stage["metadata"]["name"] == _POD_READY)
    pod_ready["spec"]["selector"]["matchExpressions"].append(
        {"key": ".metadata.labels.app", "operator": "NotIn", "values": [APP]}
    )
    return yaml.safe_dump_all(documents)

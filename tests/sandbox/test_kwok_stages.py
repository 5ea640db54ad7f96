"""Which Pods kwok itself makes ready."""

import yaml

from sandbox.kwok_stages import without_istiod

STAGES = """\
kind: Stage
metadata: {name: pod-delete}
spec: {selector: {matchExpressions: []}}
---
kind: Stage
metadata: {name: pod-ready}
spec:
  selector:
    matchExpressions:
    - {key: .status.phase, operator: In, values: [Pending]}
  next:
    statusTemplate: |
      {{ $now := Now }}
      phase: Running
"""


def test_kwok_makes_all_pods_ready_but_those_of_istiod() -> None:
    _, ready = yaml.safe_load_all(without_istiod(STAGES))

    assert ready["spec"]["selector"]["matchExpressions"] == [
        {"key": ".status.phase", "operator": "In", "values": ["Pending"]},
        {"key": ".metadata.labels.app", "operator": "NotIn", "values": ["istiod"]},
    ]
    assert ready["spec"]["next"]["statusTemplate"] == "{{ $now := Now }}\nphase: Running\n"


def test_kwok_deletes_every_pod() -> None:
    before, _ = yaml.safe_load_all(STAGES)
    after, _ = yaml.safe_load_all(without_istiod(STAGES))

    assert after == before

"""Pods of Deployments go on serving for a while after they were told to end."""

from typing import Any, Final

import pytest
from packaging.version import Version

from components.kubernetes.draining import drains
from tests.support.transforms import through

_WAITS: Final = {"preStop": {"sleep": {"seconds": 10}}}


def containers(*given: dict[str, Any], kubernetes: str | None = None, kind: str = "Deployment") -> list[dict[str, Any]]:
    """Return what becomes of the containers of a workload."""
    workload: dict[str, Any] = {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {"name": "any"},
        "spec": {"template": {"metadata": {}, "spec": {"containers": list(given), "serviceAccountName": "any"}}},
    }
    changed = through(drains(Version(kubernetes) if kubernetes else None), workload)
    assert changed["spec"]["template"]["spec"]["serviceAccountName"] == "any"
    return changed["spec"]["template"]["spec"]["containers"]


@pytest.mark.parametrize("kubernetes", [None, "1.30", "1.36.3"])
def test_an_application_waits_before_it_ends(kubernetes: str | None) -> None:
    made = containers({"name": "productpage", "image": "any"}, kubernetes=kubernetes)

    assert made == [{"name": "productpage", "image": "any", "lifecycle": _WAITS}]


def test_kubernetes_that_has_no_such_field_is_not_given_it() -> None:
    assert containers({"name": "productpage"}, kubernetes="1.29.9") == [{"name": "productpage"}]


def test_a_lifecycle_of_its_own_stays() -> None:
    own = {"postStart": {"exec": {"command": ["true"]}}}

    assert containers({"name": "productpage", "lifecycle": own}) == [{"name": "productpage", "lifecycle": own}]


def test_a_gateway_sends_its_callers_away_first() -> None:
    (proxy,) = containers({"name": "istio-proxy", "env": [{"name": "OTHER", "value": "stays"}]})

    assert "lifecycle" not in proxy
    assert {each["name"]: each["value"] for each in proxy["env"]} == {
        "OTHER": "stays",
        "EXIT_ON_ZERO_ACTIVE_CONNECTIONS": "true",
        "MINIMUM_DRAIN_DURATION": "10s",
    }


def test_other_workloads_stay_as_they_are() -> None:
    assert containers({"name": "agent"}, kind="DaemonSet") == [{"name": "agent"}]

"""The peers' commands: the same objects, and the same waits."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bench.contenders import Contender, Helm, Istioctl, Kubectl, Wanted
from bench.cost import Step
from bench.objects import Made, Objects, Wait
from local.stack_files import StackFile

#: What Istio's charts are given by the program, and by the peers on top.
VALUES = {"pilot": {"replicaCount": 1}}
WITH_PROFILE = {"pilot": {"replicaCount": 1, "seccompProfile": {"type": "RuntimeDefault"}}}


def made(kind: str, name: str, *, chart: str | None = None, kept: bool = False, wait: str | None = None) -> Made:
    metadata = {"name": name, "namespace": "shop", "annotations": {"pulumi.com/waitFor": wait} if wait else {}}
    return Made({"apiVersion": "v1", "kind": kind, "metadata": metadata}, chart, kept)


def wanted() -> Wanted:
    objects = [
        made("Namespace", "shop", kept=True),
        made("Namespace", "istio-ingress"),
        made("CustomResourceDefinition", "gateways", chart="istio-base", kept=True),
        made("Deployment", "istiod", chart="istiod"),
        made("Deployment", "gateway"),
        made("Service", "gateway", wait="jsonpath={.status.loadBalancer.ingress[0]}"),
    ]
    answers = [Wait("ValidatingWebhookConfiguration", "validator", None, "jsonpath={.webhooks[0].failurePolicy}=Fail")]
    return Wanted(StackFile("sandbox", Path("Pulumi.sandbox.yaml")), Objects(objects, answers), {}, VALUES)


def contenders(folder: Path) -> dict[str, Contender]:
    kubectl = Kubectl(folder)
    return {
        "kubectl": kubectl,
        "helm": Helm(Path("charts"), kubectl),
        "istioctl": Istioctl(Path("istioctl"), kubectl),
    }


def names(file: str) -> list[str]:
    document: dict[str, Any] = json.loads(Path(file).read_text())
    return [each["metadata"]["name"] for each in document["items"]]


def named_by(steps: Sequence[Step], *verb: str) -> list[str]:
    """Return the names in the files that kubectl is given by the steps of a verb."""
    commands = [step.command for step in steps if tuple(step.command[: len(verb) + 1]) == ("kubectl", *verb)]
    return [name for command in commands for name in names(command[command.index("--filename") + 1])]


@pytest.mark.parametrize("peer", ["kubectl", "helm", "istioctl"])
def test_every_peer_waits_for_the_proof_before_the_rest(peer: str, tmp_path: Path) -> None:
    commands = [" ".join(step.command) for step in contenders(tmp_path)[peer].up(wanted())]

    proof = next(place for place, each in enumerate(commands) if "failurePolicy" in each)
    (rest,) = (place for place, each in enumerate(commands) if "apply" in each and "rest.json" in each)
    assert proof < rest


@pytest.mark.parametrize("peer", ["kubectl", "helm", "istioctl"])
def test_every_peer_waits_for_rollouts_and_the_address(peer: str, tmp_path: Path) -> None:
    steps = contenders(tmp_path)[peer].up(wanted())

    assert "gateway" in named_by(steps, "rollout", "status")
    assert steps[-1].command[1:4] == ["wait", "--for", "jsonpath={.status.loadBalancer.ingress[0]}"]


def test_the_limit_makes_every_object_once(tmp_path: Path) -> None:
    steps = contenders(tmp_path)["kubectl"].up(wanted())

    assert named_by(steps, "apply") == ["shop", "istio-ingress", "gateways", "istiod", "gateway", "gateway"]


@pytest.mark.parametrize("peer", ["helm", "istioctl"])
def test_charts_are_left_to_those_who_install_them(peer: str, tmp_path: Path) -> None:
    steps = contenders(tmp_path)[peer].up(wanted())

    assert named_by(steps, "apply") == ["shop", "istio-ingress", "gateway", "gateway"]


@pytest.mark.parametrize("peer", ["kubectl", "helm", "istioctl"])
def test_what_the_program_keeps_is_kept_by_every_peer(peer: str, tmp_path: Path) -> None:
    removed = named_by(contenders(tmp_path)[peer].destroy(wanted()), "delete")

    assert "istio-ingress" in removed
    assert not {"shop", "gateways"} & set(removed)


def test_helm_gets_the_programs_values_and_a_seccomp_profile(tmp_path: Path) -> None:
    contenders(tmp_path)["helm"].up(wanted())

    assert json.loads((tmp_path / "istiod.json").read_text()) == WITH_PROFILE


def test_istioctl_gets_the_same_values(tmp_path: Path) -> None:
    contenders(tmp_path)["istioctl"].up(wanted())

    assert json.loads((tmp_path / "operator.json").read_text())["spec"]["values"] == WITH_PROFILE


@pytest.mark.parametrize("peer", ["kubectl", "helm", "istioctl"])
def test_a_difference_is_no_failure_of_a_preview(peer: str, tmp_path: Path) -> None:
    *_, diff = contenders(tmp_path)[peer].preview(wanted())

    assert diff.command[:2] == ["kubectl", "diff"]
    assert diff.accepted == (0, 1)

"""The kubeconfig of a GKE cluster, for each way to its control plane."""

import pytest
import yaml

from components.cluster.gke.kubeconfig import kubeconfig
from components.constants.choices import ControlPlaneAccess
from tests.components.cluster.gke.gke_support import gke
from tests.support.mocks import GKE_CA, GKE_DNS_ENDPOINT, GKE_ENDPOINT, GKE_PRIVATE_ENDPOINT


@pytest.mark.parametrize(
    ("access", "endpoint", "ca"),
    [
        (ControlPlaneAccess.DNS_ENDPOINT, GKE_DNS_ENDPOINT, None),
        (ControlPlaneAccess.PRIVATE, GKE_PRIVATE_ENDPOINT, GKE_CA),
        (ControlPlaneAccess.PUBLIC, GKE_ENDPOINT, GKE_CA),
    ],
)
def test_kubeconfig_leads_to_the_endpoint_that_answers(
    access: ControlPlaneAccess, endpoint: str, ca: str | None
) -> None:
    made = gke(access=access, authorized_networks={"office": "203.0.113.0/24"})

    text = made.outputs["kubeconfig"].value
    assert yaml.safe_load(text) == kubeconfig(name="traced-mesh-dev", endpoint=endpoint, ca=ca)


def test_kubeconfig_asks_googles_plugin_and_holds_no_credential() -> None:
    content = kubeconfig(name="it", endpoint="192.0.2.1", ca="Y2E=")

    (user,) = content["users"]
    assert list(user["user"]) == ["exec"]
    assert user["user"]["exec"]["command"] == "gke-gcloud-auth-plugin"
    assert user["user"]["exec"]["apiVersion"] == "client.authentication.k8s.io/v1beta1"
    assert content["clusters"] == [
        {"name": "it", "cluster": {"server": "https://192.0.2.1", "certificate-authority-data": "Y2E="}}
    ]
    assert content["contexts"] == [{"name": "it", "context": {"cluster": "it", "user": "it"}}]
    assert content["current-context"] == "it"


def test_name_of_the_control_plane_has_a_certificate_that_everybody_knows() -> None:
    (cluster,) = kubeconfig(name="it", endpoint="gke-1.us-central1.gke.goog", ca=None)["clusters"]

    assert cluster["cluster"] == {"server": "https://gke-1.us-central1.gke.goog"}

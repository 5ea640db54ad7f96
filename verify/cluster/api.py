"""The cluster's API as plain data. Only reads, dry runs, and calls into Pods that leave nothing behind."""

import importlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, Self

from common.kubernetes_api import UnusableKubeconfigError, api_client
from common.plain import list_at

#: Seconds within which the API server must answer.
_PATIENCE: Final = 15

#: Seconds within which a Pod must answer, through the API server.
_POD_PATIENCE: Final = 20

_Query = Sequence[tuple[str, str]]


class ClusterError(Exception):
    """The API server, or a Pod behind it, did not do what it was asked for.

    Arguments:
        message: what happened, in one line, without a credential.
        status: HTTP status of the API server's answer; `None` (default) if there was no answer.
    """

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class KubeconfigError(ClusterError):
    """The kubeconfig can't be used."""


@dataclass(frozen=True)
class Answer:
    """The API server's answer to a request that may be refused.

    Arguments:
        status: HTTP status.
        body: what it said: an object, or a Status with a `message`.
    """

    status: int
    body: Mapping[str, Any]

    @property
    def accepted(self) -> bool:
        """Whether the API server would have done it."""
        return self.status < HTTPStatus.BAD_REQUEST

    @property
    def message(self) -> str:
        """The reason of a refusal."""
        return str(self.body.get("message", ""))


class KubernetesApi:
    """A connection to one cluster.

    Arguments:
        client: an `ApiClient` of the package `kubernetes`, which carries no types.
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        module: Any = importlib.import_module("kubernetes.client")
        self._core: Any = module.CoreV1Api(client)
        self._refused: Any = module.exceptions.ApiException

    @classmethod
    def connect(cls, kubeconfig: str) -> Self:
        """Return a connection by the text of a kubeconfig; nothing is asked yet.

        Raises:
            KubeconfigError: if the text can't be used.
        """
        try:
            return cls(api_client(kubeconfig))
        except UnusableKubeconfigError as error:
            raise KubeconfigError(f"the kubeconfig can't be used: {_one_line('', error)}") from error

    @property
    def server(self) -> str:
        """Address of the API server."""
        return str(self._client.configuration.host)

    def get(self, path: str, query: _Query = ()) -> dict[str, Any]:
        """Return what stands at `path`.

        Raises:
            ClusterError: if it can't be had; its `status` says whether the API server answered.
        """
        return self._decoded(self._send("GET", path, query))

    def find(self, path: str, query: _Query = ()) -> dict[str, Any] | None:
        """Return the object at `path`; `None` if it does not exist, or its kind.

        Raises:
            ClusterError: if it can't be had; its `status` says whether the API server answered.
        """
        try:
            return self.get(path, query)
        except ClusterError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return None
            raise

    def items(self, path: str, query: _Query = ()) -> list[dict[str, Any]]:
        """Return the objects of a collection; none if the cluster does not know its kind.

        Raises:
            ClusterError: if it can't be had; its `status` says whether the API server answered.
        """
        return list_at(self.find(path, query), "items")

    def names(self, path: str) -> list[str]:
        """Return the names of a collection's objects, without their content.

        Raises:
            ClusterError: if it can't be had; its `status` says whether the API server answered.
        """
        metadata_only = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
        listed = self._decoded(self._send("GET", path, accept=metadata_only))
        return [str(each["metadata"]["name"]) for each in list_at(listed, "items")]

    def dry_run(self, path: str, body: Mapping[str, Any]) -> Answer:
        """Ask whether an object could be made, through all admission webhooks, without making it.

        Raises:
            ClusterError: if the API server does not answer.
        """
        try:
            return Answer(HTTPStatus.CREATED, self._decoded(self._send("POST", path, [("dryRun", "All")], body)))
        except ClusterError as error:
            if error.status is None:
                raise
            return Answer(error.status, {"message": str(error)})

    def logs(self, namespace: str, pod: str, container: str, since_seconds: int) -> list[str]:
        """Return the lines that a container has logged in the last `since_seconds`, at most 2000.

        Raises:
            ClusterError: if it can't be had; its `status` says whether the API server answered.
        """
        query = [("container", container), ("sinceSeconds", str(since_seconds)), ("tailLines", "2000")]
        return self._send("GET", f"/api/v1/namespaces/{namespace}/pods/{pod}/log", query).splitlines()

    def call_plainly(self, namespace: str, pod: str, port: int, path: str) -> Answer:
        """Call a Pod's port over HTTP by the API server's proxy: from outside the mesh, without mutual TLS.

        The answer's body says in `byApiServer` whether it is the API server's own and not the Pod's.

        Raises:
            ClusterError: if the API server does not answer.
        """
        url = f"/api/v1/namespaces/{namespace}/pods/http:{pod}:{port}/proxy{path}"
        status, text = self._exchange("GET", url, timeout=_POD_PATIENCE)
        return Answer(status, {"message": _message(text) or _one_line("", text), "byApiServer": bool(_message(text))})

    def execute(self, namespace: str, pod: str, container: str, command: Sequence[str]) -> str:
        """Run a command that only reads in a container, and return what it prints.

        Raises:
            ClusterError: if it can't be run, or fails.
        """
        exit_code, output = self.attempt(namespace, pod, container, command)
        if exit_code != 0:
            raise ClusterError(f"{command[0]} in Pod {namespace}/{pod} ended with {exit_code}")
        return output

    def attempt(self, namespace: str, pod: str, container: str, command: Sequence[str]) -> tuple[int, str]:
        """Run a command that only reads in a container, and return its exit code and what it prints.

        Raises:
            ClusterError: if it can't be run.
        """
        stream: Any = importlib.import_module("kubernetes.stream")
        try:
            session = stream.stream(
                self._core.connect_get_namespaced_pod_exec,
                pod,
                namespace,
                container=container,
                command=list(command),
                stderr=True,
                stdout=True,
                _preload_content=False,
                _request_timeout=_POD_PATIENCE,
            )
            session.run_forever(timeout=_POD_PATIENCE)
            output, exit_code = session.read_stdout(timeout=0), session.returncode
            session.close()
        except Exception as error:
            raise self._error(f"exec in Pod {namespace}/{pod}", error) from error
        if exit_code is None:
            raise ClusterError(f"{command[0]} in Pod {namespace}/{pod} did not end within {_POD_PATIENCE} s")
        return int(exit_code), str(output or "")

    def read_local(self, namespace: str, pod: str, port: int, path: str) -> str:
        """GET `path` from a port that a Pod opens for itself only, by a port-forward that ends with the answer.

        Raises:
            ClusterError: if it can't be had.
        """
        status, body = self.ask_local(namespace, pod, port, path)
        if status != HTTPStatus.OK:
            raise ClusterError(f"port {port} of Pod {namespace}/{pod} answers {status} to GET {path}")
        return body.decode("utf-8", "replace")

    def ask_local(self, namespace: str, pod: str, port: int, path: str) -> tuple[int, bytes]:
        """GET `path` as `read_local` does, and return the answer's HTTP status and body.

        Raises:
            ClusterError: if there is no answer.
        """
        stream: Any = importlib.import_module("kubernetes.stream")
        where = f"port {port} of Pod {namespace}/{pod}"
        try:
            forward = stream.portforward(
                self._core.connect_get_namespaced_pod_portforward, pod, namespace, ports=str(port)
            )
            try:
                socket = forward.socket(port)
                socket.settimeout(_POD_PATIENCE)
                socket.sendall(f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
                received = b"".join(iter(lambda: socket.recv(65536), b""))
            finally:
                forward.close()
        except Exception as error:
            raise self._error(f"port-forward to {where}", error) from error
        head, _, body = received.partition(b"\r\n\r\n")
        words = head.split(maxsplit=2)
        if len(words) < 2 or not words[1].isdigit():
            raise ClusterError(f"{where} answers nothing to GET {path}")
        return int(words[1]), body

    def _send(
        self,
        method: str,
        path: str,
        query: _Query = (),
        body: Mapping[str, Any] | None = None,
        accept: str = "application/json, */*",
    ) -> str:
        status, text = self._exchange(method, path, query, body, accept)
        if status >= HTTPStatus.BAD_REQUEST:
            raise ClusterError(_message(text) or f"{method} {path}: status {status}", status)
        return text

    def _exchange(
        self,
        method: str,
        path: str,
        query: _Query = (),
        body: Mapping[str, Any] | None = None,
        accept: str = "*/*",
        timeout: float = _PATIENCE,
    ) -> tuple[int, str]:
        headers = {"Accept": accept, "Content-Type": "application/json"}
        try:
            request = self._client.param_serialize(
                method, path, query_params=list(query), header_params=headers, body=body, auth_settings=["BearerToken"]
            )
            response = self._client.call_api(*request, _request_timeout=timeout)
            return response.status, (response.read() or b"").decode("utf-8", "replace")
        except Exception as error:
            raise self._error(f"{method} {path}", error) from error

    def _error(self, what: str, error: Exception) -> ClusterError:
        if isinstance(error, self._refused):
            refused: Any = error
            said = _message(refused.body or "") or _one_line("", refused.reason or "")
            return ClusterError(f"{what}: {said}", refused.status or None)
        return ClusterError(f"{what}: {_one_line(type(error).__name__, error)}")

    def _decoded(self, text: str) -> dict[str, Any]:
        try:
            return json.loads(text)
        except ValueError as error:
            raise ClusterError(f"{self.server} does not answer as an API server does") from error


def _message(body: str | bytes) -> str:
    """Return the message of a Status object."""
    try:
        return str(json.loads(body)["message"])
    except (ValueError, KeyError, TypeError):
        return ""


def _one_line(kind: str, error: object) -> str:
    said = " ".join(str(error).split())
    return ": ".join(part for part in (kind, said[:300]) if part)

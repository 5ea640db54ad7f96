"""The genuine Collector, started with what its Pods would read: their files under a folder instead of `/`."""

import contextlib
import os
import subprocess
import time
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import yaml

from components.tracing.collector.args import CollectorArgs
from components.tracing.collector.collector import Collector
from components.tracing.collector.configuration import METRICS_READER
from local.ports import LOOPBACK, free_ports, wait_until_listening
from local.toolchain.programs import Purpose
from local.toolchain.toolchain import ensure
from tests.support.mocks import Recording, record

#: Longest that the Collector may take to check a configuration, to start or to stop, in seconds; each takes below one.
_PATIENCE: Final = 60


@dataclass(frozen=True)
class Genuine:
    """The Collector's program. It is started with an environment that holds nothing but a search path.

    Arguments:
        program: the program.
    """

    program: Path

    @classmethod
    def obtain(cls) -> "Genuine":
        """Return it, having built it if it is missing."""
        return cls(ensure((Purpose.TEST,), only=["otelcol"]).program("otelcol"))

    def faults(self, arguments: Sequence[str]) -> str:
        """Return what `validate` says against a configuration; empty if nothing."""
        checked = subprocess.run(
            [str(self.program), "validate", *arguments],
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
            env={"PATH": os.defpath},
        )
        return "" if checked.returncode == 0 else checked.stderr or f"it ends with {checked.returncode}"

    @contextlib.contextmanager
    def running(
        self,
        args: CollectorArgs,
        root: Path,
        metrics_port: int | None = None,
        environment: Mapping[str, str] = MappingProxyType({}),
        further: Mapping[str, Any] | None = None,
    ) -> Generator["Running"]:
        """Run it until the block ends, as the Pods of a Collector do but for ports and batches.

        Arguments:
            args: what the Collector is made from.
            root: a folder for all that it reads, and its log.
            metrics_port: where it serves its counters; `None` (default) serves none.
            environment: further environment variables. Default: none.
            further: what else differs in its configuration. Default: nothing.
        """
        port, http_port, health = free_ports(3)
        arguments = [*laid_out(args, root), on_loopback(root, port, http_port, health, metrics_port)]
        if further:
            file = root / "further.yaml"
            file.write_text(yaml.safe_dump(further), encoding="utf-8")
            arguments.append(f"--config={file}")
        log = root / "collector.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [str(self.program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={"PATH": os.defpath, **environment},
            )
        try:
            assert wait_until_listening(port, _PATIENCE), log.read_text(encoding="utf-8")
            yield Running(port, http_port, log)
        finally:
            process.terminate()
            try:
                process.wait(_PATIENCE)
            finally:
                process.kill()
                process.wait(_PATIENCE)


@dataclass(frozen=True)
class Running:
    """A running Collector.

    Arguments:
        port: where it takes OTLP over gRPC on the loopback address.
        http_port: where it takes OTLP over HTTP.
        log: the file with its log.
    """

    port: int
    http_port: int
    log: Path

    def wait_for_text(self, text: str) -> None:
        """Wait until its log holds `text`."""
        deadline = time.monotonic() + _PATIENCE
        while text not in (content := self.log.read_text(encoding="utf-8")):
            assert time.monotonic() < deadline, content
            time.sleep(0.05)


def laid_out(args: CollectorArgs, root: Path) -> list[str]:
    """Write all that the Pods of a Collector mount below `root` and return the container's arguments."""
    made = record(lambda: Collector("collector", args))
    spec = made.only("Deployment").inputs["spec"]["template"]["spec"]
    (container,) = spec["containers"]
    volumes = {volume["name"]: volume for volume in spec["volumes"]}
    for mount in container["volumeMounts"]:
        folder = Path(_below(root, mount["mountPath"]))
        folder.mkdir(parents=True)
        for name, text in _contents(made, volumes[mount["name"]], args, root).items():
            folder.joinpath(name).write_text(text, encoding="utf-8")
    return [_below(root, argument) for argument in container["args"]]


def on_loopback(root: Path, otlp_port: int, http_port: int, health_port: int, metrics_port: int | None) -> str:
    """Write a further configuration and return the argument for it: other ports, and batches that leave at once.

    The counters are served at `metrics_port`, with the program's own settings for their names; `None` serves none.
    """
    metrics: dict[str, Any] = {"level": "none"} if metrics_port is None else {"readers": [_reader(metrics_port)]}
    protocols = {
        protocol: {"endpoint": f"{LOOPBACK}:{port}"} for protocol, port in (("grpc", otlp_port), ("http", http_port))
    }
    configuration = {
        "receivers": {"otlp": {"protocols": protocols}},
        "extensions": {"health_check": {"endpoint": f"{LOOPBACK}:{health_port}"}},
        "processors": {"batch": {"timeout": "10ms"}},
        "service": {"telemetry": {"metrics": metrics}},
    }
    file = root / "loopback.yaml"
    file.write_text(yaml.safe_dump(configuration), encoding="utf-8")
    return f"--config={file}"


def _reader(port: int) -> dict[str, Any]:
    return {"pull": {"exporter": {"prometheus": {**METRICS_READER, "port": port}}}}


def _contents(made: Recording, volume: dict[str, Any], args: CollectorArgs, root: Path) -> dict[str, str]:
    if "configMap" in volume:
        data: dict[str, str] = _the(made, "ConfigMap", volume["configMap"]["name"])["data"]
        return {name: _below(root, text) for name, text in data.items()}
    name = volume["secret"]["secretName"]
    if name == "lightstep.cacert":  # the caller's, not the Collector's
        ca = args.destinations[0].backend.ca_certificate
        assert ca is not None
        return {"cacert.pem": ca}
    return _the(made, "Secret", name)["stringData"]


def _the(made: Recording, kind: str, name: str) -> dict[str, Any]:
    (found,) = (each.plain for each in made.of_kind(kind) if each.plain["metadata"]["name"] == name)
    return found


def _below(root: Path, text: str) -> str:
    return text.replace("/etc/", f"{root}/etc/")

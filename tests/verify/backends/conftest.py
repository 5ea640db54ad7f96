"""The genuine Jaeger, one for most tests here."""

import os
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx
import pytest
import yaml

from components.backends.jaeger import JaegerAddresses, jaeger_configuration
from components.kubernetes.resources import JAEGER_MEMORY_LIMIT_MIB
from local.ports import LOOPBACK, free_ports, wait_until_listening
from local.toolchain.programs import Purpose
from local.toolchain.toolchain import ensure
from tests.verify.genuine_jaeger import RunningJaeger

#: Longest that it may take to start or to end, in seconds; it takes below two.
_PATIENCE: Final = 60


@contextmanager
def running_jaeger(folder: Path, traces: Path | None = None) -> Generator[RunningJaeger]:
    """Run the genuine Jaeger as the program does in a cluster, and kill it in the end.

    Arguments:
        folder: an empty folder for its configuration and its log.
        traces: where it keeps traces; `None` (default) keeps them in memory.
    """
    program: Path = ensure((Purpose.TEST,), only=["jaeger"], releases=()).program("jaeger")
    ports = free_ports(5)
    addresses = JaegerAddresses(*(f"{LOOPBACK}:{port}" for port in ports))
    configuration = jaeger_configuration(addresses, str(traces) if traces else None)
    (folder / "jaeger.yaml").write_text(yaml.safe_dump(configuration), encoding="utf-8")
    with (folder / "jaeger.log").open("wb") as log:
        process = subprocess.Popen(
            [str(program), "--config", str(folder / "jaeger.yaml")],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env={"PATH": os.defpath, "GOMEMLIMIT": f"{JAEGER_MEMORY_LIMIT_MIB * 80 // 100}MiB"},
        )
    try:
        for port in (ports[1], ports[3], ports[4]):
            assert wait_until_listening(port, _PATIENCE), (folder / "jaeger.log").read_text(encoding="utf-8")
        with httpx.Client(timeout=_PATIENCE) as client:
            made = RunningJaeger(f"http://{addresses.otlp_http}", f"http://{addresses.query}", client, process.pid)
            assert client.get(f"http://{addresses.health}/status").status_code == httpx.codes.OK
            yield made
    finally:
        process.kill()  # it would wait for clients
        process.wait(_PATIENCE)


@pytest.fixture(scope="session")
def jaeger(tmp_path_factory: pytest.TempPathFactory) -> Generator[RunningJaeger]:
    with running_jaeger(tmp_path_factory.mktemp("jaeger")) as made:
        yield made

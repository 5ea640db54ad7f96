"""The genuine Jaeger, one for all tests here."""

import os
import subprocess
from collections.abc import Generator
from pathlib import Path
from typing import Final

import httpx
import pytest
import yaml

from local.jaeger import JaegerAddresses, jaeger_configuration
from local.ports import LOOPBACK, free_ports, wait_until_listening
from local.toolchain.programs import Purpose
from local.toolchain.toolchain import ensure
from tests.verify.genuine_jaeger import RunningJaeger

#: Longest that it may take to start or to end, in seconds; it takes below two.
_PATIENCE: Final = 60


@pytest.fixture(scope="session")
def jaeger(tmp_path_factory: pytest.TempPathFactory) -> Generator[RunningJaeger]:
    program: Path = ensure((Purpose.TEST,), only=["jaeger"], releases=()).program("jaeger")
    folder = tmp_path_factory.mktemp("jaeger")
    ports = free_ports(4)
    addresses = JaegerAddresses(*(f"{LOOPBACK}:{port}" for port in ports))
    (folder / "jaeger.yaml").write_text(yaml.safe_dump(jaeger_configuration(addresses)), encoding="utf-8")
    with (folder / "jaeger.log").open("wb") as log:
        process = subprocess.Popen(
            [str(program), "--config", str(folder / "jaeger.yaml")],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env={"PATH": os.defpath},
        )
    try:
        for port in ports[1:3]:
            assert wait_until_listening(port, _PATIENCE), (folder / "jaeger.log").read_text(encoding="utf-8")
        with httpx.Client(timeout=_PATIENCE) as client:
            yield RunningJaeger(f"http://{addresses.otlp_http}", f"http://{addresses.query}", client)
    finally:
        process.kill()  # it keeps nothing, and would wait for clients
        process.wait(_PATIENCE)

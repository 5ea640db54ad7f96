"""The double as a plugin of Pulumi: a gRPC server that the engine starts."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any, Final, cast

import grpc
import grpc.aio
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.provider.experimental.server import ProviderServicer
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, status_pb2

from tests.gcp.double.cloud import FOLDER_VARIABLE, Cloud, RefusedError
from tests.gcp.double.outputs import Endpoints
from tests.gcp.double.provider import GcpDouble, PartlyMadeError
from tests.gcp.double.values import wrapped_map

#: The version of the genuine provider that it stands in for; the SDK asks for the same.
VERSION: Final = "10.2.0"


def _guarded(name: str) -> Any:
    """Return a method of the SDK's server that hands failures on as the genuine provider's bridge does."""
    genuine = getattr(ProviderServicer, name)

    async def method(self: ProviderServicer, request: Any, context: Any) -> Any:
        try:
            return await genuine(self, request, context)
        except PartlyMadeError as error:
            await context.abort_with_status(_partly_made(error))
        except RefusedError as error:
            await context.abort(grpc.StatusCode.UNKNOWN, str(error))

    return method


class Servicer(ProviderServicer):
    """Tells the engine of a failure by a message for people, and of what was made in part."""

    Check: Any = _guarded("Check")
    Create: Any = _guarded("Create")
    Update: Any = _guarded("Update")
    Delete: Any = _guarded("Delete")
    Invoke: Any = _guarded("Invoke")


def _partly_made(error: PartlyMadeError) -> grpc.Status:
    properties: Any = cast("Any", PropertyValue).marshal_map(wrapped_map(error.properties))
    details = provider_pb2.ErrorResourceInitFailed(id=error.id, properties=properties, reasons=[str(error)])
    status: Any = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=str(error))
    status.details.add().Pack(details)
    answer: Any = grpc.Status()
    answer.code = grpc.StatusCode.UNKNOWN
    answer.details = str(error)
    answer.trailing_metadata = (("grpc-status-details-bin", status.SerializeToString()),)
    return answer


def main() -> None:
    """Serve until the engine ends the process; the engine reads the port from the output."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the engine's: it waits for what was begun
    folder = Path(os.environ[FOLDER_VARIABLE])
    endpoints = Endpoints(**json.loads((folder / "endpoints.json").read_text(encoding="utf-8")))
    asyncio.run(_serve(GcpDouble(Cloud.load(folder), endpoints), sys.argv[1]))


async def _serve(provider: GcpDouble, engine_address: str) -> None:
    server = grpc.aio.server()
    servicer = Servicer(sys.argv[1:], VERSION, provider, engine_address=engine_address)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    await server.wait_for_termination()

"""The tables of tracing backends in `docs/tracing.md`: how each is reached, and what a team types for it."""

from collections.abc import Iterator
from typing import Final

from components.backends.address import BackendAddress
from components.backends.backend import DEFAULT_TRACES_PATH, AuthScheme, OtlpProtocol
from components.backends.preset import ByRegion, OwnAddress, Preset
from components.backends.presets import PRESETS, BackendPreset
from components.configuration.machinery.problems import Steps, put, put_secret

_STACK: Final = "prod"


def backends() -> Iterator[str]:
    """Yield the lines of the part about backends, Markdown."""
    yield "## By backend"
    yield ""
    yield "| `backend` | what it is | address | OTLP over | credential | certificate of | facts |"
    yield "|---|---|---|---|---|---|---|"
    for name, preset in PRESETS.items():
        facts = ", ".join(f"[{source.read}]({source.page})" for source in preset.sources)
        cells = [_address(preset), _protocols(preset), _credential(preset), _certificate(preset), facts]
        yield f"| `{name}` | {preset.title} | {' | '.join(cells)} |"
    yield ""
    yield (
        "The facts were read on the day given, in public copies of those pages. What leaves the genuine Collector for "
        "each of them was seen at a server on the loopback address; nothing was sent to a maker's own."
    )
    yield ""
    yield "### What to type for each"
    yield ""
    yield "The token is asked for, and stored as a secret."
    yield ""
    for name, preset in PRESETS.items():
        yield f"`{name}`; have ready {preset.ready}:"
        yield ""
        yield from (f"    {command.line(_STACK)}" for command in steps(name))
        yield ""


def steps(name: BackendPreset) -> Steps:
    """Return the commands by which a stack comes to send its spans to a kind of backend."""
    preset = PRESETS[name]
    where: Steps = ()
    if isinstance(preset.address, ByRegion):
        where = put("backend_region", preset.address.example)
    if isinstance(preset.address, OwnAddress):
        where = put("backend_address", preset.address.example)
    return (*put("backend", name), *where, *(put_secret("access_token") if preset.token_header else ()))


def _address(preset: Preset) -> str:
    match preset.address:
        case BackendAddress():
            return f"`{preset.address}`"
        case ByRegion() as it:
            known = [f"`{it.address(region)}` for {region}" for region in it.known]
            any_other = [f"`{it.host.format('<backendRegion>')}:{it.port}` with {it.words}"] if it.host else []
            return ", ".join([*known, *any_other])
        case OwnAddress(_, domain):
            return f"the team's own, in `{domain.removeprefix('.')}`" if domain else "the team's own"


def _protocols(preset: Preset) -> str:
    names = {OtlpProtocol.GRPC: "gRPC", OtlpProtocol.HTTP: f"HTTP at `{preset.path or DEFAULT_TRACES_PATH}`"}
    return " (default), ".join(names[each] for each in preset.protocols)


def _credential(preset: Preset) -> str:
    further = [f"`{name}: {value}`" for name, value in preset.headers.items()]
    if preset.in_cluster:
        return "none"
    if preset.google_identity:
        return "none: the Collector's identity in GKE"
    if preset.token_header is None:
        return ", ".join(["none, or in `accessTokenHeader`", *further])
    scheme = f"{preset.token_scheme} " if preset.token_scheme else ""
    token = "<base64 of accessToken>" if preset.token_scheme is AuthScheme.BASIC else "<accessToken>"
    return ", ".join([f"`{preset.token_header}: {scheme}{token}`", *further])


def _certificate(preset: Preset) -> str:
    if preset.in_cluster:
        return "none: mutual TLS of the mesh"
    return f"{'a public CA' if preset.public_ca else 'ISRG Root X1'}, or `backendCaFile`"

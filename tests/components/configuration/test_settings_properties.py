"""What holds for any input: addresses survive a round trip, and credentials never reach an error."""

import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.backends.address import BackendAddress
from components.configuration.machinery.parsing import keys
from components.configuration.machinery.problems import ConfigurationError
from components.configuration.reading import parse_settings
from components.configuration.settings import Settings
from tests.components.configuration.settings_support import NOW, RIGHT

LABELS = st.from_regex(r"[a-z]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)
HOSTS = st.one_of(
    st.lists(LABELS, min_size=1, max_size=4).map(".".join),
    st.ip_addresses(v=4).map(str),
    st.ip_addresses(v=6).map(str),
)
PORTS = st.integers(min_value=1, max_value=65535)
#: The beginning makes sure that no token is a part of what the errors themselves say.
TOKENS = st.text(alphabet=string.ascii_letters + string.digits + "+/=-_.", min_size=8, max_size=80).map("Zq7".__add__)
KEYS = st.sampled_from(sorted(keys(Settings)))
TEXTS = st.one_of(st.text(max_size=40), st.from_regex(r"[a-z0-9:/@\[\].-]{0,40}", fullmatch=True))


def error_of(raw: dict[str, str], *secret_keys: str) -> str:
    """Return the error that a configuration gives, or nothing if it is right."""
    try:
        parse_settings(raw, stack="dev", root=Path("/nonexistent"), now=NOW, secret_keys=secret_keys)
    except ConfigurationError as error:
        return str(error)
    return ""


@given(HOSTS, PORTS)
def test_address_survives_a_round_trip(host: str, port: int) -> None:
    address = BackendAddress(host, port)

    assert BackendAddress.parse(str(address)) == address


@given(TEXTS)
def test_address_is_parsed_or_refused_with_a_reason(text: str) -> None:
    refusal = ""
    try:
        address = BackendAddress.parse(text)
    except ValueError as error:
        address, refusal = None, str(error)

    assert refusal if address is None else BackendAddress.parse(str(address)) == address


@given(st.dictionaries(KEYS, TEXTS, max_size=6))
def test_any_configuration_is_read_or_refused_with_a_documented_error(raw: dict[str, str]) -> None:
    text = error_of({**RIGHT, **raw}, "accessToken")

    assert not text or text.startswith("Stack 'dev' has ")


@given(TOKENS, st.dictionaries(KEYS, TEXTS, max_size=4))
def test_token_stored_as_a_secret_never_appears(token: str, others: dict[str, str]) -> None:
    text = error_of({**others, "accessToken": token + "\n", "gcpProject": ""}, "accessToken")

    assert "traced-mesh:accessToken" in text
    assert token not in text


@given(TOKENS, KEYS)
def test_token_pasted_under_another_key_never_appears(token: str, key: str) -> None:
    text = error_of({"gcpProject": "", key: token, "accessToken": token})

    assert "traced-mesh:accessToken" in text
    assert token not in text


@given(TOKENS, KEYS)
def test_value_of_any_key_stored_as_a_secret_never_appears(token: str, key: str) -> None:
    text = error_of({"gcpProject": "!", key: token}, key)

    assert token not in text


@given(TOKENS, st.from_regex(r"[a-zA-Z]{1,20}", fullmatch=True).filter(lambda key: key not in keys(Settings)))
def test_token_under_a_key_that_nobody_reads_never_appears(token: str, key: str) -> None:
    text = error_of({**RIGHT, key: token}, "accessToken")

    assert f"traced-mesh:{key}" in text
    assert token not in text


@pytest.mark.parametrize("key", ["backendAddress", "istioCharts", "istioHub", "gatewayHost", "collectorImage"])
@given(password=TOKENS.filter(lambda token: "/" not in token))
def test_password_in_an_address_never_appears(key: str, password: str) -> None:
    for address in (
        f"https://me:{password}@example.com",
        f"me:{password}@example.com:443",
        f"https://{password}@example.com",
    ):
        text = error_of({**RIGHT, key: address}, "accessToken")

        assert f"traced-mesh:{key}" in text
        assert password not in text


@given(TOKENS)
def test_text_inside_a_secret_object_never_appears(token: str) -> None:
    values = f'{{"pilot":{{"tag":"{token}"}}}}'

    text = error_of({**RIGHT, "istiodValues": values, "istioRevision": token}, "accessToken", "istiodValues")

    assert "traced-mesh:istiodValues.pilot.tag" in text
    assert token not in text

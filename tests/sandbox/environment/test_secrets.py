"""The access token is in one Secret and nowhere else; neither is it in Pulumi's state, nor in what Pulumi prints."""

import base64
import json
from typing import Any

from tests.sandbox.environment.conftest import FirstUp
from tests.sandbox.environment.running import TOKEN, Outcome, Running, identity

SECRET = "/api/v1/secrets observability/otel-collector-credentials"

FORMS = (TOKEN, base64.b64encode(TOKEN.encode()).decode())


def _shows_token(text: str) -> bool:
    return any(form in text for form in FORMS)


def _decoded(item: dict[str, Any]) -> str:
    """Return an object as text, with what a Secret holds readable."""
    data: dict[str, str] = item.get("data") or {}
    if item["collection"].endswith("/secrets"):
        item = item | {"data": {key: base64.b64decode(value).decode("latin-1") for key, value in data.items()}}
    return json.dumps(item)


def test_token_is_in_one_secret_and_in_no_other_object(running: Running) -> None:
    found = {identity(it) for it in running.everything() if _shows_token(_decoded(it))}

    assert found == {SECRET}


def test_token_is_in_no_file_of_the_sandbox(running: Running) -> None:
    """State, its history, logs, kubeconfig; not etcd's own data, which holds the Secret."""
    folder = running.instance.folder
    files = [it for it in folder.rglob("*") if it.is_file() and "etcd" not in it.relative_to(folder).parts]

    found = [it for it in files if any(form.encode() in it.read_bytes() for form in FORMS)]

    assert found == []
    assert any("history" in it.parts for it in files)


def test_token_is_not_printed(first_up: FirstUp, preview_of_the_same: Outcome) -> None:
    assert not _shows_token(first_up.outcome.text)
    assert not _shows_token(preview_of_the_same.text)
    assert "otel-collector-credentials" in preview_of_the_same.text

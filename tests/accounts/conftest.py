from collections.abc import Iterator
from typing import Any

import pytest
from oidc_provider_mock import run_server_in_thread

from portal import providers
from tests.accounts.external import environment


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a real OpenID provider."""
    with run_server_in_thread() as running:
        yield f"http://localhost:{running.server_port}"


@pytest.fixture
def provider(server: str, settings: Any, db: None) -> str:
    """The same, configured as "Works ID"."""
    settings.SOCIALACCOUNT_PROVIDERS = providers.configured(environment(server, "works"))
    return server

"""What the tests of links share: a work for a link, and https on this machine."""

import ssl
from pathlib import Path

import pytest
from certificates import for_localhost


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A server's side of https for localhost, which clients in this test trust."""
    context, certificate = for_localhost(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    return context

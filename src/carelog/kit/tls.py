"""Whom this process trusts where it calls others over TLS."""

import os
import ssl
from functools import lru_cache


def trusted() -> ssl.SSLContext:
    """The authorities that httpx trusts, for every client: those that SSL_CERT_FILE or SSL_CERT_DIR name, or Mozilla's.

    They are read once: there are more than a hundred, over which each client would hold all else up for longer than
    most calls take.
    """
    return _trusted(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))


@lru_cache
def _trusted(_file: str | None, _folder: str | None) -> ssl.SSLContext:
    from httpx import create_ssl_context  # here, since few commands call anybody

    return create_ssl_context()  # it asks the environment itself

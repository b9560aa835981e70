"""Which certificate authorities this process trusts when it calls others over TLS."""

import os
import ssl
from functools import lru_cache


def trusted() -> ssl.SSLContext:
    """The authorities for every HTTP client: those that SSL_CERT_FILE or SSL_CERT_DIR name, or else Mozilla's, as httpx
    has it.

    They are read once. There are more than a hundred, and reading them for each client would block the process for
    longer than most calls take.
    """
    return _trusted(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))


@lru_cache
def _trusted(_file: str | None, _folder: str | None) -> ssl.SSLContext:
    from httpx import create_ssl_context  # here, since few commands call other servers

    return create_ssl_context()  # it asks the environment itself

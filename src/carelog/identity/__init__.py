"""Who is asking, and what they may do."""

from carelog.identity.keys import ApiKey, Keyring
from carelog.identity.looks import Look, Looks
from carelog.identity.principal import CATALOGUE, ORDINARY_OF_SOME, ORDINARY_SCOPES, SCOPES, Principal, Role, operator

__all__ = [
    "CATALOGUE",
    "ORDINARY_OF_SOME",
    "ORDINARY_SCOPES",
    "SCOPES",
    "ApiKey",
    "Keyring",
    "Look",
    "Looks",
    "Principal",
    "Role",
    "operator",
]

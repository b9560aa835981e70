"""Who is asking, and what they may do."""

from carelog.identity.keys import ApiKey, Keyring
from carelog.identity.principal import ORDINARY_SCOPES, SCOPES, Principal, operator

__all__ = ["ORDINARY_SCOPES", "SCOPES", "ApiKey", "Keyring", "Principal", "operator"]

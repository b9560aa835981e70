"""Who is asking, and what they may do."""

from carelog.identity.keys import ApiKey, Keyring
from carelog.identity.principal import SCOPES, Principal, operator

__all__ = ["SCOPES", "ApiKey", "Keyring", "Principal", "operator"]

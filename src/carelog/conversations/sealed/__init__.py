"""Sealed vCons: signed ones (JWS) are verified, encrypted ones (JWE) decrypted, both kept as they came.

Importing this loads the cryptography; `carelog.conversations.form` tells a sealed vCon without it.
"""

from carelog.conversations.form import is_sealed
from carelog.conversations.sealed.encrypted import Undecryptable
from carelog.conversations.sealed.keys import Keys
from carelog.conversations.sealed.opening import Opened, open_document, open_sealed
from carelog.conversations.sealed.signed import Untrusted

__all__ = ["Keys", "Opened", "Undecryptable", "Untrusted", "is_sealed", "open_document", "open_sealed"]

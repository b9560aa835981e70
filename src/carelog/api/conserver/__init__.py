"""The REST paths of a vCon conserver, answered as it answers them: for clients that were written for one.

Its errors, its header and its lists are its own; so this is an application beside the API, with its own description
in docs/conserver.md.
"""

from carelog.api.conserver.access import ConserverOptions
from carelog.api.conserver.contract import Contract, create_contract

__all__ = ["ConserverOptions", "Contract", "create_contract"]

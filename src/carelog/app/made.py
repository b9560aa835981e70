"""What definitions name: chains and storages, made of their links and options."""

from dataclasses import dataclass
from typing import Any

from carelog.ai.endpoint import Endpoints
from carelog.ai.safeguards import Safeguards
from carelog.conserver.definitions import Definitions
from carelog.db.breakers import Breakers
from carelog.kit.errors import ConfigurationError
from carelog.pipeline.chains import Chains
from carelog.pipeline.copies import require_storages
from carelog.pipeline.faults import fault_of
from carelog.storages import Storage, make_storage


@dataclass(frozen=True, slots=True)
class Made:
    """What definitions name."""

    chains: Chains
    storages: dict[str, Storage[Any]]

    @classmethod
    def of(
        cls, definitions: Definitions, safeguards: Safeguards | None = None, receivers: Breakers | None = None
    ) -> "Made":
        """`receivers` are the breakers of those that webhooks are posted to. Raises ConfigurationError;
        `details["path"]` says which part of the definitions is at fault."""
        context = {"ai": Endpoints(definitions.ai_endpoints, safeguards), "receivers": receivers or Breakers()}
        path: tuple[str | int, ...] | None = None
        try:
            chains = Chains(definitions.chains, context)
            storages = {}
            for name, storage in definitions.storages.items():
                path = ("storages", name)
                storages[name] = make_storage(storage.type, storage.options, name)
        except ConfigurationError as error:
            path = path or fault_of(definitions.chains, context)
            raise ConfigurationError(error.message, details={**error.details, "path": path}) from None
        require_storages(chains, storages)
        return cls(chains, storages)

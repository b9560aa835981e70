"""What an engine has read a conversation for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Coverage:
    """An engine, by its name and version ("local/2"), has read all of a conversation for entries of these types, None
    for all types: what it found is all that it says."""

    engine: str
    types: frozenset[str] | None = None

    @property
    def name(self) -> str:
        """The engine without its version."""
        return engine_name(self.engine)

    @property
    def version(self) -> str:
        return self.engine.partition("/")[2]

    def includes(self, type_name: str, engine: str) -> bool:
        """Whether this is a newer word on what some version of an engine said of a type."""
        return self.name == engine_name(engine) and (self.types is None or type_name in self.types)


def engine_name(engine: str) -> str:
    """An engine without its version.

    >>> engine_name("local/2")
    'local'
    """
    return engine.partition("/")[0]

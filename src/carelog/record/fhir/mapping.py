"""How one entry type is said in FHIR and read back: the elements that are its own. What all resources have is laid
around them by `resources`."""

from collections.abc import Callable
from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from typing import Any

from carelog.record.fhir.elements import Json, Resource


def _never(_: Resource) -> bool:
    return False


def in_error(resource: Resource) -> Resource:
    """What was entered in error."""
    return {**resource, "status": "entered-in-error"}


@dataclass(frozen=True, slots=True)
class CodeSource:
    """Where the codes of an element come from, for the database to look by: some that entries have whatever they say,
    those that the values of one field of the payload become, and where `quoted` those that the payload has itself.
    More than there are does no harm; one that is left out hides entries from who looks for it."""

    fixed: frozenset[str] = frozenset()
    of: str = ""
    by: Table[str, str] = field(default_factory=dict)
    quoted: bool = False


QUOTED = CodeSource(quoted=True)


def always(*codes: str, quoted: bool = False) -> CodeSource:
    return CodeSource(frozenset(codes), quoted=quoted)


@dataclass(frozen=True, slots=True)
class Mapping:
    """The mapping of one entry type to one kind of resource.

    `write` makes the elements of a payload, and `read` the fields of `home` from elements; all other fields travel in
    extensions, and what they say counts. `subject` is the element that refers to the person and `when` the one that has
    `occurred_at`, empty where `write` makes it; `withdrawn` makes a resource say that it was retracted. `told` says of
    elements that are searched where their codes come from; those of others are looked at one by one.

    A resource that another system made is read by the first mapping that `takes` it, and whose type's rules its fields
    keep; of what it then says, `reads` names the elements, so that whoever sent others can be told.
    """

    type: str
    resource: str
    write: Callable[[Any], Resource]
    read: Callable[[Resource], Json]
    home: frozenset[str] = frozenset()
    subject: str = "subject"
    when: str = "effectiveDateTime"
    moments: tuple[str, ...] = ()
    withdrawn: Callable[[Resource], Resource] = in_error
    takes: Callable[[Resource], bool] = _never
    reads: frozenset[str] = frozenset()
    told: Table[str, CodeSource] = field(default_factory=dict)

    @property
    def reads_others(self) -> bool:
        """Whether it takes resources of other systems at all."""
        return self.takes is not _never


def homes(*names: str) -> frozenset[str]:
    return frozenset(names)

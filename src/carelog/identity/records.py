"""What sign-in needs of the records, about which it knows nothing else."""

from typing import Literal, Protocol, TypeAlias
from uuid import UUID

System: TypeAlias = Literal["mailto", "tel"]


class Records(Protocol):
    """Keeps users' records in step with what is known of the users."""

    async def verified(self, user_id: UUID, system: System, value: str, *, by: str | None = None) -> None:
        """The user has shown that this is theirs. Raises IdentifierTaken."""

    async def released(self, user_id: UUID, system: System, value: str) -> None:
        """The user is about to give this up."""

    async def described(self, user_id: UUID, name: str, zone: str | None) -> None:
        """The user is about to be called so, and to live on this clock."""

    async def settle(self, user_id: UUID) -> None:
        """Finish whatever was begun for this user and is not done."""

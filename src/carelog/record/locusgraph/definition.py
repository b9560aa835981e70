"""The setting `locusgraph`."""

from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, model_validator

SUBJECT = "{subject}"


class LocusGraphDefinition(BaseModel):
    """A LocusGraph server, and the graphs there.

    `graph` holds `{subject}`, so that each record has a graph of its own: who may read a graph reads all of it. With
    `one_graph` it need not, which is for an installation with a single record. `agent_secret_env` names the variable of
    the environment that holds the agent's secret.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    url: HttpUrl
    graph: str = Field(min_length=1, max_length=120, pattern=r"^[A-Za-z0-9_.-]*(\{subject\})?[A-Za-z0-9_.-]*$")
    one_graph: bool = False
    agent_secret_env: str = Field(min_length=1, max_length=200)
    timeout_seconds: float = Field(default=30, gt=0, le=300)
    per_minute: int = Field(default=300, ge=1, le=100_000)

    @model_validator(mode="after")
    def _keeps_records_apart(self) -> Self:
        if SUBJECT not in self.graph and not self.one_graph:
            raise ValueError("graph must hold {subject}, or else all records stand in one: `one_graph` allows that")
        return self

    def graph_of(self, subject_id: UUID) -> str:
        """
        >>> d = LocusGraphDefinition(url="http://x.test", graph="home-{subject}", agent_secret_env="S")
        >>> d.graph_of(UUID(int=7))
        'home-00000000-0000-0000-0000-000000000007'
        """
        return self.graph.replace(SUBJECT, str(subject_id))

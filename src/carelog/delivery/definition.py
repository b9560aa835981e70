"""A sender as the settings name it."""

from typing import Any

from pydantic import BaseModel, ConfigDict


class SenderDefinition(BaseModel):
    """`{type: smtp, host: ...}`: the type, and with it the options that this type has."""

    model_config = ConfigDict(frozen=True, extra="allow", hide_input_in_errors=True)

    type: str

    @property
    def options(self) -> dict[str, Any]:
        return dict(self.__pydantic_extra__ or {})

"""Things that the configuration names and gives options, some of them secret."""

import os
from typing import ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, SecretStr

from carelog.kit.errors import ConfigurationError


class ConfiguredOptions(BaseModel):
    """Unknown keys are refused when the configuration is loaded.

    An option that may hold a secret is a SecretStr and has a twin, `<option>_env`: the name of the environment variable
    to read it from. The configuration can then be shown, posted and kept without its secrets.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


O = TypeVar("O", bound=ConfiguredOptions)  # noqa: E741


class Configured(Generic[O]):
    """`kind` is what errors call it, before its name."""

    kind: ClassVar[str]

    def __init__(self, options: O, name: str) -> None:
        self.options = options
        self.name = name

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"

    def secret(self, option: str) -> str | None:
        """An option as the configuration gives it, or its twin `<option>_env` by way of the environment.

        Raises ConfigurationError, without repeating the secret, when both are given, or the environment has no such
        variable.
        """
        given: SecretStr | None = getattr(self.options, option)
        variable: str | None = getattr(self.options, f"{option}_env")
        if variable is None:
            return given.get_secret_value() if given else None
        if given is not None:
            raise self.misconfigured(option, f"give either {option} or {option}_env")
        value = os.environ.get(variable, "").strip()
        if not value:
            raise self.misconfigured(f"{option}_env", f"the environment has no {variable}")
        return value

    def needed(self, option: str) -> str:
        """As `secret`, for an option that has to be given. Raises ConfigurationError without it."""
        value = self.secret(option)
        if value is None:
            raise self.misconfigured(option, f"give {option}_env, or {option}")
        return value

    def misconfigured(self, option: str, problem: str) -> ConfigurationError:
        return ConfigurationError(f"{self.kind} {self.name!r}, {option}: {problem}")

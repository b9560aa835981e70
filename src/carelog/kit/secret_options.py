"""Secrets in options: given in the configuration, or in an environment variable that it names."""

import os

from pydantic import BaseModel, SecretStr


class SecretProblem(ValueError):
    """What is wrong with the secret of an option; it does not repeat it."""

    def __init__(self, option: str, problem: str) -> None:
        super().__init__(problem)
        self.option = option
        self.problem = problem


def secret_of(options: BaseModel, option: str) -> str | None:
    """The option, which is a SecretStr, or what the environment has under the name in its twin `<option>_env`.

    Raises SecretProblem when it is given in both, or when the environment does not have it.
    """
    given: SecretStr | None = getattr(options, option)
    variable: str | None = getattr(options, f"{option}_env")
    if variable is None:
        return given.get_secret_value() if given else None
    if given is not None:
        raise SecretProblem(option, f"give either {option} or {option}_env")
    value = os.environ.get(variable, "").strip()
    if not value:
        raise SecretProblem(f"{option}_env", f"the environment has no {variable}")
    return value

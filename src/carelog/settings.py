"""Every setting: from the environment (`CARELOG_*`) and from `carelog.yaml`; the environment wins."""

import os
from pathlib import Path
from typing import Any, Final

import yaml
from platformdirs import user_data_path
from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    YamlConfigSettingsSource,
)

from carelog.kit.errors import ConfigurationError
from carelog.pipeline.chains import ChainDefinition
from carelog.pipeline.submission import CHANNELS
from carelog.storages.definition import StorageDefinition

DEFAULT_CHAINS: Final = {
    "record": {"channels": list(CHANNELS), "links": ["extract", "summarize"]},
}


class Settings(BaseSettings):
    """`CARELOG_CONFIG` names the configuration file; without it `carelog.yaml` in the working directory is read,
    where there is one."""

    model_config = SettingsConfigDict(env_prefix="CARELOG_", extra="forbid", frozen=True)

    data_dir: Path = Field(
        default_factory=lambda: user_data_path("carelog", appauthor=False),
        description="Where embedded databases live.",
    )
    database_url: str | None = Field(
        default=None,
        description="Health data: sqlite:///... or postgresql://...; a file in data_dir by default.",
    )
    auth_database_url: str | None = Field(
        default=None, description="Sign-in data, in a database of its own; a file in data_dir by default."
    )
    host: str = Field(default="127.0.0.1", description="The address to serve on.")
    port: int = Field(default=8080, ge=0, le=65535, description="The port to serve on; 0 takes a free one.")
    max_body_bytes: int = Field(
        default=16 * 1024 * 1024,
        ge=1024,
        description="The largest request that is read; more is refused with 413.",
    )
    worker_batch: int = Field(default=50, ge=1, le=1000, description="How many runs a worker claims at once.")
    lease_seconds: float = Field(
        default=30.0, ge=1, le=3600, description="How long the runs of a worker that died stay away."
    )
    poll_seconds: float = Field(
        default=1.0, gt=0, le=60, description="How long work that another process queued may lie unseen."
    )
    worker_concurrency: int = Field(
        default=1, ge=1, le=64, description="How many batches one worker process has in hand at once."
    )
    broker_url: str | None = Field(
        default=None,
        description="redis://... sends runs to workers over Redis Streams; without it they are claimed in the ledger.",
    )
    bulk_limit: int = Field(
        default=100_000,
        ge=1,
        description="How many runs may wait before conversations for the bulk lane are refused with 429.",
    )
    routine_limit: int | None = Field(
        default=None, ge=1, description="The same for the routine lane; no limit by default. Urgent is never refused."
    )
    finished_days: float = Field(
        default=30, gt=0, description="How many days finished and discarded runs are kept; then they are counted only."
    )
    storages: dict[str, StorageDefinition] = Field(
        default_factory=dict, description="Where copies of finished conversations go, by name."
    )
    log_level: str = Field(
        default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="What is logged: never content."
    )
    chains: dict[str, ChainDefinition] = Field(
        default_factory=lambda: {
            name: ChainDefinition.model_validate(definition) for name, definition in DEFAULT_CHAINS.items()
        },
        description="The chains by name; one that extracts and summarizes everything by default.",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, YamlConfigSettingsSource(settings_cls, yaml_file=config_file())

    @property
    def health_url(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir / 'carelog.db'}"

    @property
    def auth_url(self) -> str:
        return self.auth_database_url or f"sqlite:///{self.data_dir / 'auth.db'}"

    def make_data_dir(self) -> Path:
        """The data folder, made where it was not, for its owner's eyes only. Raises ConfigurationError."""
        try:
            self.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise ConfigurationError(
                f"the data folder {self.data_dir} cannot be made ({error.strerror}): CARELOG_DATA_DIR names another",
                details={"key": "data_dir"},
            ) from None
        return self.data_dir


def config_file() -> Path | None:
    """The configuration file in force, if any. Raises ConfigurationError when the one that was named is missing."""
    named = os.environ.get("CARELOG_CONFIG")
    if named:
        path = Path(named)
        if not path.is_file():
            raise ConfigurationError(
                f"CARELOG_CONFIG names a file that does not exist: {named}", details={"file": named}
            )
        return path
    path = Path("carelog.yaml")
    return path if path.is_file() else None


def load_settings(**given: Any) -> Settings:
    """Settings, with those that are given taking precedence. Raises ConfigurationError naming the key at fault."""
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        key = ".".join(map(str, first["loc"]))
        unknown = first["type"] == "extra_forbidden"
        problem = "there is no such setting" if unknown else first["msg"].removeprefix("Value error, ")
        raise ConfigurationError(f"{key}: {problem}", details={"key": key}) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise ConfigurationError(f"{config_file()} is not YAML{place}") from None
    except (OSError, ValueError, TypeError) as error:
        # What YamlConfigSettingsSource raises for a file that cannot be read, or is YAML, but of another shape.
        told = error.strerror if isinstance(error, OSError) else "it must be `key: value` lines, in UTF-8"
        raise ConfigurationError(f"{config_file()} cannot be read: {told}") from None

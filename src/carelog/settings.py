"""Every setting: from the environment (`CARELOG_*`) and from `carelog.yaml`; the environment wins."""

import os
import re
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeAlias

from platformdirs import user_data_path
from pydantic import AfterValidator, Field, PrivateAttr, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from carelog.ai.endpoint import EndpointDefinition, EndpointName
from carelog.conserver.definitions import Definitions, FollowerDefinition, FollowerName, PartnerKeys
from carelog.conserver.in_force import Configured
from carelog.conserver.translate import Translated, translate
from carelog.db.engine import driver_url
from carelog.delivery.definition import SenderDefinition
from carelog.delivery.delivery import Channel
from carelog.identity.secret_key import LEAST_CHARACTERS
from carelog.kit import yamltext
from carelog.kit.configuration_file import NAMED_BY, config_text, read_once, require_still_there
from carelog.kit.errors import ConfigurationError
from carelog.kit.given_addresses import Networks, Origin, Origins
from carelog.kit.misspelt import misspelt
from carelog.kit.problems import sentence_of
from carelog.kit.yamltext import YamlText
from carelog.pipeline.chains import ChainDefinition, Name
from carelog.pipeline.submission import CHANNELS
from carelog.record.locusgraph.definition import LocusGraphDefinition
from carelog.storages.definition import StorageDefinition

DEFAULT_CHAINS: Final = {
    "record": {"channels": list(CHANNELS), "links": ["transcribe", "extract", "summarize"]},
}


def _is_of_a_database(url: str) -> str:
    try:
        driver_url(url)
    except ConfigurationError as error:
        raise ValueError(error.message) from None
    return url


DatabaseUrl: TypeAlias = Annotated[str, AfterValidator(_is_of_a_database)]


class Settings(BaseSettings):
    """`CARELOG_CONFIG` names the configuration file; without it, `carelog.yaml` in the working directory is read if it
    exists."""

    # A compose file turns a variable that nobody has set into an empty one.
    model_config = SettingsConfigDict(env_prefix="CARELOG_", env_ignore_empty=True, extra="forbid", frozen=True)

    data_dir: Path = Field(
        default_factory=lambda: user_data_path("carelog", appauthor=False),
        description="Where embedded databases live.",
    )
    database_url: DatabaseUrl | None = Field(
        default=None,
        description="Health data: sqlite:///... or postgresql://...; a file in data_dir by default.",
    )
    auth_database_url: DatabaseUrl | None = Field(
        default=None, description="Sign-in data, in a database of its own; a file in data_dir by default."
    )
    secret_key: SecretStr | None = Field(
        default=None,
        min_length=LEAST_CHARACTERS,
        description="What sign-in tokens and the audit trail are secured with; a file in data_dir by default.",
    )
    older_secret_keys: list[Annotated[SecretStr, Field(min_length=LEAST_CHARACTERS)]] = Field(
        default_factory=list,
        description="Secret keys that were in use before: they open what is sealed with them, and seal nothing.",
    )
    registration: Literal["open", "confirmed", "unconfirmed", "closed"] = Field(
        default="open",
        description="Whether patients may make accounts themselves, with a code by e-mail or without one (open: with "
        "one if e-mail can be sent), or administrators make them all.",
    )
    fresh_sign_in_minutes: float = Field(
        default=10,
        gt=0,
        le=1440,
        description="How lately a user must have signed in to grant a record, erase it, or change other accounts.",
    )
    access_token_minutes: int = Field(
        default=15, ge=15, le=60, description="How long an access token is good for; then it is to be refreshed."
    )
    session_days: float = Field(
        default=30, gt=0, le=365, description="How long a session goes on without being refreshed."
    )
    trusted_proxies: Networks = Field(
        default_factory=list,
        description="The addresses or networks of reverse proxies, whose X-Forwarded-For is believed; none by default.",
    )
    public_url: Origin | None = Field(
        default=None,
        description="The address that clients know this server by, https://host: links in answers begin with it.",
    )
    clinicians_see: Literal["granted", "all"] = Field(
        default="granted", description="Whose records clinicians see: those that were granted to them, or all."
    )
    host: str = Field(default="127.0.0.1", description="The address to serve on.")
    port: int = Field(default=8080, ge=0, le=65535, description="The port to serve on; 0 takes a free one.")
    max_body_bytes: int = Field(
        default=16 * 1024 * 1024,
        ge=1024,
        description="The largest request that is read; more is refused with 413.",
    )
    max_archive_bytes: int = Field(
        default=1 << 30,
        ge=1024,
        description="The largest archive of a record that is taken in; unpacked, four times that.",
    )
    worker_batch: int = Field(default=100, ge=1, le=1000, description="How many runs a worker claims at once.")
    lease_seconds: float = Field(
        default=30.0, ge=1, le=3600, description="How long the runs of a worker that died stay away."
    )
    poll_seconds: float = Field(
        default=1.0, gt=0, le=60, description="How long work that another process queued may lie unseen."
    )
    worker_concurrency: int = Field(
        default=2, ge=1, le=64, description="How many batches one worker process has in hand at once."
    )
    drain_seconds: float = Field(
        default=30.0, gt=0, le=3600, description="How long runs in hand may take to end when a worker is told to."
    )
    broker_url: str | None = Field(
        default=None,
        description="redis://... sends runs to workers over Redis Streams; without it they are claimed in the ledger.",
    )
    cache_url: str | None = Field(
        default=None,
        description="redis://... where processes share answers of models and count calls; the broker's by default.",
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
    storages: dict[Name, StorageDefinition] = Field(
        default_factory=dict, description="Where copies of finished conversations go, by name."
    )
    storage_batch: int = Field(
        default=100, ge=1, le=1000, description="How many copies are brought to a storage at once."
    )
    storage_max_tries: int = Field(
        default=8, ge=1, le=100, description="How often a storage may fail at a copy before that is a dead letter."
    )
    senders: dict[Channel, SenderDefinition] = Field(
        default_factory=dict,
        description="What sends messages, by the channel that they go by: email, sms, whatsapp, webhook.",
    )
    delivery_max_tries: int = Field(
        default=8, ge=1, le=100, description="How often a message may fail to be sent before it is a dead letter."
    )
    reminder_late_minutes: float = Field(
        default=5, gt=0, le=1440, description="How long after its time a reminder is marked late."
    )
    locusgraph: LocusGraphDefinition | None = Field(
        default=None, description="A LocusGraph server that what records say goes on to: url, graph, agent_secret_env."
    )
    ai_endpoints: dict[EndpointName, EndpointDefinition] = Field(
        default_factory=dict,
        description="Where language models and speech recognisers answer, by name: url, model, roles, api_key_env, "
        "limits and prices.",
    )
    metrics_public: bool = Field(
        default=False, description="Whether /metrics is shown without a key, instead of to keys with metrics:read."
    )
    otel: bool = Field(
        default=False, description="Whether traces are sent over OTLP, to where the standard OTEL_* variables say."
    )
    trusted_keys: tuple[Path, ...] = Field(
        default=(),
        description="Certificates and public keys whose signatures on vCons count: files, or folders of them.",
    )
    decryption_keys: tuple[Path, ...] = Field(
        default=(), description="RSA private keys that encrypted vCons are opened with: files, or folders of them."
    )
    log_level: str = Field(
        default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="What is logged: never content."
    )
    conserver_config: Path | None = Field(
        default=None, description="The config.yml of a vCon conserver, which then says all that is done."
    )
    conserver_api_token: SecretStr | None = Field(
        default=None, min_length=1, description="Opens the conserver's paths; also read from CONSERVER_API_TOKEN."
    )
    conserver_api_token_file: Path | None = Field(
        default=None, description="The same, one token a line; also read from CONSERVER_API_TOKEN_FILE."
    )
    conserver_header_name: str = Field(
        default="x-conserver-api-token",
        pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$",
        description="The header that they come in; also read from CONSERVER_HEADER_NAME.",
    )
    conserver_token_is_admin: bool = Field(
        default=False, description="Whether those tokens may replace the configuration too."
    )
    allow_unknown_lists: bool = Field(
        default=False, description="Whether conversations for an ingress list that no chain reads are taken."
    )
    ingress_auth: dict[Name, PartnerKeys] = Field(
        default_factory=dict, description="Keys of partners, by the one ingress list that each may hand in to."
    )
    followers: dict[FollowerName, FollowerDefinition] = Field(
        default_factory=dict, description="Other servers whose egress lists are followed, by name."
    )
    cors_origins: Origins = Field(
        default_factory=list, description="Web pages of these origins may ask; none by default."
    )
    chains: dict[Name, ChainDefinition] = Field(
        default_factory=lambda: {
            name: ChainDefinition.model_validate(definition) for name, definition in DEFAULT_CHAINS.items()
        },
        description="The chains by name; one that extracts and summarizes everything by default.",
    )

    _conserver: tuple[YamlText, Translated] | None = PrivateAttr(default=None)
    _text: YamlText | None = PrivateAttr(default=None)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        text = config_text()
        given = {} if text is None or text.value is None else text.value
        if text is not None and not isinstance(given, dict):
            raise ConfigurationError(f"{text.name} cannot be read: it must be `key: value` lines")
        return (
            init_settings,
            env_settings,
            InitSettingsSource(settings_cls, init_kwargs=_conserver_environment()),
            InitSettingsSource(settings_cls, init_kwargs=given),
        )

    @property
    def file(self) -> Path | None:
        """The configuration file that they were read from."""
        return Path(self._text.name).absolute() if self._text else None

    @property
    def health_url(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir / 'carelog.db'}"

    @property
    def auth_url(self) -> str:
        return self.auth_database_url or f"sqlite:///{self.data_dir / 'auth.db'}"

    @property
    def configured(self) -> Configured:
        """What is done with conversations, and the configuration that says so."""
        definitions = Definitions(**{name: getattr(self, name) for name in Definitions.model_fields})
        if self._conserver is None:
            return Configured(definitions, definitions.as_json(), text=self._text, endpoints=self.ai_endpoints)
        text, translated = self._conserver
        there = translated.definitions.ai_endpoints
        endpoints = {name: endpoint for name, endpoint in self.ai_endpoints.items() if name not in there}
        return Configured(definitions, text.value or {}, translated.secrets, text, translated.origins, endpoints)

    @property
    def misspelt(self) -> tuple[str, ...]:
        """Variables of the environment that are no settings, and nearly one."""
        known = {NAMED_BY, *(f"CARELOG_{name.upper()}" for name in Settings.model_fields)}
        return tuple(f"{name} is no setting, {meant} is" for name, meant in misspelt(os.environ, known))

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is misspelt, a file that says nothing, and what of a conserver's configuration has no meaning here."""
        empty = (f"{self._text.name} is empty",) if self._text and self._text.value is None else ()
        return (*self.misspelt, *empty, *(self._conserver[1].warnings if self._conserver else ()))

    def conserver_tokens(self) -> tuple[str, ...]:
        """The tokens that open the conserver's paths. Raises ConfigurationError for a file that cannot be read."""
        tokens = [self.conserver_api_token.get_secret_value()] if self.conserver_api_token else []
        if self.conserver_api_token_file:
            try:
                lines = self.conserver_api_token_file.read_text().splitlines()
            except (OSError, UnicodeDecodeError) as error:
                why = getattr(error, "strerror", None) or "it is not UTF-8"
                told = f"conserver_api_token_file: {self.conserver_api_token_file} cannot be read ({why})"
                raise ConfigurationError(told, details={"key": "conserver_api_token_file"}) from None
            tokens += [token for line in lines if (token := line.strip())]
        return tuple(tokens)

    def make_data_dir(self) -> Path:
        """The data folder, which is made if it does not exist, readable by its owner alone. Raises
        ConfigurationError."""
        try:
            self.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise ConfigurationError(
                f"the data folder {self.data_dir} cannot be made ({error.strerror}): CARELOG_DATA_DIR names another",
                details={"key": "data_dir"},
            ) from None
        return self.data_dir


def _conserver_environment() -> dict[str, str]:
    """The variables of the conserver's own that count here too, under its names."""
    names = {"CONSERVER_API_TOKEN", "CONSERVER_API_TOKEN_FILE", "CONSERVER_HEADER_NAME"}
    return {name.lower(): value for name in names if (value := os.environ.get(name))}


def load_settings(**given: Any) -> Settings:
    """The settings; those in `given` come before all others. Raises ConfigurationError, which names the key at fault,
    and its line in the file."""
    with read_once() as text:
        return _loaded(text, {name: value for name, value in given.items() if value is not None})


def load_again(before: Settings) -> Settings:
    """The settings as they are now, for a process that goes on. Raises ConfigurationError as `load_settings`, and for a
    configuration file that is gone or empty."""
    settings = load_settings(conserver_config=before.conserver_config)
    require_still_there(before._text, settings._text)
    return settings


def _loaded(text: YamlText | None, given: dict[str, Any]) -> Settings:
    try:
        settings = Settings(**given)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        key = ".".join(map(str, first["loc"]))
        problem = "there is no such setting" if first["type"] == "extra_forbidden" else sentence_of(first)
        raise ConfigurationError(f"{key}: {problem}{_place(first['loc'], given)}", details={"key": key}) from None
    except SettingsError as error:
        raise _no_json(error) from None
    settings._text = text
    return settings if settings.conserver_config is None else _with_conserver(settings, settings.conserver_config)


def _no_json(error: SettingsError) -> ConfigurationError:
    """The error for a variable that must hold JSON. pydantic-settings names the setting in its message only."""
    named = re.search(r'field "(\w+)"', str(error))
    if named is None:
        return ConfigurationError("a CARELOG_* variable of the environment must hold JSON, and does not")
    key = named[1]
    told = f'{key}: CARELOG_{key.upper()} in the environment must hold JSON; a list is ["one", "two"]'
    return ConfigurationError(told, details={"key": key})


def _place(path: tuple[str | int, ...], given: dict[str, Any]) -> str:
    """The place of a setting in the file, or nothing if it was set elsewhere."""
    text, name = config_text(), str(path[0]) if path else ""
    elsewhere = name in given or f"CARELOG_{name.upper()}" in os.environ
    if text is None or elsewhere or name not in (text.value or {}):
        return ""
    return f" ({text.place(path)})"


def _with_conserver(settings: Settings, path: Path) -> Settings:
    """The settings with what a conserver's configuration says. It then is the only source of all that it covers."""
    for name in ("chains", "storages", "ingress_auth", "followers"):
        if name in settings.model_fields_set:
            raise ConfigurationError(
                f"{name}: with conserver_config, {path} alone says it", details={"key": name, "file": str(path)}
            )
    text = yamltext.read(path)
    if text.value is None:
        raise ConfigurationError(f"{path} is empty", details={"key": "conserver_config", "file": str(path)})
    translated = translate(text, endpoints=settings.ai_endpoints)
    found = translated.definitions
    whole = settings.model_copy(
        update={
            "chains": found.chains,
            "storages": found.storages,
            "ingress_auth": found.ingress_auth,
            "followers": found.followers,
            "ai_endpoints": {**found.ai_endpoints, **settings.ai_endpoints},
        }
    )
    whole._conserver = (text, translated)
    return whole

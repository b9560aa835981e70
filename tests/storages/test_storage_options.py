"""Storages as the configuration gives them: what is wrong is named, and secrets are never repeated."""

import logging
from typing import Any

import pytest
from copies import copy_of

from carelog.kit.errors import ConfigurationError
from carelog.storages import Storage, StorageDown, StorageError, make_storage

pytestmark = pytest.mark.anyio

SECRET = "hunter2hunter2"  # made up
NOWHERE = "127.0.0.1:1"
SIGNING = "whsec_c2VjcmV0LW1hZGUtdXAtZm9yLXRlc3RzISE="

# Each with a secret, at a place where nobody listens.
EVERY: dict[str, dict[str, Any]] = {
    "postgres": {"url": f"postgresql://ann:{SECRET}@{NOWHERE}/db"},
    "redis": {"url": f"redis://ann:{SECRET}@{NOWHERE}/0"},
    "s3": {
        "url": "s3://copies",
        "endpoint": f"http://{NOWHERE}",
        "access_key_id": "made-up",
        "secret_access_key": SECRET,
        "session_token": f"{SECRET}-token",
    },
    "elasticsearch": {"url": f"http://ann:{SECRET}@{NOWHERE}", "api_key": SECRET},
    "milvus": {
        "uri": f"http://{NOWHERE}",
        "token": f"root:{SECRET}",
        "embedding_url": f"http://ann:{SECRET}@{NOWHERE}/v1",
        "embedding_model": "made-up",
        "api_key": SECRET,
        "dimension": 4,
    },
    "webhook": {"url": f"http://{NOWHERE}/hooks/{SECRET}", "secret": SIGNING},
}


def made(type_name: str, **options: Any) -> Storage[Any]:
    return make_storage(type_name, {**EVERY.get(type_name, {}), **options}, "archive")


@pytest.mark.parametrize("type_name", EVERY)
async def test_a_secret_is_in_no_error_no_repr_and_no_log(type_name: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    storage = made(type_name)
    try:
        with pytest.raises(StorageDown) as caught:
            await storage.save([copy_of()])
    finally:
        await storage.close()
    told = [str(caught.value), repr(caught.value), repr(caught.value.details), repr(storage), repr(storage.options)]
    for text in [*told, caplog.text]:
        assert SECRET not in text
        assert SIGNING not in text
    assert "'archive'" in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("type_name", "secret"),
    [(name, option) for name, options in EVERY.items() for option in options if option not in ("embedding_model",
     "dimension", "endpoint") and (name, option) != ("s3", "url")],
)  # fmt: skip
def test_every_secret_may_stand_in_the_environment(
    type_name: str, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = dict(EVERY[type_name])
    value = options.pop(secret)
    named = {**options, f"{secret}_env": "MADE_UP_SECRET"}
    with pytest.raises(ConfigurationError, match=f"'archive', {secret}_env: the environment has no MADE_UP_SECRET"):
        make_storage(type_name, named, "archive")
    monkeypatch.setenv("MADE_UP_SECRET", value)
    assert make_storage(type_name, named, "archive").needed(secret) == value
    with pytest.raises(ConfigurationError, match=f"give either {secret} or {secret}_env") as caught:
        make_storage(type_name, {**named, secret: value}, "archive")
    assert SECRET not in str(caught.value)


def test_there_is_no_storage_of_an_unknown_type() -> None:
    with pytest.raises(ConfigurationError, match="no storage of type 'postgers'") as caught:
        make_storage("postgers", {}, "archive")
    assert "postgres" in caught.value.details["storages"]


@pytest.mark.parametrize(
    ("type_name", "options", "told"),
    [
        ("files", {}, "path: "),
        ("files", {"path": "relative"}, "path: must be an absolute path"),
        ("files", {"path": "/tmp/x", "organise": "weekly"}, "organise: "),
        ("files", {"path": "/tmp/x", "pth": 1}, "pth: "),
        ("postgres", {"url": "mysql://h/db"}, "url: must begin with postgresql://"),
        ("postgres", {"url": None}, "url: give url_env, url, or host"),
        ("postgres", {"table": "vcons; drop table x"}, "table: "),
        ("redis", {"url": "http://h"}, "url: must begin with redis://"),
        ("redis", {"url": "redis://h:99999999/zero"}, "url: is not one that Redis understands"),
        ("redis", {"expire_seconds": 0}, "expire_seconds: "),
        ("s3", {"url": "ftp://h"}, "url: must begin with one of"),
        ("s3", {"url": "s3://id:key@copies"}, "url: "),
        ("s3", {"url": "gs://copies"}, "is an option of S3"),
        ("elasticsearch", {"url": "h:9200"}, "url: must begin with https://"),
        ("elasticsearch", {"ca_file": "/nowhere/ca.pem"}, "ca_file: there is no such file"),
        ("elasticsearch", {"index": "Upper"}, "index: "),
        ("elasticsearch", {"api_key": "schlüssel"}, "api_key: holds characters that no key has"),
        ("milvus", {"uri": "h:19530"}, "uri: must begin with http"),
        ("milvus", {"dimension": 0}, "dimension: "),
        ("milvus", {"embedding_url": "nowhere"}, "embedding_url: must begin with https://"),
        ("webhook", {"url": None}, "url: give url_env, or url"),
        ("webhook", {"secret": "hunter2"}, "secret: must hold 'whsec_'"),
    ],
)
def test_the_option_at_fault_is_named(type_name: str, options: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        made(type_name, **options)
    assert str(caught.value).startswith("storage 'archive', ")
    assert told in str(caught.value)
    assert SECRET not in str(caught.value)


async def test_what_cannot_be_read_says_so() -> None:
    for type_name in ("milvus", "webhook"):
        storage = made(type_name)
        assert not storage.readable
        with pytest.raises(StorageError, match="cannot be read"):
            await storage.get(copy_of().conversation_id)

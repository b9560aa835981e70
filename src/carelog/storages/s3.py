"""`s3`: objects in S3, or in anything else that obstore speaks to: MinIO, Google Cloud Storage, Azure, a folder.

The objects of a conversation are `<prefix>/<id>/<revision>.json`. Their names tell which is the newest, so that no
store needs to know more than put, list, get and delete: whoever writes a revision then deletes all but the highest.
"""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from pydantic import Field, SecretStr

from carelog.storages.batches import each, one_by_one
from carelog.storages.storage import Copy, Extra, Storage, StorageError, StorageOptions

if TYPE_CHECKING:
    from obstore.store import ObjectStore

_SCHEMES = ("s3", "s3a", "gs", "az", "abfs", "abfss", "file")
_TRIES = 3
_NOBODY = UUID(int=0)
_STATUS = re.compile(r"status(?: code)?:? (\d{3})\b")
# S3 answers 400 for an expired token and a slow connection too, and 500 for trouble of either kind.
_UNDECIDED = frozenset({400, 500, 501})


class S3Options(StorageOptions):
    """`url` is s3://bucket/prefix, gs://bucket/prefix, az://container/prefix or file:///folder. The keys, region and
    `endpoint` (for MinIO and its like) are those of S3; where they are not given, and for the other stores, the
    environment of the machine has them, as their own tools read it."""

    url: str = Field(pattern=r"^[a-z0-9]+://[^@?#]*$")
    prefix: str = ""
    endpoint: str | None = Field(default=None, pattern=r"^https?://[^@?#]+$")
    region: str | None = None
    access_key_id: SecretStr | None = None
    access_key_id_env: str | None = None
    secret_access_key: SecretStr | None = None
    secret_access_key_env: str | None = None
    session_token: SecretStr | None = None
    session_token_env: str | None = None
    timeout_seconds: float = Field(default=30.0, gt=0, le=600)
    at_once: int = Field(default=16, ge=1, le=100)


class S3Storage(Storage[S3Options]):
    """Each copy is one put and one list."""

    options_model = S3Options
    extra: ClassVar[Extra | None] = Extra("s3", "obstore")

    def __init__(self, options: S3Options, name: str) -> None:
        super().__init__(options, name)
        scheme = options.url.partition("://")[0]
        if scheme not in _SCHEMES:
            raise self.misconfigured("url", f"must begin with one of {', '.join(f'{one}://' for one in _SCHEMES)}")
        given = {
            "endpoint": options.endpoint,
            "region": options.region,
            "access_key_id": self.key("access_key_id"),
            "secret_access_key": self.key("secret_access_key"),
            "session_token": self.key("session_token"),
        }
        config = {key: value for key, value in given.items() if value is not None}
        if config and scheme not in ("s3", "s3a"):
            raise self.misconfigured(min(config), f"is an option of S3, and does not go with {scheme}://")
        self._prefix = options.prefix.strip("/")
        self._attributes = None if scheme == "file" else {"Content-Type": "application/vcon"}
        self._config = config
        self._store: ObjectStore | None = None
        if scheme != "file":  # a folder is made when it is first used: it may be on a disk that is not there yet
            self._objects()

    async def open(self) -> None:
        await self._revisions(_NOBODY)

    async def save(self, copies: Sequence[Copy]) -> list[StorageError | None]:
        return await one_by_one(copies, self._save, at_once=self.options.at_once)

    async def get(self, conversation_id: UUID) -> str | None:
        import obstore
        from obstore.exceptions import BaseError

        for _ in range(_TRIES):
            revisions = await self._revisions(conversation_id)
            if not revisions:
                return None
            try:
                found = await obstore.get_async(self._objects(), self._path(conversation_id, max(revisions)))
                return bytes(await found.bytes_async()).decode()
            except FileNotFoundError:
                continue  # replaced by a newer one since they were listed, or deleted
            except UnicodeDecodeError:
                raise self.failed("holds a damaged object") from None
            except (BaseError, OSError) as error:
                raise self._failure(error) from None
        raise self.failed("lists an object that it does not have")

    async def delete(self, conversation_ids: Sequence[UUID]) -> None:
        await each(conversation_ids, self._delete_all, at_once=self.options.at_once)

    async def _save(self, copy: Copy) -> None:
        """Raises as `batches.one_by_one` wants it."""
        import obstore
        from obstore.exceptions import BaseError

        try:
            content = copy.document.encode()
        except UnicodeEncodeError:
            raise self.refused("cannot keep this copy: it is no Unicode text") from None
        path = self._path(copy.conversation_id, copy.revision)
        try:
            await obstore.put_async(self._objects(), path, content, attributes=self._attributes)
        except (BaseError, OSError) as error:
            raise self._failure(error) from None
        revisions = await self._revisions(copy.conversation_id)
        await self._delete(copy.conversation_id, sorted(revisions)[:-1])

    async def _delete_all(self, conversation_id: UUID) -> None:
        await self._delete(conversation_id, await self._revisions(conversation_id))

    async def _revisions(self, conversation_id: UUID) -> list[int]:
        import obstore
        from obstore.exceptions import BaseError

        revisions: list[int] = []
        try:
            async for objects in obstore.list(self._objects(), self._folder(conversation_id)):
                for found in objects:
                    stem, _, suffix = found["path"].rpartition("/")[2].partition(".")
                    if stem.isdecimal() and suffix == "json":
                        revisions.append(int(stem))
        except (BaseError, OSError) as error:
            raise self._failure(error) from None
        return revisions

    async def _delete(self, conversation_id: UUID, revisions: Sequence[int]) -> None:
        import obstore
        from obstore.exceptions import BaseError

        for revision in revisions:
            try:
                await obstore.delete_async(self._objects(), self._path(conversation_id, revision))
            except FileNotFoundError:
                continue
            except (BaseError, OSError) as error:
                raise self._failure(error) from None

    def _folder(self, conversation_id: UUID) -> str:
        return f"{self._prefix}/{conversation_id}" if self._prefix else str(conversation_id)

    def _path(self, conversation_id: UUID, revision: int) -> str:
        return f"{self._folder(conversation_id)}/{revision}.json"

    def _objects(self) -> "ObjectStore":
        if self._store is None:
            self._store = self._make(self.options.url.partition("://")[0])
        return self._store

    def _make(self, scheme: str) -> "ObjectStore":
        from obstore.exceptions import BaseError
        from obstore.store import from_url

        seconds = self.options.timeout_seconds
        given: dict[str, Any] = {"automatic_cleanup": True, "mkdir": True}
        if scheme != "file":
            given = {
                "client_options": {
                    "timeout": timedelta(seconds=seconds),
                    "connect_timeout": timedelta(seconds=min(seconds, 10.0)),
                    "allow_http": (self.options.endpoint or "").startswith("http://"),
                },
                # Once more, for a connection that was closed while idle. Longer pauses are the caller's.
                "retry_config": {"max_retries": 1, "retry_timeout": timedelta(seconds=seconds)},
                **({"config": self._config} if self._config else {}),
            }
        try:
            return from_url(self.options.url, **given)
        except OSError as error:
            raise self.down(f"cannot be used ({type(error).__name__})") from None
        except (BaseError, ValueError) as error:
            raise self.misconfigured("url", f"cannot be used ({type(error).__name__})") from None

    def _failure(self, error: Exception) -> StorageError:
        """obstore's own messages tell addresses and answers, so only the status is taken from them."""
        found = _STATUS.search(str(error))
        status = int(found[1]) if found else None
        told = f"answered {status}" if status else f"cannot be used ({type(error).__name__})"
        if status == 413 or "EntityTooLarge" in str(error):
            return self.refused(told)
        return self.failed(told) if status in _UNDECIDED else self.down(told)

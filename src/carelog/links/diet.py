"""`diet`: takes contents out of the conversation, or moves them elsewhere."""

import asyncio
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Self

import httpx
from pydantic import Field, HttpUrl, field_validator, model_validator

from carelog.kit.errors import ConfigurationError
from carelog.kit.tls import trusted
from carelog.links.contents import (
    Taken,
    TakeOut,
    TakeOutSystemPrompts,
    content_hash,
    data_of,
    fingerprint,
    holds_system_prompt,
)
from carelog.links.media_store import MediaStore, PostedMedia, PutMedia
from carelog.pipeline import Change, Link, LinkOptions, Outcome, Work

_AT_ONCE = 4


class DietOptions(LinkOptions):
    """What is taken out: the bodies of dialogs, analyses (all, or of these types), and attachments of these media
    types, purposes or types. With `post_media_to_url` or `put_media_to_url`, the bodies of dialogs and attachments
    are moved there instead; `media_token_env` names the environment variable with that store's bearer token.
    """

    remove_dialog_body: bool = False
    remove_analysis: bool | tuple[str, ...] = False
    remove_attachment_types: tuple[str, ...] = ()
    remove_system_prompts: bool = False
    post_media_to_url: HttpUrl | None = None
    put_media_to_url: HttpUrl | None = None
    media_token_env: str | None = Field(default=None, min_length=1)
    timeout_seconds: float = Field(default=60, gt=0, le=3600)

    @field_validator("put_media_to_url")
    @classmethod
    def _https(cls, url: HttpUrl | None) -> HttpUrl | None:
        if url is not None and (url.scheme != "https" or url.query or url.fragment):
            raise ValueError("a vCon points at https URLs alone, and files are put below one without a query")
        return url

    @model_validator(mode="after")
    def _one_store(self) -> Self:
        if self.post_media_to_url and self.put_media_to_url:
            raise ValueError("give either post_media_to_url or put_media_to_url")
        if not (self.remove_dialog_body or self.remove_analysis or self.remove_attachment_types
                or self.remove_system_prompts):  # fmt: skip
            raise ValueError("say what is to be removed")
        return self


class DietLink(Link[DietOptions]):
    """What was to be moved is only taken out once the store has it."""

    options_model = DietOptions
    checkpoint = True

    def __init__(self, options: DietOptions) -> None:
        super().__init__(options)
        self._token = _token(options.media_token_env)

    async def run_batch(self, batch: Sequence[Work]) -> list[Outcome | Exception]:
        places = asyncio.Semaphore(_AT_ONCE)
        headers = {"authorization": f"Bearer {self._token}"} if self._token else {}
        async with httpx.AsyncClient(
            headers=headers, verify=trusted(), timeout=self.options.timeout_seconds, follow_redirects=False
        ) as client:
            store = self._store(client)
            return await asyncio.gather(*(self._alone(store, work, places) for work in batch))

    def _store(self, client: httpx.AsyncClient) -> MediaStore | None:
        if self.options.post_media_to_url:
            return PostedMedia(client, str(self.options.post_media_to_url))
        if self.options.put_media_to_url:
            return PutMedia(client, str(self.options.put_media_to_url))
        return None

    async def _alone(self, store: MediaStore | None, work: Work, places: asyncio.Semaphore) -> Outcome | Exception:
        async with places:
            try:
                return Outcome(changes=tuple(await self._changes(store, work)))
            except Exception as error:  # noqa: BLE001  becomes this run's failure
                return error

    async def _changes(self, store: MediaStore | None, work: Work) -> list[Change]:
        conversation = work.conversation
        taken: list[Taken] = []
        for array, index, item in to_take_out(conversation.document, self.options):
            place = Taken(array, index, fingerprint(item))
            if store is not None and array != "analysis" and item.get("body"):
                data = await asyncio.to_thread(data_of, item)
                url = await store.keep(item, data, conversation.uuid, index)
                place = replace(place, url=url, content_hash=content_hash(data))
            taken.append(place)
        changes: list[Change] = [TakeOut(tuple(taken))] if taken else []
        if self.options.remove_system_prompts and holds_system_prompt(conversation.document):
            changes.append(TakeOutSystemPrompts())
        return changes


def to_take_out(document: Mapping[str, Any], options: DietOptions) -> Iterator[tuple[str, int, Mapping[str, Any]]]:
    """What the options name and the vCon holds: the array, the index, and the dialog, attachment or analysis.

    What stands outside of the vCon already is left where it is, where it would only be moved.
    """
    moves = options.post_media_to_url is not None or options.put_media_to_url is not None
    for index, dialog in enumerate(document.get("dialog") or []):
        if options.remove_dialog_body and dialog.get("body"):
            yield "dialog", index, dialog
    for index, attachment in enumerate(document.get("attachments") or []):
        kinds = {attachment.get(key) for key in ("mediatype", "purpose", "type")}
        named = not kinds.isdisjoint(options.remove_attachment_types)
        if named and (attachment.get("body") or (attachment.get("url") and not moves)):
            yield "attachments", index, attachment
    types = options.remove_analysis
    for index, analysis in enumerate(document.get("analysis") or []):
        named = types if isinstance(types, bool) else analysis.get("type") in types
        if named and (analysis.get("body") or analysis.get("url")):
            yield "analysis", index, analysis


def _token(variable: str | None) -> str | None:
    if variable is None:
        return None
    token = os.environ.get(variable, "").strip()
    if not token or not token.isascii() or not token.isprintable():
        raise ConfigurationError(f"link 'diet', media_token_env: the environment has no token in {variable}")
    return token

"""A conserver's configuration, clients that were written for a conserver, and what they send."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx
import uvicorn

from carelog.app import Carelog

TOKEN = "made-up-token-of-the-installation"
PARTNER = "made-up-key-of-a-partner"

CONFIG = f"""
    links:
      tag:
        module: links.tag
        options: {{tags: [seen]}}
      only_long:
        module: links.sampler
        options: {{method: percentage, value: 100}}
      route:
        module: links.tag_router
        options: {{tag_routes: {{seen: second}}}}

    storages:
      file:
        module: storage.file
        options: {{path: FOLDER, organize_by_date: true}}

    chains:
      first_chain:
        links: [only_long, {{tag: {{tags: [seen, first]}}}}, route]
        storages: [file]
        ingress_lists: [first, other_name_of_first]
        egress_lists: [done]
        enabled: 1
      second_chain:
        links: [{{tag: {{tags: [second]}}}}]
        ingress_lists: [second]
        egress_lists: [done_twice]
      off_chain:
        links: [tag]
        ingress_lists: [unused]
        enabled: 0

    ingress_auth:
      first: {PARTNER}
      second: [another-key-1, another-key-2]
"""


def older_vcon(**parameters: object) -> dict[str, Any]:
    """A vCon as the conserver's own library makes them, with a parameter that nobody has defined."""
    return {
        "vcon": "0.0.1",
        "uuid": str(uuid4()),
        "created_at": "2026-01-05T09:00:00+00:00",
        "redacted": {},
        "appended": None,
        "group": [],
        "meta": {"ours": [1, None]},
        "parties": [{"tel": "+912224449000", "name": "Asha Rao", "mailto": "asha@example.org"}],
        "dialog": [
            {
                "type": "text",
                "start": "2026-01-05T09:00:00+00:00",
                "parties": [0],
                "mimetype": "text/plain",
                "body": "My pulse was 72.",
                "encoding": "none",
            }
        ],
        "analysis": [],
        "attachments": [],
        **parameters,
    }


@asynccontextmanager
async def served(carelog: Carelog) -> AsyncIterator[str]:
    """The address of a Carelog that answers at a free port of this machine."""
    server = uvicorn.Server(uvicorn.Config(carelog.api(), port=0, log_config=None, lifespan="off"))
    serving = asyncio.create_task(server.serve())
    try:
        async with asyncio.timeout(30):
            while not server.started:
                await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await serving


def client_of(carelog: Carelog, token: str | None = TOKEN) -> AbstractAsyncContextManager[httpx.AsyncClient]:
    """A client in process, with this token."""
    headers = {"x-conserver-api-token": token} if token else {}
    transport = httpx.ASGITransport(carelog.api())
    return httpx.AsyncClient(transport=transport, base_url="http://conserver.test", headers=headers)


async def work_off(carelog: Carelog) -> None:
    """Work until nothing is due: runs, those that they route to, and copies."""
    await carelog.worker.drain()
    await carelog.copier.drain()

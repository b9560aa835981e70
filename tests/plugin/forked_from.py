"""What the process has loaded and made of which tests fork theirs: all that each of them would make at its start."""

import alembic.command  # noqa: F401
import asyncpg  # noqa: F401
import fastapi_offline  # noqa: F401
import faststream.redis  # noqa: F401
import redis.asyncio  # noqa: F401
import uvicorn.protocols.http.httptools_impl  # noqa: F401

import carelog.cli.serving
import carelog.cli.supervising  # noqa: F401
from carelog.cli.loading import load_for_servers, load_for_workers

load_for_workers()
load_for_servers()

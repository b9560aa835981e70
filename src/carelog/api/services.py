"""What the routers work with, as the composition root passed it in."""

from typing import Annotated

from fastapi import Depends, Request

from carelog.services import Services

__all__ = ["Services", "ServicesOf", "services"]


async def services(request: Request) -> Services:
    """Async, since FastAPI would run a plain function in a thread for each request."""
    found: Services = request.app.state.services
    return found


ServicesOf = Annotated[Services, Depends(services)]

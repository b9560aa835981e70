"""`/api/users`: the accounts of others, for who may manage them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from carelog.api.access import holder_of
from carelog.api.auth_shapes import NewUserIn, UserChangeIn, UserOut, UserRole
from carelog.api.errors import refusals
from carelog.api.parameters import CursorText, Given, Limit, cursor_of
from carelog.api.services import ServicesOf
from carelog.api.shapes import PageOut
from carelog.identity import Principal
from carelog.identity.users import new_user

router = APIRouter(prefix="/api/users", tags=["users"])

ManagesUsers = Annotated[Principal, Depends(holder_of("users:manage"))]


@router.get("", summary="List users")
async def list_users(
    services: ServicesOf,
    who: ManagesUsers,
    role: Annotated[Given[UserRole], Query(description="In this role only")] = None,
    limit: Limit = 50,
    cursor: CursorText = None,
) -> PageOut[UserOut]:
    """The newest first."""
    page = await services.reception.users.page(who, role=role, limit=limit, cursor=cursor_of(cursor))
    return PageOut.of(page, map(UserOut.of, page.items))


@router.post("", status_code=201, summary="Add a user", responses=refusals(409))
async def add_user(given: NewUserIn, services: ServicesOf, who: ManagesUsers) -> UserOut:
    new = await new_user(
        services.reception.passwords,
        email=given.email,
        password=given.password.get_secret_value(),
        name=given.name,
        role=given.role,
        phone=given.phone,
        zone=given.zone,
    )
    return UserOut.of(await services.reception.users.add(who, new))


@router.get("/{user_id}", summary="Read one user", responses=refusals(404))
async def read_user(user_id: UUID, services: ServicesOf, who: ManagesUsers) -> UserOut:
    return UserOut.of(await services.reception.users.get(who, user_id))


@router.patch("/{user_id}", summary="Change a user's role or state", responses=refusals(404, 409))
async def change_user(user_id: UUID, given: UserChangeIn, services: ServicesOf, who: ManagesUsers) -> UserOut:
    """Both count at once. The sessions of a user who is disabled end. One active administrator always stays."""
    users = services.reception.users
    if given.role is not None:
        await users.set_role(who, user_id, given.role)
    if given.state is not None:
        await users.set_state(who, user_id, given.state)
    return UserOut.of(await users.get(who, user_id))

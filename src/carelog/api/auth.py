"""`/api/auth`: signing up, in, on and out, and one's own account."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from carelog.api.auth_shapes import (
    ChallengeOut,
    CodeIn,
    DoneOut,
    FactorIn,
    FactorOut,
    FactorRemovalIn,
    LoginIn,
    MeIn,
    PasswordIn,
    PasswordResetConfirmIn,
    PasswordResetIn,
    RecoveryCodesOut,
    RefreshIn,
    RegisterConfirmIn,
    RegisterIn,
    RegistrationOut,
    SecondFactorIn,
    SentOut,
    SessionOut,
    TokensOut,
    UserOut,
)
from carelog.api.errors import invalid, problem, refusals
from carelog.api.parameters import require_documented
from carelog.api.services import Services, ServicesOf
from carelog.identity import Principal
from carelog.identity.caller import Caller
from carelog.identity.notices import By
from carelog.identity.registration import Pending
from carelog.identity.sign_in import SignedIn, signed_in


async def only_documented(request: Request) -> None:
    """Refuse a query parameter that the operation does not have."""
    require_documented(request)


open_router = APIRouter(
    prefix="/api/auth",
    tags=["sign-in"],
    dependencies=[Depends(only_documented)],
    responses=refusals(413, 422, 429, 503),
)
"""For whoever has no token yet."""

router = APIRouter(prefix="/api/auth", tags=["sign-in"])

_DEVICE_LENGTH = 200


async def caller(request: Request) -> Caller:
    """From where and by which client somebody asks."""
    agent = "".join(filter(str.isprintable, request.headers.get("user-agent", "")))
    return Caller(request.client.host if request.client else None, agent[:_DEVICE_LENGTH] or None)


async def user_who_asks(request: Request) -> Principal:
    """The principal whom the door let in. Raises Forbidden for an API key."""
    who: Principal = request.state.principal
    signed_in(who)
    return who


From = Annotated[Caller, Depends(caller)]
Me = Annotated[Principal, Depends(user_who_asks)]


@open_router.post(
    "/register",
    status_code=202,
    summary="Ask for an account for a patient",
    responses={201: {"model": TokensOut, "description": "Made, where accounts need no code"}, **refusals(403, 409)},
)
async def register(
    given: RegisterIn, services: ServicesOf, came: From, response: Response
) -> RegistrationOut | TokensOut:
    """A code goes to the e-mail address, and makes the account. If the address has one already, it is told by that mail
    alone: the answer is the same."""
    done = await services.reception.registration.begin(
        came,
        email=given.email,
        password=given.password.get_secret_value(),
        name=given.name,
        phone=given.phone,
        zone=given.zone,
    )
    if isinstance(done, Pending):
        return RegistrationOut.of(done)
    response.status_code = 201
    return TokensOut.of(done)


@open_router.post("/register/confirm", status_code=201, summary="Make the account with the code, and sign in")
async def confirm_registration(given: RegisterConfirmIn, services: ServicesOf, came: From) -> TokensOut:
    """With a record of its own. What is already known of the e-mail address becomes a part of it; what is known of the
    phone number does once that is verified."""
    return TokensOut.of(
        await services.reception.registration.confirm(came, given.registration, given.code.get_secret_value())
    )


@open_router.post("/login", summary="Sign in with a password", responses=refusals(401))
async def login(given: LoginIn, services: ServicesOf, came: From) -> TokensOut | ChallengeOut:
    """Where the user has a second factor, the answer is a challenge for it."""
    done = await services.reception.sign_in.login(
        came,
        email=given.email,
        password=given.password.get_secret_value(),
        device_token=given.device_token.get_secret_value() if given.device_token else None,
    )
    return TokensOut.of(done) if isinstance(done, SignedIn) else ChallengeOut.of(done)


@open_router.post("/login/second-factor", summary="Sign in with the second factor", responses=refusals(401))
async def login_second_factor(given: SecondFactorIn, services: ServicesOf, came: From) -> TokensOut:
    done = await services.reception.sign_in.second_factor(
        came,
        challenge=given.challenge.get_secret_value(),
        code=given.code.get_secret_value(),
        device_token=given.device_token.get_secret_value() if given.device_token else None,
    )
    return TokensOut.of(done)


@open_router.post("/refresh", summary="Take a refresh token for new tokens", responses=refusals(401))
async def refresh(given: RefreshIn, services: ServicesOf, came: From) -> TokensOut:
    """Each is good for once. One that comes a second time ends its session, since somebody else has it too."""
    return TokensOut.of(await services.reception.sign_in.refresh(came, given.refresh_token.get_secret_value()))


@open_router.post(
    "/password-reset", status_code=202, summary="Ask for a code to set a new password", responses=refusals(409)
)
async def ask_for_password_reset(given: PasswordResetIn, services: ServicesOf, came: From) -> SentOut:
    """It is sent by e-mail, if there is such an account: which is not told."""
    await services.reception.verification.ask_for_password(came, given.email)
    return SentOut(status="sent")


@open_router.post("/password-reset/confirm", summary="Set a new password with a code")
async def confirm_password_reset(given: PasswordResetConfirmIn, services: ServicesOf, came: From) -> DoneOut:
    """Every session of the user ends."""
    await services.reception.verification.set_password(
        came,
        email=given.email,
        code=given.code.get_secret_value(),
        password=given.new_password.get_secret_value(),
    )
    return DoneOut(status="done")


@router.post("/logout", status_code=204, summary="End this session")
async def logout(services: ServicesOf, who: Me, came: From) -> None:
    await services.reception.sign_in.sign_out(who, came)


@router.post("/logout-all", status_code=204, summary="End every session of the user")
async def logout_all(services: ServicesOf, who: Me, came: From) -> None:
    await services.reception.sign_in.sign_out_everywhere(who, came)


@router.get("/me", summary="Read one's own account")
async def read_me(services: ServicesOf, who: Me) -> UserOut:
    return UserOut.of(await services.reception.accounts.me(who))


@router.patch("/me", summary="Change one's own account", responses=refusals(409, 429))
async def change_me(given: MeIn, services: ServicesOf, who: Me, came: From) -> UserOut:
    """Another phone number leads to data once it is verified; the one before does so no longer. Another e-mail address
    is sent a code, and takes the place of the one before with `/api/auth/email/confirm`."""
    accounts, asked = services.reception.accounts, given.model_fields_set
    changes: dict[str, str | None] = {name: getattr(given, name) for name in ("email", "phone") if name in asked}
    if changes:
        if given.password is None:
            raise invalid([problem("/body/password", "is required for another e-mail address or phone number")])
        password = given.password.get_secret_value()
        await services.reception.verification.move(who, came, password=password, changes=changes)
    if given.name is not None or given.zone is not None:
        await accounts.describe(who, name=given.name, zone=given.zone)
    return UserOut.of(await accounts.me(who))


@router.post("/email/confirm", summary="Take another e-mail address with its code", responses=refusals(429))
async def confirm_email(given: CodeIn, services: ServicesOf, who: Me, came: From) -> UserOut:
    """The record that is known by it becomes the user's, and later conversations from there come to it."""
    return UserOut.of(await services.reception.verification.confirm_move(who, came, given.code.get_secret_value()))


@router.get("/sessions", summary="List one's own sessions")
async def list_sessions(services: ServicesOf, who: Me) -> list[SessionOut]:
    """Those that go on, the one that was used last first."""
    return list(map(SessionOut.of(who.session_id), await services.reception.sign_in.sessions(who)))


@router.delete("/sessions/{session_id}", status_code=204, summary="End one session", responses=refusals(404))
async def end_session(session_id: UUID, services: ServicesOf, who: Me, came: From) -> None:
    await services.reception.sign_in.end_session(who, session_id, came)


@router.post("/password", status_code=204, summary="Set a new password", responses=refusals(429))
async def change_password(given: PasswordIn, services: ServicesOf, who: Me, came: From) -> None:
    """The user's other sessions end."""
    await services.reception.accounts.change_password(
        who, came, password=given.password.get_secret_value(), new=given.new_password.get_secret_value()
    )


@router.post("/totp", status_code=201, summary="Begin with a second factor", responses=refusals(409, 429))
async def enrol_second_factor(given: FactorIn, services: ServicesOf, who: Me, came: From) -> FactorOut:
    """It is asked for from the moment on in which it is confirmed."""
    uri = await services.reception.accounts.enrol(who, came, password=given.password.get_secret_value())
    return FactorOut(uri=uri)


@router.post("/totp/confirm", summary="Put the second factor in force", responses=refusals(429))
async def confirm_second_factor(given: CodeIn, services: ServicesOf, who: Me, came: From) -> RecoveryCodesOut:
    codes = await services.reception.accounts.confirm_factor(who, came, given.code.get_secret_value())
    return RecoveryCodesOut(recovery_codes=codes)


@router.post("/totp/disable", status_code=204, summary="Do without the second factor", responses=refusals(429))
async def disable_second_factor(given: FactorRemovalIn, services: ServicesOf, who: Me, came: From) -> None:
    await services.reception.accounts.remove_factor(
        who, came, password=given.password.get_secret_value(), code=given.code.get_secret_value()
    )


@router.post("/verify/email", status_code=202, summary="Ask for a code by e-mail", responses=refusals(409, 429))
async def ask_to_verify_email(services: ServicesOf, who: Me, came: From) -> SentOut:
    return await _ask(services, who, came, "email")


@router.post("/verify/phone", status_code=202, summary="Ask for a code by text message", responses=refusals(409, 429))
async def ask_to_verify_phone(services: ServicesOf, who: Me, came: From) -> SentOut:
    return await _ask(services, who, came, "phone")


@router.post("/verify/email/confirm", summary="Show that the e-mail address is one's own", responses=refusals(409, 429))
async def verify_email(given: CodeIn, services: ServicesOf, who: Me, came: From) -> UserOut:
    """The record that is known by it becomes the user's, and later conversations from there come to it."""
    return await _confirm(services, who, came, "email", given)


@router.post("/verify/phone/confirm", summary="Show that the phone number is one's own", responses=refusals(409, 429))
async def verify_phone(given: CodeIn, services: ServicesOf, who: Me, came: From) -> UserOut:
    """The record that is known by it becomes the user's, and later conversations from there come to it."""
    return await _confirm(services, who, came, "phone", given)


async def _ask(services: Services, who: Principal, came: Caller, by: By) -> SentOut:
    await services.reception.verification.ask(who, came, by)
    return SentOut(status="sent")


async def _confirm(services: Services, who: Principal, came: Caller, by: By, given: CodeIn) -> UserOut:
    return UserOut.of(await services.reception.verification.confirm(who, came, by, given.code.get_secret_value()))

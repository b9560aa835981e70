"""What is asked and answered at signing in. Passwords and codes are kept out of every representation."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, StringConstraints
from pydantic_core import PydanticCustomError

from carelog.api.parameters import Text
from carelog.identity.passwords import LONGEST
from carelog.identity.registration import Pending
from carelog.identity.sessions import Session
from carelog.identity.sign_in import Challenge, SignedIn
from carelog.identity.users import User


def _is_text(secret: SecretStr) -> SecretStr:
    """Of other texts the same is seen to by pydantic, and by `Text`."""
    if any(character == "\x00" or "\ud800" <= character <= "\udfff" for character in secret.get_secret_value()):
        raise PydanticCustomError("text", "must not hold the character U+0000, nor half of a pair")
    return secret


_Secret = Annotated[SecretStr, AfterValidator(_is_text)]
Password = Annotated[_Secret, Field(min_length=1, max_length=LONGEST)]
Code = Annotated[_Secret, Field(min_length=6, max_length=32)]
Token = Annotated[_Secret, Field(min_length=1, max_length=2048)]
Name = Annotated[Text, StringConstraints(max_length=200)]
Zone = Annotated[Text, StringConstraints(max_length=64)]
Phone = Annotated[Text, StringConstraints(max_length=40)]
UserRole = Literal["patient", "carer", "clinician", "admin"]


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")


class RegisterIn(_Asked):
    email: Text
    password: Password
    name: Name
    phone: Phone | None = Field(default=None, description="With its country code")
    zone: Zone | None = Field(default=None, description="A time zone, such as Asia/Kolkata")


class RegisterConfirmIn(_Asked):
    registration: UUID = Field(description="As `register` answered")
    code: Code


class LoginIn(_Asked):
    email: Text
    password: Password
    device_token: Token | None = Field(
        default=None, description="Any refresh token that this device had before: it is known by it"
    )


class SecondFactorIn(_Asked):
    challenge: Token
    code: Code = Field(description="Of the app, or a recovery code")
    device_token: Token | None = None


class RefreshIn(_Asked):
    refresh_token: Token


class MeIn(_Asked):
    """What is left out stays as it is. For another e-mail address or phone number, the password is asked for."""

    name: Name | None = None
    zone: Zone | None = None
    email: Text | None = None
    phone: Phone | None = Field(default=None, description="null gives the number up")
    password: Password | None = None


class PasswordIn(_Asked):
    password: Password = Field(description="The one until now")
    new_password: Password


class PasswordResetIn(_Asked):
    email: Text


class PasswordResetConfirmIn(_Asked):
    email: Text
    code: Code
    new_password: Password


class FactorIn(_Asked):
    password: Password


class FactorRemovalIn(_Asked):
    password: Password
    code: Code = Field(description="Of the app, or a recovery code")


class CodeIn(_Asked):
    code: Code


class NewUserIn(_Asked):
    email: Text
    password: Password
    name: Name
    role: UserRole
    phone: Phone | None = None
    zone: Zone | None = None


class UserChangeIn(_Asked):
    """What is left out stays as it is."""

    role: UserRole | None = None
    state: Literal["active", "disabled"] | None = None


class TokensOut(BaseModel):
    """The refresh token is good for once: keep the one that refreshing answers with."""

    status: Literal["signed_in"]
    user_id: UUID
    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int = Field(description="Of the access token, in seconds")
    refresh_token: str

    @classmethod
    def of(cls, done: SignedIn) -> "TokensOut":
        return cls(
            status="signed_in",
            user_id=done.user_id,
            access_token=done.access_token,
            token_type="Bearer",  # noqa: S106  that is its name
            expires_in=int(done.expires_in.total_seconds()),
            refresh_token=done.refresh_token,
        )


class RegistrationOut(BaseModel):
    """A code is on its way to the e-mail address, or, if that has an account already, a mail that says so."""

    status: Literal["sent"]
    registration: UUID = Field(description="For `/api/auth/register/confirm`")
    expires_in: int = Field(description="In seconds")

    @classmethod
    def of(cls, pending: Pending) -> "RegistrationOut":
        return cls(status="sent", registration=pending.id, expires_in=int(pending.expires_in.total_seconds()))


class ChallengeOut(BaseModel):
    """The password was right; the second factor is asked for."""

    status: Literal["second_factor"]
    challenge: str
    expires_in: int = Field(description="In seconds")

    @classmethod
    def of(cls, asked: Challenge) -> "ChallengeOut":
        return cls(status="second_factor", challenge=asked.token, expires_in=int(asked.expires_in.total_seconds()))


class UserOut(BaseModel):
    id: UUID
    email: str
    email_verified: bool
    phone: str | None
    phone_verified: bool
    name: str
    zone: str | None
    role: UserRole
    state: Literal["active", "disabled"]
    subject_id: UUID | None = Field(description="The record about this user")
    second_factor: bool
    created_at: datetime

    @classmethod
    def of(cls, user: User) -> "UserOut":
        return cls.model_validate({name: getattr(user, name) for name in cls.model_fields})


class SessionOut(BaseModel):
    id: UUID
    current: bool = Field(description="Whether it is the one that asks")
    device: str | None
    created_at: datetime
    used_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, current: UUID | None) -> Callable[[Session], "SessionOut"]:
        return lambda one: cls(
            id=one.id,
            current=one.id == current,
            device=one.device,
            created_at=one.created_at,
            used_at=one.used_at,
            expires_at=one.expires_at,
        )


class FactorOut(BaseModel):
    uri: str = Field(description="An otpauth: address, for a QR code that an authenticator app reads")


class RecoveryCodesOut(BaseModel):
    recovery_codes: list[str] = Field(description="Each good for once; they cannot be shown again")


class SentOut(BaseModel):
    status: Literal["sent"]


class DoneOut(BaseModel):
    status: Literal["done"]

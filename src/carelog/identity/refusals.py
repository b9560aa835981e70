"""Why a sign-in, or what belongs to one, is refused. None of them says whether an account exists."""

from typing import ClassVar

from carelog.kit.errors import ComeAgain, Conflict, Forbidden, InvalidInput, Unauthenticated


class WrongCredentials(Unauthenticated):
    """The e-mail, the password or the code is not right; which one is not told."""

    code: ClassVar[str] = "credentials.wrong"


class TokenExpired(Unauthenticated):
    """An access token that was right and is over: refreshing gives another."""

    code: ClassVar[str] = "token.expired"


class SessionEnded(Unauthenticated):
    """The refresh token opens nothing: its session has ended, or it was used before."""

    code: ClassVar[str] = "session.ended"


class TooOften(ComeAgain):
    """It was asked for too often, or failed too often in a row."""

    code: ClassVar[str] = "rate.limited"


class SignInAgain(Forbidden):
    """This is for who has signed in just now, and not with a session that somebody left open."""

    code: ClassVar[str] = "sign_in_again"


class WeakPassword(InvalidInput):
    """A password that would soon be guessed."""

    code: ClassVar[str] = "password.weak"


class WrongCode(InvalidInput):
    """A code that was not sent, is over, was used, or was tried too often."""

    code: ClassVar[str] = "code.wrong"


class RegistrationClosed(Forbidden):
    """Accounts are made by an administrator here."""

    code: ClassVar[str] = "registration.closed"


class NothingDelivers(Conflict):
    """No way of sending such a message is configured."""

    code: ClassVar[str] = "delivery.none"


class AccountExists(Conflict):
    """Another account has this e-mail address."""

    code: ClassVar[str] = "account.exists"


class IdentifierTaken(Conflict):
    """Another user has shown that this is theirs, or the record that is known by it is another user's."""

    code: ClassVar[str] = "identifier.taken"

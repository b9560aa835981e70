"""Access tokens: JWTs that live for some minutes (RFC 7519), signed with a key of this installation alone."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, TypeAlias
from uuid import UUID

from carelog.identity.refusals import TokenExpired
from carelog.identity.secret_key import SecretKey
from carelog.kit.errors import Unauthenticated
from carelog.kit.ids import new_id

ALGORITHM: Final = "HS256"
ISSUER: Final = "carelog"
Use: TypeAlias = Literal["access", "second-factor"]

_CLAIMS: Final = ("iss", "aud", "sub", "sid", "jti", "iat", "exp")


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says: the user, and the session that it belongs to, or the one from which they come back."""

    user_id: UUID
    session_id: UUID | None
    issued_at: datetime


class Signer:
    """Signs and reads tokens. One for one use is nothing for another."""

    def __init__(self, secrets: SecretKey) -> None:
        self._secrets = secrets

    def sign(self, use: Use, claims: Claims, lifetime: timedelta) -> str:
        import jwt

        said = {
            "iss": ISSUER,
            "aud": f"{ISSUER}:{use}",
            "sub": str(claims.user_id),
            "sid": str(claims.session_id or ""),
            "jti": str(new_id()),
            "iat": int(claims.issued_at.timestamp()),
            "exp": int((claims.issued_at + lifetime).timestamp()),
        }
        return jwt.encode(said, self._secrets.subkey("tokens"), algorithm=ALGORITHM)

    def read(self, use: Use, token: str, now: datetime) -> Claims:
        """Raises TokenExpired, and Unauthenticated for any other token that was not signed here for this use."""
        import jwt

        try:
            said = self._decoded(use, token)
            claims = Claims(
                user_id=UUID(said["sub"]),
                session_id=UUID(said["sid"]) if said["sid"] else None,
                issued_at=datetime.fromtimestamp(said["iat"], UTC),
            )
            ends = datetime.fromtimestamp(said["exp"], UTC)
        except (jwt.InvalidTokenError, ValueError, TypeError, AttributeError, OverflowError, OSError):
            raise Unauthenticated("a valid access token is needed") from None
        if ends <= now:
            raise TokenExpired("this token is over")
        return claims

    def _decoded(self, use: Use, token: str) -> dict[str, Any]:
        """Read with the present key, or one in use before the secret was changed. Raises what PyJWT does."""
        import jwt

        # Times are checked against our own clock.
        options: Any = {"require": list(_CLAIMS), "verify_exp": False, "verify_iat": False, "verify_nbf": False}
        keys = self._secrets.subkeys("tokens")
        for place, key in enumerate(keys, 1):
            try:
                return jwt.decode(
                    token, key, algorithms=[ALGORITHM], audience=f"{ISSUER}:{use}", issuer=ISSUER, options=options
                )
            except jwt.InvalidSignatureError:
                if place == len(keys):
                    raise
        raise jwt.InvalidSignatureError

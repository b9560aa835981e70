"""The signed form of a vCon: a JWS, checked against the keys that are trusted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry

from carelog.conversations.sealed.forms import Header, Signature, read_jws
from carelog.conversations.sealed.key_files import PublicKey
from carelog.conversations.sealed.keys import TRUSTED, Keys
from carelog.conversations.sealed.trust import Stranger, candidates
from carelog.kit.errors import InvalidInput

# RFC 7518 section 3.1, those with a public key. The draft wants RS256 for the sake of interoperability.
ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")

_REGISTRY = JWSRegistry(algorithms=ALGORITHMS)


class Untrusted(InvalidInput):
    """A signature that is broken, or nobody's who is trusted; `details["problems"]` names each."""

    code = "conversation.untrusted"


@dataclass(frozen=True)
class Verified:
    """`headers` are those of the signatures that were found good, `signer` names who made the first of them."""

    payload: bytes
    signer: str
    headers: tuple[Header, ...]


def verify(document: Mapping[str, Any], keys: Keys, now: datetime) -> Verified:
    """Check a JWS as it stands: at least one signature is good and made by someone trusted, and none that names
    someone trusted is broken.

    RFC 7515 section 5.2 leaves to the application which of several signatures must be good. One is enough, since
    others may have signed who are unknown here, and every good one covers the whole payload; strangers' signatures
    say nothing either way. A broken one in the name of someone trusted means that text or signature were changed.

    Raises Untrusted, and InvalidInput for what is no JWS.
    """
    jws = read_jws(document)
    good: list[tuple[Signature, str]] = []
    problems: list[tuple[str, str]] = []
    for signature in jws.signatures:
        try:
            good.append((signature, _signer(signature, keys, now)))
        except Stranger as stranger:
            problems.append((signature.place, str(stranger)))
    if not good:
        raise _untrusted(problems)
    return Verified(jws.payload, good[0][1], tuple(signature.header for signature, _ in good))


def _signer(signature: Signature, keys: Keys, now: datetime) -> str:
    """Who made it. Raises Stranger where that is nobody trusted, and Untrusted where it is broken."""
    algorithm = signature.header.get("alg")
    if algorithm not in ALGORITHMS:
        raise Stranger(f"has an algorithm that is none of {', '.join(ALGORITHMS)}")
    if "crit" in signature.header:
        raise Stranger("has critical header parameters, none of which is supported")
    expected = candidates(signature.header, keys, now)
    for signer in expected.signers:
        if _fits(signature, algorithm, signer.key):
            return signer.name
    if expected.named:
        raise _untrusted([(signature.place, "is broken: it, or what it signs, was changed")])
    unfetched = ", and its `x5u` is not fetched" if "x5u" in signature.header else ""
    raise Stranger(f"fits none of {TRUSTED}: it is someone else's, or something was changed{unfetched}")


def _fits(signature: Signature, algorithm: str, key: PublicKey) -> bool:
    method = _REGISTRY.get_alg(algorithm)
    try:
        method.check_key(key)
        return method.verify(signature.signed, signature.octets, key)
    except JoseError:  # the key is for another algorithm
        return False


def _untrusted(problems: Sequence[tuple[str, str]]) -> Untrusted:
    place, problem = problems[0]
    return Untrusted(
        f"the signature at {place} {problem}", details={"problems": [{"place": p, "problem": s} for p, s in problems]}
    )

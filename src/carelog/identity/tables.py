"""Sign-in data."""

from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Uuid,
    text,
)

from carelog.db import JsonText, UtcDateTime, auth_metadata

api_key = Table(
    "api_key",
    auth_metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", String(80), nullable=False),
    Column("secret_hash", String(64), nullable=False),
    Column("scopes", JsonText, nullable=False),
    Column("subjects", JsonText),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
)

user_account = Table(
    "user_account",
    auth_metadata,
    Column("id", Uuid, primary_key=True),
    # As it was given; unique in the form that it is compared by.
    Column("email", String(254), nullable=False),
    Column("email_key", String(254), nullable=False, unique=True),
    Column("phone", String(16)),
    Column("name", String(200), nullable=False),
    Column("zone", String(64)),
    Column("role", String(10), nullable=False),
    # The record about this user, in the database of health data.
    Column("subject_id", Uuid, unique=True),
    Column("password_hash", String(255), nullable=False),
    # Challenges that are older than this are void.
    Column("password_set_at", UtcDateTime, nullable=False),
    Column("state", String(10), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    CheckConstraint("role IN ('patient', 'carer', 'clinician', 'admin')", name="role"),
    CheckConstraint("state IN ('active', 'disabled')", name="state"),
)


def _user(*, primary_key: bool = False, index: bool = False) -> Column[UUID]:
    owner = ForeignKey(user_account.c.id, ondelete="CASCADE")
    return Column("user_id", Uuid, owner, primary_key=primary_key, nullable=False, index=index)


# What a user has shown to be theirs. Each is one user's at the most.
user_identifier = Table(
    "user_identifier",
    auth_metadata,
    Column("system", String(20), primary_key=True),
    Column("value", String(320), primary_key=True),
    _user(index=True),
    Column("verified_at", UtcDateTime, nullable=False),
)

# Which user a record belongs to. A record that is not the user's own any more is being, or was, merged into theirs.
subject_claim = Table(
    "subject_claim",
    auth_metadata,
    Column("subject_id", Uuid, primary_key=True),
    _user(index=True),
    Column("claimed_at", UtcDateTime, nullable=False),
    Column("merged_at", UtcDateTime),
)

session = Table(
    "session",
    auth_metadata,
    Column("id", Uuid, primary_key=True),
    _user(index=True),
    Column("device", String(200)),
    # A keyed digest of the network, to know it again; not the address.
    Column("origin", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
    Column("revoked_at", UtcDateTime),
    Column("revoked_for", String(20)),
)

# Every refresh token that a session has given out: one that comes a second time is in the wrong hands.
refresh_token = Table(
    "refresh_token",
    auth_metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("session_id", Uuid, ForeignKey(session.c.id, ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
)

second_factor = Table(
    "second_factor",
    auth_metadata,
    _user(primary_key=True),
    Column("sealed_secret", LargeBinary, nullable=False),
    # The name of the secret key that it is sealed with; where it has none, that is not known.
    Column("sealed_with", String(16), index=True),
    Column("enrolled_at", UtcDateTime, nullable=False),
    Column("confirmed_at", UtcDateTime),
    # The newest step of 30 seconds whose code was taken: none is taken twice.
    Column("last_step", BigInteger, nullable=False),
)

recovery_code = Table(
    "recovery_code",
    auth_metadata,
    _user(primary_key=True),
    Column("code_hash", String(64), primary_key=True),
    Column("used_at", UtcDateTime),
)

# The newest code that was sent to a user for a purpose.
sent_code = Table(
    "sent_code",
    auth_metadata,
    _user(primary_key=True),
    Column("purpose", String(20), primary_key=True),
    Column("target", String(320), nullable=False),
    Column("code_hash", String(64), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)

# Who wants an account, and has still to show that the address is theirs.
registration = Table(
    "registration",
    auth_metadata,
    Column("id", Uuid, primary_key=True),
    Column("email", String(254), nullable=False),
    Column("phone", String(16)),
    Column("name", String(200), nullable=False),
    Column("zone", String(64)),
    Column("password_hash", String(255), nullable=False),
    Column("code_hash", String(64), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)

# What a user is still to be told of their account, until it is in the outbox of the other database.
account_notice = Table(
    "account_notice",
    auth_metadata,
    Column("id", Uuid, primary_key=True),
    _user(index=True),
    Column("email", String(254), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

# Keys that what was made with them outlives the secret key, each sealed with that: by its purpose.
kept_key = Table(
    "kept_key",
    auth_metadata,
    Column("purpose", String(40), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("sealed_with", String(16), nullable=False),
)

# How often something was asked for in a window of time. A bucket is a keyed digest: it names nobody.
rate_window = Table(
    "rate_window",
    auth_metadata,
    Column("bucket", String(64), primary_key=True),
    Column("began_at", UtcDateTime, primary_key=True),
    Column("taken", Integer, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)

# Failures in a row, after which the next try has to wait.
failed_try = Table(
    "failed_try",
    auth_metadata,
    Column("bucket", String(64), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)

# Who was let see a record that is not theirs. Nothing refers to a user: a grant may wait for one.
record_grant = Table(
    "record_grant",
    auth_metadata,
    Column("id", Uuid, primary_key=True),
    Column("subject_id", Uuid, nullable=False),
    Column("email", String(320)),
    Column("user_id", Uuid, index=True),
    Column("access", String(10), nullable=False),
    Column("given_by", String(80), nullable=False),
    Column("given_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
    Column("revoked_by", String(80)),
    CheckConstraint("access IN ('full', 'read_only')", name="access"),
    CheckConstraint("email IS NOT NULL OR user_id IS NOT NULL", name="to"),
)
Index("ix_record_grant_subject", record_grant.c.subject_id, record_grant.c.id)
_WAITING = text("user_id IS NULL")
Index("ix_record_grant_waiting", record_grant.c.email, sqlite_where=_WAITING, postgresql_where=_WAITING)

# A record that is to be erased, or was; then it names nobody any more.
erasure = Table(
    "erasure",
    auth_metadata,
    Column("id", Uuid, primary_key=True),
    Column("subject_id", Uuid, unique=True),
    Column("named", JsonText),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("emptied_at", UtcDateTime),
    Column("finished_at", UtcDateTime),
)

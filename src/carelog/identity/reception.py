"""All that users need to sign in, put together."""

from dataclasses import dataclass, field
from datetime import timedelta

from carelog.db import Database
from carelog.identity.access_tokens import Signer
from carelog.identity.account_notices import AccountNotices
from carelog.identity.accounts import Accounts
from carelog.identity.codes import Codes
from carelog.identity.events import SignInEvents
from carelog.identity.freshness import Freshness
from carelog.identity.guard import Guard
from carelog.identity.kept_keys import KeptKeys
from carelog.identity.limits import Limits
from carelog.identity.notices import NoNotices, Notices
from carelog.identity.passwords import RECOMMENDED, Cost, Passwords
from carelog.identity.policy import Reach
from carelog.identity.records import Records
from carelog.identity.registration import Mode, Registration
from carelog.identity.second_factor import SecondFactors
from carelog.identity.secret_key import SecretKey
from carelog.identity.sign_in import SignIn
from carelog.identity.tokens import Tokens
from carelog.identity.users import Users
from carelog.identity.verification import Verification
from carelog.kit.clock import Clock


@dataclass(frozen=True, slots=True)
class ReceptionOptions:
    registration: Mode = "confirmed"
    access_lifetime: timedelta = timedelta(minutes=15)
    session_lifetime: timedelta = timedelta(days=30)
    clinicians_see: Reach = "granted"
    password_cost: Cost = RECOMMENDED
    freshness: Freshness = field(default_factory=Freshness)


@dataclass(frozen=True, slots=True)
class Reception:
    """Everything around signing in."""

    passwords: Passwords
    tokens: Tokens
    sign_in: SignIn
    registration: Registration
    account_notices: AccountNotices
    accounts: Accounts
    verification: Verification
    users: Users

    @classmethod
    def open(
        cls,
        database: Database,
        clock: Clock,
        secrets: SecretKey,
        kept_keys: KeptKeys,
        *,
        events: SignInEvents,
        records: Records,
        notices: Notices = NoNotices(),
        options: ReceptionOptions = ReceptionOptions(),
    ) -> "Reception":
        """`events` is told of everything that happens, `records` keeps the records of the users in step, `notices`
        delivers codes."""
        passwords, signer = Passwords(options.password_cost), Signer(secrets)
        factors = SecondFactors(secrets, kept_keys)
        guard = Guard(Limits(lambda: kept_keys.key("limits")))
        account_notices = AccountNotices(database, clock, notices, guard)
        tokens = Tokens(
            database, signer, clock, lifetime=options.access_lifetime, clinicians_see=options.clinicians_see
        )
        accounts = Accounts(
            database,
            clock,
            passwords=passwords,
            factors=factors,
            guard=guard,
            events=events,
            records=records,
            notices=account_notices,
            freshness=options.freshness,
        )
        sign_in = SignIn(
            database,
            clock,
            passwords=passwords,
            tokens=tokens,
            signer=signer,
            factors=factors,
            guard=guard,
            events=events,
            records=records,
            notices=account_notices,
            session_lifetime=options.session_lifetime,
        )
        return cls(
            passwords=passwords,
            tokens=tokens,
            accounts=accounts,
            account_notices=account_notices,
            users=Users(database, clock, events, options.freshness),
            sign_in=sign_in,
            registration=Registration(
                database,
                clock,
                secret_key=secrets,
                passwords=passwords,
                guard=guard,
                events=events,
                notices=notices,
                records=records,
                sign_in=sign_in,
                mode=options.registration,
            ),
            verification=Verification(
                database,
                clock,
                codes=Codes(secrets),
                notices=notices,
                guard=guard,
                accounts=accounts,
                records=records,
                confirmed=options.registration != "unconfirmed",
            ),
        )

"""Who may ask: users and keys, what is granted to them, and the trail of what they did."""

from datetime import timedelta

from carelog.app.ground import Ground
from carelog.identity import Keyring, operator
from carelog.identity.audit import AuditTrail, Hearing
from carelog.identity.audit.sign_ins import SignInsAudited
from carelog.identity.freshness import Freshness
from carelog.identity.grants import GrantStore
from carelog.identity.kept_keys import KeptKeys
from carelog.identity.looks import Asked
from carelog.identity.notices import Notices
from carelog.identity.passwords import Cost
from carelog.identity.reception import Reception, ReceptionOptions
from carelog.identity.registration import Mode
from carelog.record.linking import Linking
from carelog.settings import Settings


class People:
    def __init__(self, ground: Ground, kept_keys: KeptKeys, notices: Notices, password_cost: Cost) -> None:
        settings, auth, clock = ground.settings, ground.auth, ground.clock
        self.kept_keys = kept_keys
        self.audit = AuditTrail(auth, clock, lambda: kept_keys.key("audit"), settings.data_dir / "audit")
        self.operator = Hearing(self.audit, Asked, at_once=True).let_in(operator())
        self.freshness = Freshness(timedelta(minutes=settings.fresh_sign_in_minutes))
        self.grants = GrantStore(auth, clock, self.audit, self.freshness)
        self.keyring = Keyring(auth, clock)
        events = SignInsAudited(self.audit)
        self.reception = Reception.open(
            auth,
            clock,
            ground.secrets,
            kept_keys,
            events=events,
            records=Linking(auth, ground.health, clock, events),
            notices=notices,
            options=ReceptionOptions(
                registration=_registration(settings),
                access_lifetime=timedelta(minutes=settings.access_token_minutes),
                session_lifetime=timedelta(days=settings.session_days),
                clinicians_see=settings.clinicians_see,
                password_cost=password_cost,
                freshness=self.freshness,
            ),
        )


def _registration(settings: Settings) -> Mode:
    if settings.registration != "open":
        return settings.registration
    return "confirmed" if "email" in settings.senders else "unconfirmed"

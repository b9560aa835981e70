"""What is told to people: notices, alerts and reminders, by way of the outbox."""

from datetime import timedelta
from typing import Final

from carelog.app.ground import Ground
from carelog.db.pumps import PumpOptions
from carelog.delivery.alerting import Alerting
from carelog.delivery.notices import NoticesByDelivery
from carelog.delivery.postman import Postman
from carelog.delivery.store import DeliveryStore
from carelog.reminders import PreferenceStore, ReminderAnswers, ReminderOptions, Reminders

_AT_ONCE: Final = 20


class Messages:
    def __init__(self, ground: Ground) -> None:
        settings, health, clock, senders = ground.settings, ground.health, ground.clock, ground.senders
        sending = PumpOptions(_AT_ONCE, max_tries=settings.delivery_max_tries, lease=ground.lease, poll=ground.poll)
        reminding = ReminderOptions(late=timedelta(minutes=settings.reminder_late_minutes), poll=ground.poll)

        self.postman = Postman(health, senders, clock, sending)
        wake = self.postman.wake
        self.deliveries = DeliveryStore(health, clock, wake)
        self.notices = NoticesByDelivery(health, clock, senders, wake)
        self.alerting = Alerting(ground.auth, clock, senders, wake, clinicians_see=settings.clinicians_see)
        self.reminders = Reminders(health, ground.auth, clock, senders, wake, reminding)
        self.reminder_answers = ReminderAnswers(health, clock)
        self.reminder_preferences = PreferenceStore(health, clock)

"""Protocols: how many of the planned sessions took place."""

from collections.abc import Iterator

from carelog.record.insights.insight import Insight, counted, not_enough
from carelog.record.insights.known import Known
from carelog.record.types.protocol import Protocol


def protocol_progress(known: Known) -> Iterator[Insight]:
    """Of every protocol that is neither completed nor cancelled, as its entry has it now."""
    for entry in known.standing:
        protocol = entry.payload
        if not isinstance(protocol, Protocol) or protocol.status in ("completed", "cancelled", "requested"):
            continue
        name, about = protocol.name or "Protocol", entry.context_id
        done, total = protocol.sessions_done, protocol.sessions_total
        rests = {"entries": (about,), "entries_in_all": 1}
        if done is None or total is None:
            missing = "how many sessions took place" if done is None else "how many sessions were planned"
            yield not_enough("protocol", about, "protocols", f"{name}: progress not known",
                             f"{missing} is not recorded", known.period, **rests)  # fmt: skip
            continue
        numbers = {"sessions_done": done, "sessions_total": total, "percent": protocol.adherence}
        text = f"{done} of {counted(total, 'planned session')} took place."
        behind = None
        if protocol.starts_on and protocol.ends_on and protocol.ends_on > protocol.starts_on:
            passed = (known.day(known.now) - protocol.starts_on).days / (protocol.ends_on - protocol.starts_on).days
            share = max(0.0, min(1.0, passed))
            numbers["percent_of_time"] = round(100 * share, 1)
            behind = done < int(total * share)
            text += f" {numbers['percent_of_time']:g} % of its time has passed."
        yield Insight(
            id=f"protocol:{about}",
            kind="protocol",
            area="protocols",
            title=f"{name}: {done} of {counted(total, 'session')}",
            text=text,
            period=known.period,
            numbers=numbers | {"behind": behind},
            **rests,
        )

"""Where entries come from: Provenance with the quotes, and the conversations quoted as DocumentReferences and
Communications."""

from carelog.conversations.store import Listed
from carelog.record.entries import Entry
from carelog.record.evidence import Evidence
from carelog.record.fhir.elements import (
    CONVERSATION,
    ENTRY_TYPE,
    Json,
    Resource,
    coding,
    concept,
    date_time,
    extension,
    instant,
    reference,
    said,
    subject_reference,
    term,
    without_nothing,
)
from carelog.record.fhir.mappings import mapping_of


def provenance_of(entry: Entry) -> Resource | None:
    """Who recorded the newest revision of an entry, and each quote that it rests on; None without a quote."""
    if not entry.evidence:
        return None
    kind = mapping_of(entry.type).resource
    target = subject_reference(entry.subject_id) if kind == "Patient" else reference(kind, entry.id)
    return {
        "resourceType": "Provenance",
        "id": str(entry.id),
        "meta": {"versionId": str(entry.revision), "lastUpdated": instant(entry.recorded_at)},
        "target": [target],
        "recorded": instant(entry.recorded_at),
        "activity": concept(
            coding(
                "http://terminology.hl7.org/CodeSystem/v3-DataOperation",
                "CREATE" if entry.revision == 1 else "UPDATE",
            )
        ),
        "agent": [
            {"type": term("provenance-participant-type", "author", "Author"), "who": {"display": entry.recorded_by}}
        ],
        "entity": [_quotation(evidence) for evidence in entry.evidence],
    }


def _quotation(evidence: Evidence) -> Json:
    places: list[Json] = [
        extension("quote-turn", valueInteger=evidence.turn),
        extension("quote-pointer", valueString=evidence.pointer),
        extension("quote-start", valueInteger=evidence.start),
        extension("quote-end", valueInteger=evidence.end),
    ]
    if evidence.speaker:
        places.append(extension("quote-speaker", valueString=evidence.speaker))
    return {
        "extension": places,
        "role": "quotation",
        "what": reference("DocumentReference", evidence.conversation, evidence.quote),
    }


def document_of(conversation: Listed) -> Resource:
    """A conversation as the document that quotes are taken from."""
    return {
        "resourceType": "DocumentReference",
        "id": str(conversation.id),
        "meta": _meta(conversation),
        "status": "current",
        "type": said("conversation"),
        "subject": subject_reference(conversation.subject_id),
        "date": instant(conversation.recorded_at),
        **without_nothing(description=conversation.title),
        "content": [
            {
                "attachment": {
                    "contentType": "application/vcon",
                    "url": f"/api/conversations/{conversation.id}",
                    "creation": date_time(conversation.started_at),
                }
            }
        ],
    }


def communication_of(conversation: Listed) -> Resource:
    """A conversation as what was communicated."""
    return {
        "resourceType": "Communication",
        "id": str(conversation.id),
        "meta": _meta(conversation),
        "status": "completed",
        "category": [said(conversation.channel)],
        "subject": subject_reference(conversation.subject_id),
        **without_nothing(topic=said(conversation.title)),
        "sent": date_time(conversation.started_at),
        "payload": [{"contentReference": reference("DocumentReference", conversation.id)}],
    }


def _meta(conversation: Listed) -> Json:
    return {
        "versionId": "1",
        "lastUpdated": instant(conversation.recorded_at),
        "tag": [coding(ENTRY_TYPE, CONVERSATION)],
    }

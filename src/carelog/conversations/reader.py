"""The turns of a conversation, whatever shape it came in."""

from collections.abc import Hashable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

from carelog.conversations.content import body_text, mediatype_of
from carelog.conversations.dates import read_date
from carelog.conversations.parties import normal
from carelog.conversations.recordings import speakers_of
from carelog.conversations.roles import by_elimination, role_of_name, role_of_party, role_of_word
from carelog.conversations.transcript_shapes import Piece, read_html, read_words
from carelog.conversations.turns import Role, Turn

if TYPE_CHECKING:
    from carelog.conversations.conversation import Conversation

_Key: TypeAlias = tuple[int, int]
_MOST_SPEAKERS = 64  # beyond, labels are not matched to parties
_DIALOG, _ATTACHMENT, _NEITHER = 0, 1, 2  # in the order in which they are read


@dataclass(frozen=True, slots=True)
class _Utterance:
    """A piece with its dialog; `party` and `start` of the piece are already resolved where they can be."""

    piece: Piece
    dialog: int | None
    start: datetime | None


def turns_of(conversation: "Conversation") -> tuple[Turn, ...]:
    """Every utterance, by dialog and then by time.

    Text dialogs are read, then transcripts (analyses whose type says so) of dialogs that hold no text; of
    several transcripts of one dialog the first that holds words. The law of `Turn` holds for each:
    `text_at(document, turn.pointer)[turn.offset:turn.offset + len(turn.text)] == turn.text`.
    """
    document = conversation.document
    parties = document.get("parties") or []
    dialogs = document.get("dialog") or []
    names = frozenset(normal("name", party.get("name") or "") for party in parties)
    read: dict[_Key, list[_Utterance]] = {}
    for i, dialog in enumerate(dialogs):
        if dialog.get("type") == "text" and (pieces := _text_dialog(dialog, i, names)):
            read[_DIALOG, i] = _placed(pieces, i, dialog, parties)
    for i, analysis in enumerate(document.get("analysis") or []):
        keys = _transcribed(analysis)
        if not keys or all(key in read for key in keys) or (keys[0][0] == _NEITHER and read):
            continue
        if pieces := _body(analysis, f"/analysis/{i}/body", names):
            kind, index = keys[0]
            spoken = _placed(pieces, index if kind == _DIALOG else None, _source(keys[0], document), parties)
            read.update((key, []) for key in keys if key not in read)
            read[keys[0]] += spoken
    return _with_roles([utterance for key in sorted(read) for utterance in read[key]], document)


def _transcribed(analysis: Mapping[str, Any]) -> list[_Key]:
    """The dialogs, or else the attachments, that an analysis is a transcript of; empty when it is none."""
    if "transcri" not in str(analysis.get("type") or "").lower():
        return []
    for kind, name in ((_DIALOG, "dialog"), (_ATTACHMENT, "attachment")):
        given = analysis.get(name)
        indices = given if isinstance(given, list) else [given]
        if found := [(kind, index) for index in indices if isinstance(index, int)]:
            return found
    return [(_NEITHER, 0)]


def _source(key: _Key, document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The dialog that was transcribed, or a voice note as if it were one."""
    kind, index = key
    if kind == _DIALOG:
        dialog: Mapping[str, Any] = document["dialog"][index]
        return dialog
    if kind == _ATTACHMENT:
        attachment = document["attachments"][index]
        return {"start": attachment.get("start"), "parties": attachment.get("party")}
    return {}


def _text_dialog(dialog: Mapping[str, Any], index: int, names: Set[str]) -> list[Piece]:
    mediatype = mediatype_of(dialog)
    pointer = f"/dialog/{index}/body"
    if mediatype == "text/html":
        text = body_text(dialog)
        return read_html(text, pointer) if text else []
    if mediatype.startswith("text/") or mediatype.endswith("json"):
        return _body(dialog, pointer, names)
    return []


def _body(item: Mapping[str, Any], pointer: str, names: Set[str]) -> list[Piece]:
    body = item.get("body")
    return read_words(body_text(item) if isinstance(body, str) else body, pointer, names)


def _placed(
    pieces: Sequence[Piece],
    index: int | None,
    dialog: Mapping[str, Any],
    parties: Sequence[Mapping[str, Any]],
) -> list[_Utterance]:
    """The pieces of one dialog with their parties and moments; by time where each has its own."""
    start = read_date(dialog["start"]) if isinstance(dialog.get("start"), str) else None
    labels = list(dict.fromkeys(piece.speaker for piece in pieces if piece.speaker and piece.party is None))
    by_label = _parties_by_label(labels, dialog, parties) if labels else {}
    sole = _sole_party(dialog, parties, labels)
    channels = _channel_parties(pieces, dialog)
    placed: list[_Utterance] = []
    for piece in pieces:
        party = piece.party if piece.party is not None and piece.party < len(parties) else None
        if party is None and piece.channel is not None:
            party = channels.get(piece.channel)
        if party is None and piece.speaker:
            party = by_label.get(piece.speaker)
        if party is None and (piece.speaker is None or len(labels) == 1):
            party = sole
        placed.append(_Utterance(replace(piece, party=party), index, _moment(piece.when, start)))
    moments = [u.start for u in placed if u.start is not None and u.piece.when is not None]
    if len(moments) < len(placed):
        return placed
    return [u for _, u in sorted(zip(moments, placed, strict=True), key=lambda pair: pair[0])]


def _moment(when: float | datetime | None, start: datetime | None) -> datetime | None:
    if isinstance(when, datetime):
        return when if when.tzinfo else start and when.replace(tzinfo=start.tzinfo)
    if when is None or start is None:
        return start
    try:
        return start + timedelta(seconds=when)
    except OverflowError:
        return start


def _parties_by_label(
    labels: Sequence[str], dialog: Mapping[str, Any], parties: Sequence[Mapping[str, Any]]
) -> dict[str, int]:
    """Labels matched to the dialog's parties by name, by first name, by role; then one rest to the other."""
    free = speakers_of(dialog) or list(range(len(parties)))
    if max(len(labels), len(free)) > _MOST_SPEAKERS:
        return {}
    found: dict[str, int] = {}
    for same in (_same_name, _same_first_name, _same_role):
        for label in labels:
            matching = [i for i in free if same(label, parties[i])]
            if label not in found and len(matching) == 1:
                found[label] = matching[0]
                free.remove(matching[0])
    rest = [label for label in labels if label not in found]
    if found and len(rest) == 1 and len(free) == 1 and not _contradict(rest[0], parties[free[0]]):
        found[rest[0]] = free[0]
    return found


def _same_name(label: str, party: Mapping[str, Any]) -> bool:
    return normal("name", party.get("name") or "") == normal("name", label)


def _same_first_name(label: str, party: Mapping[str, Any]) -> bool:
    return normal("name", party.get("name") or "").split()[:1] == [normal("name", label)]


def _same_role(label: str, party: Mapping[str, Any]) -> bool:
    role = role_of_name(label.replace("_", " "))
    return role is not Role.UNKNOWN and role is role_of_party(party)


def _contradict(label: str, party: Mapping[str, Any]) -> bool:
    said, known = role_of_name(label.replace("_", " ")), role_of_party(party)
    return Role.UNKNOWN not in (said, known) and said is not known


def _sole_party(dialog: Mapping[str, Any], parties: Sequence[Mapping[str, Any]], labels: Sequence[str]) -> int | None:
    """Who an unlabelled piece is from: the sender of a text, or the only party there is."""
    indices = speakers_of(dialog)
    if dialog.get("type") == "text" and len(labels) < 2:
        originator = dialog.get("originator")
        if isinstance(originator, int):
            return originator
        if indices:
            return indices[0]
    if len(indices) == 1:
        return indices[0]
    return 0 if not indices and len(parties) == 1 else None


def _channel_parties(pieces: Sequence[Piece], dialog: Mapping[str, Any]) -> dict[int, int]:
    """In a recording of several channels, each entry of the dialog's parties is one channel."""
    slots = dialog.get("parties")
    channels = {piece.channel for piece in pieces if piece.channel is not None}
    if not isinstance(slots, list) or len(slots) < 2 or not channels or max(channels) >= len(slots):
        return {}
    if len(channels) == 1:
        return {}
    firsts = ((i, slot[0] if isinstance(slot, list) and len(slot) == 1 else slot) for i, slot in enumerate(slots))
    return {i: party for i, party in firsts if isinstance(party, int)}


def _with_roles(utterances: Sequence[_Utterance], document: Mapping[str, Any]) -> tuple[Turn, ...]:
    parties = document.get("parties") or []
    said: dict[Hashable, Role] = {}
    for utterance in utterances:
        voice = _voice(utterance.piece)
        if said.get(voice, Role.UNKNOWN) is Role.UNKNOWN:
            said[voice] = _stated_role(utterance.piece, parties)
    nameless = [voice for voice, role in said.items() if isinstance(voice, str) and role is Role.UNKNOWN]
    silent = {
        i: role
        for i, party in enumerate(parties)
        if i not in said and (role := role_of_party(party)) is not Role.UNKNOWN
    }
    # One voice where several were to speak: the recogniser did not tell them apart
    blurred = {"": Role.UNKNOWN} if nameless and len(said) == 1 and _several_speak(utterances, document) else {}
    roles = by_elimination({**silent, **blurred, **said})
    return tuple(
        Turn(
            index=i,
            text=utterance.piece.text,
            pointer=utterance.piece.pointer,
            offset=utterance.piece.offset,
            dialog=utterance.dialog,
            party=utterance.piece.party,
            speaker=utterance.piece.speaker or _name(utterance.piece.party, parties),
            role=roles[_voice(utterance.piece)],
            start=utterance.start,
        )
        for i, utterance in enumerate(utterances)
    )


def _voice(piece: Piece) -> Hashable:
    """The same for all that one speaker says: the party, or else the label, or else the channel."""
    if piece.party is not None:
        return piece.party
    return f"label {normal('name', piece.speaker)}" if piece.speaker else f"channel {piece.channel}"


def _stated_role(piece: Piece, parties: Sequence[Mapping[str, Any]]) -> Role:
    role = role_of_party(parties[piece.party]) if piece.party is not None else Role.UNKNOWN
    if role is Role.UNKNOWN and piece.role:
        role = role_of_word(piece.role)
    if role is Role.UNKNOWN and piece.speaker:
        role = role_of_name(piece.speaker.replace("_", " "))
    return role


def _several_speak(utterances: Iterable[_Utterance], document: Mapping[str, Any]) -> bool:
    dialogs = document.get("dialog") or []
    return any(
        len(speakers_of(dialogs[u.dialog])) > 1 if u.dialog is not None else len(document.get("parties") or []) > 1
        for u in utterances
    )


def _name(party: int | None, parties: Sequence[Mapping[str, Any]]) -> str | None:
    name = parties[party].get("name") if party is not None else None
    return name if isinstance(name, str) and name.strip() else None

"""Symptoms in what people say: found, denied, left alone."""

import pytest

from carelog.conversations.turns import Role, Turn
from carelog.extraction.symptoms import find_symptoms
from carelog.extraction.utterances import Utterance, read
from carelog.record.types.symptom import Symptom

_ROLES = {
    "P": Role.PATIENT,
    "C": Role.CLINICIAN,
    "F": Role.CARER,
    "A": Role.AGENT,
    "?": Role.UNKNOWN,
    "!": Role.UNKNOWN,
}


def dialogue(*lines: str) -> list[Utterance]:
    """Lines such as "C: any fever?"; the letter says who speaks ("?" and "!" are two unknown people)."""
    parties = {letter: party for party, letter in enumerate(_ROLES)}
    return read(
        Turn(
            index=i,
            text=line[3:],
            pointer=f"/dialog/{i}/body",
            dialog=i,
            party=parties[line[0]],
            role=_ROLES[line[0]],
        )
        for i, line in enumerate(lines)
    )


def symptoms(*lines: str) -> list[Symptom]:
    payloads = [finding.payload for finding in find_symptoms(dialogue(*lines))]
    return [payload for payload in payloads if isinstance(payload, Symptom)]


def polarities(*lines: str) -> dict[str, str]:
    return {symptom.name: symptom.polarity for symptom in symptoms(*lines)}


def one(*lines: str) -> Symptom:
    [symptom] = symptoms(*lines)
    return symptom


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("I've had a fever since last night.", "fever"),
        ("my chest feels really tight", "chest tightness"),
        ("I get so out of breath on the stairs.", "shortness of breath"),
        ("having some trouble with my breathing", "shortness of breath"),
        ("I ca n't sleep at all", "difficulty sleeping"),
        ("I have n't been sleeping well", "difficulty sleeping"),
        ("I'm light-headed when I stand up", "lightheadedness"),
        ("I threw up twice this morning", "vomiting"),
        ("there was blood in my stool", "blood in stool"),
        ("it burns when I pee", "painful urination"),
        ("my heart keeps racing", "palpitations"),
        ("I've lost my appetite", "loss of appetite"),
        ("my ankles are swollen", "ankle swelling"),
        ("I have a stuffy nose and that's it", "nasal congestion"),
        ("मुझे बुखार है", "fever"),
        ("सिर में दर्द हो रहा है", "headache"),
        ("mujhe do din se khansi hai", "cough"),
        ("chakkar aa rahe hain", "dizziness"),
        ("pet mein bahut dard ho raha hai", "abdominal pain"),
        ("ghutne mein dard hai", "knee pain"),
    ],
)
def test_a_symptom_in_the_words_people_use(said: str, name: str) -> None:
    assert polarities(f"P: {said}") == {name: "present"}


@pytest.mark.parametrize(
    ("said", "name", "site"),
    [
        ("my knee has been really hurting", "knee pain", "knee"),
        ("I have a pain in my left shoulder", "shoulder pain", "left shoulder"),
        ("there's this throbbing in the back of my right heel", "heel pain", "right heel"),
        ("My lower back is killing me.", "back pain", "lower back"),
        ("I hurt my wrist", "wrist pain", "wrist"),
        ("my throat hurts", "sore throat", "throat"),
        ("some numbness in my left hand", "numbness", "left hand"),
        ("My feet tingle at night", "tingling", "feet"),
        ("an itchy rash on both arms", "rash", "both arms"),
    ],
)
def test_a_complaint_takes_its_name_and_site_from_the_part_of_the_body(said: str, name: str, site: str) -> None:
    found = {symptom.name: symptom.body_site for symptom in symptoms(f"P: {said}")}
    assert found[name] == site


def test_joined_parts_of_the_body_are_two_complaints() -> None:
    assert polarities("P: I have pain in my neck and left shoulder") == {
        "neck pain": "present",
        "shoulder pain": "present",
    }
    assert polarities("P: my knees and hips ache") == {"knee pain": "present", "hip pain": "present"}


@pytest.mark.parametrize(
    "said",
    [
        "Good morning, how are you?",
        "I'll come back on Tuesday",
        "on the other hand, it's a hard time for everybody",
        "I feel well",
        "yes sir, pain is a strange thing to ask about, is it?",
        "I'd like to check my blood pressure",
    ],
)
def test_everyday_words_are_not_symptoms(said: str) -> None:
    assert not {n for n in polarities(f"P: {said}") if n != "pain"}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("no fever or chills, but a bad cough", {"fever": "absent", "chills": "absent", "cough": "present"}),
        ("I haven't had any dizziness", {"dizziness": "absent"}),
        ("I have n't had any dizziness lately", {"dizziness": "absent"}),
        ("I do n't have a headache", {"headache": "absent"}),
        ("I never get heartburn", {"heartburn": "absent"}),
        ("a cough without any phlegm", {"cough": "present", "phlegm": "absent"}),
        ("I don't think I have a fever", {"fever": "absent"}),
        ("no fever i do have a sore throat", {"fever": "absent", "sore throat": "present"}),
        (
            "no rash, itching, or weight loss or hair loss",
            dict.fromkeys(["rash", "itching", "weight loss", "hair loss"], "absent"),
        ),
        ("my knee doesn't hurt", {"knee pain": "absent"}),
        ("the cough is gone", {"cough": "absent"}),
        ("My fever went away", {"fever": "absent"}),
        ("the rash has completely cleared up", {"rash": "absent"}),
        ("bukhar nahi hai", {"fever": "absent"}),
        ("बुखार नहीं है लेकिन खांसी है", {"fever": "absent", "cough": "present"}),
        ("Cough: no. Fever: yes.", {"cough": "absent", "fever": "present"}),
        ("Fever? No. Headache? Yes.", {"fever": "absent", "headache": "present"}),
    ],
)
def test_what_is_denied_is_absent(said: str, expected: dict[str, str]) -> None:
    assert polarities(f"P: {said}") == expected


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("there's no change in my cough", "cough"),
        ("I can't stop coughing", "cough"),
        ("I ca n't stop coughing", "cough"),
        ("it's not only the nausea", "nausea"),
        ("I get no relief from this back pain", "back pain"),
        ("the headache hasn't gone away", "headache"),
        ("the headache has n't gone away", "headache"),
        ("I don't know why my knee hurts", "knee pain"),
        ("I can't walk without knee pain", "knee pain"),
        ("I haven't been to work because of the headaches", "headache"),
        ("I couldn't finish dinner because of nausea", "nausea"),
        ("not as much swelling in my ankles as before", "ankle swelling"),
    ],
)
def test_a_no_that_denies_nothing(said: str, name: str) -> None:
    assert polarities(f"P: {said}")[name] == "present"


@pytest.mark.parametrize(
    "line",
    [
        "C: call me if you get a fever",
        "C: This medicine can cause nausea or dizziness.",
        "C: watch for swelling and redness",
        "C: if you start to have chest pain or you get short of breath go to the emergency room",
        "C: I'll give you something for the pain in your knee",
        "C: a migraine is a kind of headache that some people get with nausea",
        "C: so ibuprofen will help with the back pain and the swelling",
        "P: I take ibuprofen for the headache",
        "P: in case of vomiting, should I come in?",
        "P: my mother has chest pain",
        "P: my husband had the flu. He was coughing and had a fever.",
        "P: I used to get migraines",
        "P: when I was a kid I had seizures",
        "P: I'm worried about weight gain",
        "C: Okay, so do you have a family history of seizures?",
        "P: could this be a fever?",
    ],
)
def test_what_is_supposed_treated_past_or_of_others_says_nothing(line: str) -> None:
    assert polarities(line) == {}


def test_a_relative_who_reports_is_not_the_one_who_has_it() -> None:
    assert polarities("P: my wife says I've been snoring a lot") == {"snoring": "present"}
    assert polarities("P: my wife noticed that my ankles were swollen") == {"ankle swelling": "present"}


def test_a_carer_speaks_of_the_subject() -> None:
    assert polarities("F: my son has had a fever and he's been coughing") == {"fever": "present", "cough": "present"}
    assert polarities("F: I have a headache myself") == {}


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            ["C: any chest pain, shortness of breath?", "P: no"],
            {"chest pain": "absent", "shortness of breath": "absent"},
        ),
        (["C: any chest pain?", "P: yes"], {"chest pain": "present"}),
        (["C: have you had any fever", "P: uh no"], {"fever": "absent"}),
        (["C: Have you noticed any swelling in your legs?", "P: Not that I've noticed."], {"leg swelling": "absent"}),
        (["C: any nausea or vomiting", "P: nope nothing like that"], {"nausea": "absent", "vomiting": "absent"}),
        (["C: any dizziness?", "P: mm-hmm"], {"dizziness": "present"}),
        (["C: any dizziness?", "P: yeah, a little bit"], {"dizziness": "present"}),
        (["C: any dizziness?", "P: sometimes"], {"dizziness": "present"}),
        (["C: any dizziness?", "P: I don't think so"], {"dizziness": "absent"}),
        (["C: any dizziness?", "P: yeah no I have n't"], {"dizziness": "absent"}),
        (["C: kya aapko bukhar hai?", "P: nahi"], {"fever": "absent"}),
        (["C: bukhar hai kya?", "P: haan ji"], {"fever": "present"}),
        (
            ["A: Any fever, chills or cough?", "P: Just the cough."],
            {"fever": "absent", "chills": "absent", "cough": "present"},
        ),
        (["C: any fever or cough?", "P: no fever, but I have had a cough"], {"fever": "absent", "cough": "present"}),
        (["C: no nausea or vomiting?", "P: no"], {"nausea": "absent", "vomiting": "absent"}),
        (["C: no nausea or vomiting?", "P: right"], {"nausea": "absent", "vomiting": "absent"}),
        (["C: You have a headache, right?", "P: correct"], {"headache": "present"}),
        (
            ["C: any fever? any chills? any night sweats?", "P: no"],
            dict.fromkeys(["fever", "chills", "night sweats"], "absent"),
        ),
        (["?: any fever?", "!: no"], {"fever": "absent"}),
        (["C: i just want to make sure you're not having any chest pain", "P: no"], {"chest pain": "absent"}),
        (["C: do you have any numbness", "P: in my hand yes"], {"numbness": "present"}),
    ],
)
def test_an_answer_is_about_what_was_asked(lines: list[str], expected: dict[str, str]) -> None:
    assert polarities(*lines) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["C: Did the nausea go away?", "P: yeah"], {"nausea": "absent"}),
        (["C: Is the cough gone?", "P: no"], {"cough": "present"}),
        (["C: is the cough any better?", "P: no"], {"cough": "present"}),
        (["C: Has the swelling gone down?", "P: yes"], {"swelling": "present"}),
        (["C: did the ibuprofen help with the knee pain?", "P: no"], {"knee pain": "present"}),
        (["C: Have you taken anything for headaches?", "P: no"], {}),
        (["C: Do you know what causes migraines?", "P: no"], {}),
        (["C: Are you still having the headaches?", "P: no"], {"headache": "absent"}),
        (["P: I was having chest pain last night, but not anymore"], {"chest pain": "absent"}),
        (["P: I had a fever three days ago but it's gone now"], {"fever": "absent"}),
        (
            ["C: any fever, cough or congestion?", "P: some congestion, everything else is fine"],
            {"fever": "absent", "cough": "absent", "nasal congestion": "present"},
        ),
    ],
)
def test_how_it_went_on_is_not_whether_it_is(lines: list[str], expected: dict[str, str]) -> None:
    assert polarities(*lines) == expected


@pytest.mark.parametrize(
    "lines",
    [
        ["C: any chest pain?"],
        ["C: any chest pain?", "C: let me look at your chart", "P: no"],
        ["C: any chest pain?", "P: I had my lunch late"],
        ["C: any chest pain?", "P: I don't know"],
        ["C: any chest pain? Let me take your blood pressure first.", "P: yes"],
        ["C: the cough can last for weeks", "P: okay"],
        ["C: coughing is what the body does to clear the lungs", "P: mm-hmm"],
        ["C: any headaches or dizziness?", "P: okay"],
        ["C: has anyone in your family had seizures?", "P: yes"],
        ["C: does your mother have headaches?", "P: yes"],
    ],
)
def test_a_question_without_an_answer_says_nothing(lines: list[str]) -> None:
    assert polarities(*lines) == {}


def test_a_verb_that_answers_for_one_symptom_leaves_the_others_open() -> None:
    found = polarities("C: any nausea, fever or chills?", "P: I haven't thrown up, but I felt a little nauseated")
    assert found == {"vomiting": "absent", "nausea": "present"}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("C: so you denied fever", {"fever": "absent"}),
        ("C: I know that you were endorsing some nasal congestion.", {"nasal congestion": "present"}),
        ("C: okay so no chest pain", {"chest pain": "absent"}),
        ("C: you do have some swelling in your ankle", {"ankle swelling": "present"}),
        ("C: your lungs are clear, no wheezing", {}),
        ("C: I don't appreciate any swelling in your legs", {}),
        ("C: so on exam, no rash. You told me you have no itching.", {"itching": "absent"}),
        ("C: I do appreciate a rash on your left arm", {"rash": "present"}),
        ("C: Maya is a 40-year-old here for shortness of breath.", {"shortness of breath": "present"}),
    ],
)
def test_the_clinician_tells_what_the_person_said_or_shows(line: str, expected: dict[str, str]) -> None:
    assert polarities(line) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            ["C: anything I might have missed, fever, chills, a cough?", "P: a cough, but everything else is fine"],
            {"fever": "absent", "chills": "absent", "cough": "present"},
        ),
        (["C: any fever or chills?", "P: my knee aches, otherwise fine"], {"fever": "absent", "chills": "absent"}),
        (["C: any chest pain?", "P: slight cramps, they go away after an hour"], {"chest pain": "present"}),
        (["C: any chest pain?", "P: I'm here for my cramps"], {"cramps": "present"}),
        (["C: any blood in your urine or stool?", "P: no"], {"blood in urine": "absent", "blood in stool": "absent"}),
        (["C: have you lost or gained any weight?", "P: no"], {"weight loss": "absent", "weight gain": "absent"}),
        (["C: any dark dark stools?", "P: no"], {"black stools": "absent"}),
        (["C: is the pain on the right hand side?", "P: yes"], {"pain": "present"}),
    ],
)
def test_lists_and_short_replies(lines: list[str], expected: dict[str, str]) -> None:
    found = polarities(*lines)
    assert {name: polarity for name, polarity in found.items() if name != "knee pain"} == expected


@pytest.mark.parametrize(
    ("lines", "quotes"),
    [
        (["P: Slept well. No fever today. Ate rice."], ["No fever today."]),
        (["C: Hello Ana. Any fever or chills?", "P: Uh, no."], ["Any fever or chills?", "no"]),
    ],
)
def test_a_quote_is_enough_to_understand_the_entry(lines: list[str], quotes: list[str]) -> None:
    said = dialogue(*lines)
    first = find_symptoms(said)[0]
    assert [said[span.turn].text[span.start : span.end] for span in first.spans] == quotes


def test_a_long_sentence_is_quoted_around_the_symptom() -> None:
    talk = (
        "P: so we went to the market and then, you know, "
        + "on and on and " * 12
        + "I had this bad cough, and "
        + "so on " * 30
    )
    said = dialogue(talk)
    [finding] = find_symptoms(said)
    [span] = finding.spans
    quote = said[0].text[span.start : span.end]
    assert "bad cough" in quote
    assert len(quote) <= 120


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["C: Any allergies to any medications?", "P: Just penicillin. I come out in a rash."], {}),
        (["P: I'm allergic to sulfa, it gives me hives."], {}),
        (["C: How are your allergies?", "P: My allergies are bad, I have a rash on my arm."], {"rash": "present"}),
        (["C: Any rash?", "P: Yes, I came out in a rash."], {"rash": "present"}),
    ],
)
def test_how_one_reacts_is_not_what_one_has(lines: list[str], expected: dict[str, str]) -> None:
    assert polarities(*lines) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("P: I was feverish last week, but that's settled.", {"fever": "absent"}),
        ("P: I was feverish last week, and that's not settled.", {"fever": "present"}),
        ("P: I had a cough and it's cleared.", {"cough": "absent"}),
        ("P: Knee is paining a lot since two days.", {"knee pain": "present"}),
    ],
)
def test_what_has_settled_is_over(line: str, expected: dict[str, str]) -> None:
    assert polarities(line) == expected


def test_what_is_said_of_a_headache_is_no_other_pain() -> None:
    assert polarities("P: I get bad headaches. It's really throbbing.") == {"headache": "present"}
    assert polarities("P: No headaches. It's really throbbing.") == {"headache": "absent", "pain": "present"}


def test_pressing_on_a_place_and_asking() -> None:
    assert polarities("C: does it hurt when I press here on your belly?", "P: yeah") == {"tenderness": "present"}
    assert polarities("C: does your knee hurt when I press here?", "P: no") == {}
    assert polarities("C: does your knee hurt when you climb stairs?", "P: no") == {"knee pain": "absent"}


def test_a_bare_complaint_belongs_to_the_part_spoken_of() -> None:
    found = one("C: what happened to your left ankle?", "P: I slipped, and it's been hurting ever since")
    assert (found.name, found.body_site) == ("ankle pain", "left ankle")
    assert polarities("P: I'm in so much pain") == {"pain": "present"}


def test_details_said_of_the_symptom() -> None:
    cough = one("P: I've had a really bad cough for three days and it's getting worse")
    assert (cough.severity, cough.duration, cough.trend) == ("severe", "three days", None) or cough.trend == "worsening"
    assert one("P: a slight headache since this morning").severity == "mild"
    assert one("P: a slight headache since this morning").duration == "since this morning"
    assert one("P: my back pain is about 8 out of 10").severity == "severe"
    assert one("P: my cough is getting better").trend == "improving"
    assert one("P: teen din se bukhar hai").duration == "teen din se"
    plain = one("P: I have a headache. My sister is really bad at cards.")
    assert (plain.severity, plain.duration, plain.trend, plain.body_site) == (None, None, None, None)


def test_one_finding_for_one_symptom_and_the_own_words_win() -> None:
    lines = ["C: how is the cough?", "P: the cough is bad", "C: so a cough for a week", "P: yes the cough is bad"]
    assert polarities(*lines) == {"cough": "present"}
    recap = ["P: I have been dizzy", "C: okay, no dizziness"]
    assert polarities(*recap) == {"dizziness": "present"}


def test_both_polarities_only_when_the_subject_states_both() -> None:
    both = [(s.name, s.polarity) for s in symptoms("P: no chest pain today", "P: I had chest pain yesterday")]
    assert both == [("chest pain", "absent"), ("chest pain", "present")]
    asked = symptoms("C: any chest pain now?", "P: no", "P: I had chest pain yesterday")
    assert [(s.name, s.polarity) for s in asked] == [("chest pain", "present")]


def test_evidence_stands_where_it_says() -> None:
    said = dialogue("C: okay. any chest pain, or cough ?", "P: uh, no, not really. I feel fine.")
    findings = find_symptoms(said)
    quotes = [[said[s.turn].text[s.start : s.end] for s in finding.spans] for finding in findings]
    assert quotes == [["any chest pain, or cough ?", "no, not really"]] * 2


def test_thoughts_of_suicide_asked_and_denied() -> None:
    lines = ["C: any thoughts of harming yourself?", "P: no, nothing like that"]
    assert polarities(*lines) == {"suicidal thoughts": "absent"}


def test_a_voice_note_of_one_speaker() -> None:
    found = polarities("?: No fever. Slight headache since morning. Thoda chakkar bhi aa raha hai.")
    assert found == {"fever": "absent", "headache": "present", "dizziness": "present"}

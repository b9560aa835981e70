"""The words that claim a condition, and those that only speak of it."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from carelog.extraction.phrasebook import phrase_set, phrase_table
from carelog.extraction.utterances import PhraseTable, Word
from carelog.extraction.wordsets import word_set


class Meaning(StrEnum):
    HAS = "has"
    HAD = "had"
    HISTORY = "history"
    DIAGNOSED = "diagnosed"
    IS = "is"  # "this is", "it's"
    FOUND = "found"  # "the x-ray shows"
    ASSESSED = "assessed"  # "your first problem is"
    SUSPECTED = "suspected"
    RULED_OUT = "ruled out"
    OWNED = "owned"  # "my", "your"
    TREATED = "treated"  # "I take it for"
    NOTHING = "nothing"  # looks like a claim and is none


class Cue(NamedTuple):
    first: int
    end: int
    meaning: Meaning


_TABLE: Final[PhraseTable[Meaning]] = phrase_table(
    {
        Meaning.NOTHING: """
            family history of | family history is significant for | family history significant for | have to |
            has to | had to | have you | have been | has been | had been | family history | have a family history of |
            have a strong family history of | strong family history of | social history | likely to | more likely |
            less likely | not likely | have had it | have your | have my | it's like | is it
        """,
        Meaning.HAS: """
            for him it is | for her it is | for him it's | for her it's | for me it is | for me it's | what i have is |
            what he has is | what she has is | my problem is | his problem is | her problem is |
            i am having | i'm having | he is having | she is having | he's having | she's having | am having |
            full of | riddled with | eaten up with | i do have | he does have | she does have | have | has | 've |
            i've | you've | he's had | she's had | have got | has got | i've got | you've got |
            got | suffer from | suffers from | suffering from | living with | live with | lives with | dealing with |
            struggle with | struggling with | struggles with | battling | i've had | you've had | have had | has had |
            been having | has developed | have developed | came down with | come down with | catch | caught |
            developed | who has | still have | still has | i get | he gets | she gets
        """,
        Meaning.HAD: "had | used to have | used to get | went through | got over | recovered from | survived | beat",
        Meaning.HISTORY: """
            history of | past medical history of | past medical history significant for | past history of |
            medical history significant for | history significant for | history is significant for |
            history notable for | history is notable for | history includes | medical history includes |
            history including | past medical history is significant for | past medical history includes |
            medical history of | known history of | known case of | k/c/o | h/o | significant for | male with |
            female with | man with | woman with | gentleman with | lady with | patient with | boy with | girl with |
            medical problems include | medical conditions include | problems include | conditions include |
            known to have | comorbidities include | patient has | history with
        """,
        Meaning.DIAGNOSED: """
            diagnosing you with | diagnose you with | diagnosed with | diagnosed me with | they've said |
            they've told me it's | they said it's | diagnosed him with |
            diagnosed her with | diagnosed you with | diagnosed as | diagnosed as having | diagnosed as a |
            diagnosis of | got diagnosed with | told me i have | told me i had | told me that i have |
            told me that i had | told i have | told i had | told that i have | told that i had | told me it was |
            told me it's | told me he has | told me she has | told us he has | told us she has | said i have |
            said i had | said i've got | says i have | said it's | said it was | say i have | said that i have |
            said he has | said she has | found i have | found i had | found that i have | found out i have |
            found out i had | found out that i have | turned out to be | turned out i have | turned out i had |
            tested positive for | positive for | treated for | being treated for | newly diagnosed |
            new diagnosis of | recent diagnosis of | recently diagnosed with | treating me for | treating you for |
            treating him for | treating her for | hospitalized for | hospitalised for | hospitalized with |
            admitted for | admitted with | confirmed | it turned out to be | told you have | told you had |
            tell me i have | told me i've got | they said | they said it was | they said it is | they said i have |
            they said i had |
            they said i've got | they said he has | they said she has | they said that i have | they called it
        """,
        Meaning.IS: """
            this is | it is | it's | that's | that is | these are | you are having | you're having |
            what you have is | what we call | we call it | we call this | we call that | it's called | it is called |
            this is called | that's called | what you've got is | on top of |
            on top of it | on top of it , | on top of that | on top of that ,
        """,
        Meaning.FOUND: """
            came back as | shows | showed | showing | reveals | revealed | demonstrates | demonstrated | evidence of |
            confirms | came back positive for | findings of | shows that you have | showed that you have |
            shows you have | shows me that you have | showed you have
        """,
        Meaning.ASSESSED: """
            problem of | problem is | problem | diagnosis is | impression is | impression | assessment is |
            assessment | impression of | assessment of | issue of | first issue | second issue | third issue |
            first , | second , | third , | fourth , | number one , | number two , | number three , | regards to the |
            regard to the | terms of the | as far as the | for the
        """,
        Meaning.SUSPECTED: """
            looks like | looks to me like | looks to us like | seems to me like | look like | sounds like |
            sound like | looks a lot like | sounds a lot like | appears to be |
            seems to be | seems like | consistent with | likely | probably | most likely | suspect | suspicion of |
            suspicious for | suggestive of | suggests | think you have | think you've got | think you had |
            think this is | think it's | think it is | think that you have | think that this is | think that it's |
            believe you have | believe this is | believe it's | thinks i have | thinks it's | thinks i might have |
            thinks i may have | thinks it is | thinks it might be | may have | might have | possible | possibly |
            presumed | probable | working diagnosis of | think he has | think she has | thinks he has |
            thinks she has
        """,
        Meaning.RULED_OUT: """
            ruled out | have ruled out | rules out | no evidence of | no sign of | no signs of | negative for |
            tested negative for | no evidence of any | no signs of any | no acute | free of | there's no |
            there is no | there's no evidence of | there is no evidence of | there's no evidence of any |
            there is no evidence of any | there's no sign of | there's no signs of | there is no sign of |
            there are no signs of | there's no sign of any | there was no | there 's no | shows no | showed no |
            show no | not see any | n't see any | n't show any | do n't see a | don't see a | don't see any
        """,
        Meaning.OWNED: "my | your | his | her | their | mere | meri | mera",
        Meaning.TREATED: """
            taking it for | takes it for | take it for | take this for | taking that for | take that for |
            medication for | medications for | medicine for | medicines for | pills for | pill for | tablets for |
            tablet for | meds for | inhaler for | insulin for | drops for | see someone for | see somebody for |
            seeing someone for | seeing somebody for | see a therapist for | seeing a therapist for | see a doctor for |
            see the doctor for | seeing a doctor for | see a specialist for | seeing a specialist for |
            under the hospital for | under the clinic for
        """,
    }
)
_SPECULATING: Final = phrase_set(
    """
    if | whether | unless | risk | risks | chance | chances | odds | screen | screened | screening | prevent |
    prevents | preventing | avoid | worried | worry | worries | worrying | concerned | concern | concerns | afraid |
    scared | fear | fears | rule out | rule it out | ruling out | check for | checking for | check you for |
    test for | testing for | test you for | tested for | look for | looks for | looked for | looking for |
    looking out for | make sure | in case | could | would | should | such as | causes | cause | lead to | leads to |
    symptoms of | wonder | wondering | question of | doesn't mean | does n't mean | do n't think | don't think |
    did n't think | doubt | protect | protects | example | sort of like | can | agar | vaccine | vaccinated |
    immunized | exposed to | exposure to | predispose | prone to | look into | google | googled | read about |
    heard about | people with | patients with | related to the | not sure | unlikely | suppose | hope | hopefully |
    everyone thinks | everybody thinks | people think | everyone says | everybody says |
    nearly | almost | practically | thought i was having | thought he was having | thought she was having |
    even when | when you're | when you are | while you're | while you are | when you do n't | when you don't |
    pretend | imagine | when you have | when people | anyone with
    """
)
_NOT_THE_DISEASE: Final = word_set(
    """
    vaccine vaccines vaccination shot shots jab booster screening screenings test tests testing clinic clinics
    specialist prevention awareness association foundation risk risks diet panel antibodies antibody ward unit
    guidelines study studies scare educator education nurse class classes supplies strips foot shoes exam center
    centre program programme season research protocol belt doctor group insurance camp walk ribbon coach titer titers
    assessment assessments action plan clinics awareness educators
    labs lab number numbers score marker patient patients
    cream gel lotion question questions exam grill book books article articles lecture chapter charity fundraiser
    benefit movie show song podcast inhaler inhalers
    """
)
_MEDICINE: Final = word_set("medicine medicines medication medications meds pill pills tablet tablets drug drugs")
_PASSED_OVER: Final = word_set(
    """
    and , as well also plus a an the some both / & uh um you know think i'd say like this that these those
    mild moderate severe chronic acute bad little bit of pretty really very significant known longstanding long
    standing controlled poorly uncontrolled early late stage recurrent occasional seasonal left right lower upper
    bilateral new old advanced terrible case type form touch current existing preexisting pre ongoing underlying
    community acquired bacterial viral to called what 's something is now just actually definitely still always
    moderately severely mildly more non stable classic simple straightforward horrible nasty slight minor
    another bout bouts two three several couple few episode episodes attack attacks round recent first second
    history my your his her or diagnosis worsening - : ; include includes including have has had i
    """
)
_CLOSE: Final = word_set(
    """
    , and or also a an the mild moderate severe chronic acute bad really very known new old recurrent well controlled
    poorly uncontrolled both some underlying left right lower upper bilateral early advanced ongoing current still
    """
)
_NEVER_PASSED: Final = word_set("for with about from if not no n't but because than without don't doesn't didn't by at")
_PASSED_BY: Final = {Meaning.HISTORY: word_set("with for by"), Meaning.IS: word_set("not n't")}
_MOST_STRANGERS: Final = 2
_MOST_STRANGERS_AFTER_A_DIAGNOSIS: Final = 4
_HISTORY_REACH: Final = 24
_LOOSE: Final = frozenset({Meaning.DIAGNOSED, Meaning.ASSESSED})


def find_cues(words: Sequence[Word], begin: int, end: int) -> list[Cue]:
    """Every cue in the words `begin` to `end`, the longest at each place.

    >>> from carelog.extraction.utterances import words_of
    >>> [cue.meaning.value for cue in find_cues(words_of("I was diagnosed with gout and I have asthma"), 0, 9)]
    ['diagnosed', 'has']
    """
    return [Cue(*found) for found in _TABLE.within(words, begin, end)]


def reaches(words: Sequence[Word], cue: Cue, first: int, named: frozenset[int]) -> bool:
    """Whether the cue's words go on, over a list and what qualifies it, to the name at word `first`; `named` are the
    words of all names."""
    strangers = 0
    for i in range(cue.end, first):
        norm = words[i].norm
        if i in named:
            strangers = 0
            continue
        if norm in _PASSED_BY.get(cue.meaning, ()) or (norm == "with" and i - 1 in named):
            continue
        if norm in _NEVER_PASSED:
            return False
        if norm not in (_CLOSE if cue.meaning is Meaning.OWNED else _PASSED_OVER):
            strangers += 1
    if cue.meaning is Meaning.HISTORY:
        return first - cue.end <= _HISTORY_REACH
    if cue.meaning in (Meaning.OWNED, Meaning.IS, Meaning.RULED_OUT, Meaning.SUSPECTED):
        return strangers == 0
    if cue.meaning in _LOOSE:
        return strangers <= _MOST_STRANGERS_AFTER_A_DIAGNOSIS
    joined = first - 1 >= cue.end and words[first - 1].norm in (",", "and")
    return strangers == 0 or (strangers <= _MOST_STRANGERS and joined)


def is_tight(words: Sequence[Word], cue: Cue, first: int, named: frozenset[int]) -> bool:
    """Whether nothing but a list stands between the cue and the name."""
    return all(i in named or words[i].norm in {",", "and", "aur", "और"} for i in range(cue.end, first))


def is_speculation(words: Sequence[Word], begin: int, first: int) -> bool:
    """Whether the words `begin` to `first` are an if, a risk, a test that is to come and the like."""
    return any(_SPECULATING.at(words, i) for i in range(begin, first))


def names_something_else(words: Sequence[Word], end: int) -> bool:
    """ "The diabetes clinic", "a flu shot", "a stroke of luck"."""
    if end >= len(words):
        return False
    luck = words[end].norm == "of" and end + 1 < len(words) and words[end + 1].norm in ("luck", "genius")
    return luck or words[end].norm.removesuffix("'s") in _NOT_THE_DISEASE


def names_its_medicine(words: Sequence[Word], end: int) -> bool:
    """ "My diabetes medicine"."""
    return end < len(words) and words[end].norm in _MEDICINE

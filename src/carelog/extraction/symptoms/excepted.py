"""What is there where all else is denied: "no pain except in my knee", "no pain apart from my back"."""

from dataclasses import replace

from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.symptoms.lexicon import Lexicon
from carelog.extraction.symptoms.mentions import Mention, carries_site, placed
from carelog.extraction.symptoms.reading import Reading
from carelog.extraction.symptoms.sites import first_site
from carelog.extraction.wordsets import word_set

_EXCEPT = phrase_set(
    """
    except | except for | other than | apart from | aside from | besides | but for | save for | with the exception of |
    excepting | but in | only in | siwaay | siwai | ke alawa | ke siva | सिवाय | के अलावा
    """
)
_BETWEEN = word_set(", at all anywhere really now today")
_LIST = 20  # words
_JOINING = word_set("or and ,")
_WHAT_WAS_SAID = word_set("that this those these which")  # "apart from that I'm fine"
_ENDS = word_set(". ; ! ? but")


def exception(reading: Reading, end: int) -> int | None:
    """The first word of what is excepted from a denial whose words end before word `end`, if anything is."""
    words = reading.words
    at = end
    while at < len(words) and words[at].norm in _BETWEEN:
        at += 1
    match = _EXCEPT.at(words, at) if at < len(words) else None
    begin = at + match[0] if match is not None else len(words)
    return begin if begin < len(words) and words[begin].norm not in _WHAT_WAS_SAID else None


def excepted(reading: Reading, mention: Mention, lexicon: Lexicon) -> list[Mention]:
    """The complaint in each place that is excepted, where that is a part of the body."""
    if mention.complaint is None and not carries_site(mention.name):
        return []
    words = reading.words
    listed = mention.end
    while listed < min(len(words), mention.end + _LIST) and (listed in reading.named or words[listed].norm in _JOINING):
        listed += 1
    begin = exception(reading, listed)
    if begin is None:
        return []
    end = next((i for i in range(begin, len(words)) if words[i].norm in _ENDS), len(words))
    if any(begin <= other.first < end for other in reading.mentions):
        return []  # "no pain except a headache" names it itself
    there: list[Mention] = []
    while (site := first_site(words, lexicon, end, begin=begin)) is not None:
        if mention.complaint is None:
            there.append(replace(mention, site=site.said))
        else:
            there.append(placed(replace(mention, name=mention.complaint), lexicon, site.name, site.said))
        begin = site.end
    return there

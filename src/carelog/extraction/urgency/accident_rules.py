"""The red-flag rules of accidents, poisons and sudden illness."""

from typing import Final

from carelog.extraction.urgency import sources
from carelog.extraction.urgency.rule import Level, Rule


def _any(text: str) -> frozenset[str]:
    return frozenset(name.strip() for name in text.split("|"))


_THINNER: Final = _any("takes a blood thinner")

ACCIDENT_RULES: Final[tuple[Rule, ...]] = (
    Rule(
        "black-stools-thinner",
        "Black stools or blood in the stool while a blood thinner is taken",
        Level.URGENT,
        (_any("black stools | blood in stool"), _THINNER),
        (sources.NHS_ANTICOAGULANTS, sources.NICE_CG141),
    ),
    Rule(
        "head-injury-thinner",
        "A blow to the head while a blood thinner is taken",
        Level.URGENT,
        (_any("head injury"), _THINNER),
        (sources.NICE_NG232, sources.NHS_ANTICOAGULANTS),
    ),
    Rule(
        "waters-broken",
        "Waters that broke in pregnancy",
        Level.URGENT,
        (_any("waters broken"),),
        (sources.NHS_PREMATURE,),
    ),
    Rule(
        "carbon-monoxide",
        "Carbon monoxide where somebody is",
        Level.URGENT,
        (_any("carbon monoxide"),),
        (sources.NHS_CARBON_MONOXIDE,),
    ),
    Rule("snake-bite", "A snake bite", Level.URGENT, (_any("bitten by a snake"),), (sources.NHS_SNAKES,)),
    Rule("chemical-in-eye", "A chemical in the eye", Level.URGENT, (_any("chemical in the eye"),), (sources.NHS_EYES,)),
    Rule(
        "coughing-much-blood",
        "More blood coughed up than spots or streaks",
        Level.URGENT,
        (_any("much blood coughed up"),),
        (sources.NHS_COUGHED_BLOOD,),
    ),
    Rule(
        "ketones",
        "High ketones with vomiting, belly pain, confusion or breathlessness",
        Level.URGENT,
        (
            _any("high ketones"),
            _any("vomiting | abdominal pain | confusion | shortness of breath | severe breathlessness"),
        ),
        (sources.CDC_DKA,),
    ),
    Rule("choking", "Somebody who chokes", Level.URGENT, (_any("choking"),), (sources.NHS_999,)),
    Rule("electric-shock", "An electric shock", Level.URGENT, (_any("electric shock"),), (sources.NHS_FIRST_AID,)),
    Rule("burn", "A large burn or scald", Level.URGENT, (_any("large burn"),), (sources.NHS_FIRST_AID,)),
    Rule("drowning", "Nearly drowned", Level.URGENT, (_any("nearly drowned"),), (sources.NHS_FIRST_AID,)),
    Rule(
        "neutropenic-sepsis",
        "Fever while chemotherapy is given",
        Level.URGENT,
        (_any("on chemotherapy"), _any("fever | temperature of 38")),
        (sources.NICE_CG151,),
    ),
    Rule(
        "saddle",
        "Numbness of the saddle with loss of control of bladder or bowel",
        Level.URGENT,
        (
            _any("numbness between the legs"),
            _any("incontinence | loss of bladder control | loss of bowel control | unable to pass urine"),
        ),
        (sources.NHS_BACK,),
    ),
    Rule(
        "infant-ill",
        "An infant that is floppy, or whose soft spot is sunken or bulges",
        Level.URGENT,
        (_any("floppy infant | sunken soft spot"),),
        (sources.NHS_INFANT,),
    ),
    Rule(
        "retina",
        "A curtain or shadow over the sight",
        Level.URGENT,
        (_any("curtain over the sight"),),
        (sources.NHS_RETINA,),
    ),
    Rule(
        "priapism",
        "An erection that lasts for hours",
        Level.URGENT,
        (_any("lasting erection"),),
        (sources.NHS_PRIAPISM,),
    ),
)

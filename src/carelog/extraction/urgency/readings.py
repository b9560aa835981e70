"""Which readings are out of bounds, as signs of danger."""

from collections.abc import Iterator

from carelog.record.types.vitals import Vitals


def signs_of(vitals: Vitals) -> Iterator[str]:
    """The signs that one reading is, in the units of the record (mm[Hg], mg/dL, %, Cel, /min).

    180/120: AHA and NICE NG136. 54 and 70 mg/dL: ADA. 250 and 300 mg/dL: CDC. 91 and 93 %, a systolic pressure of 90,
    heart rates of 40 and 131, breathing rates of 8 and 25: the scores 3 and 2 of NEWS2. 38 degrees: NICE NG143.

    >>> from carelog.record.payload import Quantity
    >>> list(signs_of(Vitals(kind="spo2", value=Quantity(value=90, unit="%"))))
    ['oxygen below 94', 'oxygen below 92']
    """
    value = vitals.value.value if vitals.value else None
    systolic = vitals.systolic.value if vitals.systolic else None
    diastolic = vitals.diastolic.value if vitals.diastolic else None
    if (systolic is not None and systolic >= 180) or (diastolic is not None and diastolic >= 120):
        yield "pressure of 180/120"
    if systolic is not None and systolic <= 90:
        yield "pressure of 90"
    if value is None:
        return
    match vitals.kind:
        case "glucose":
            yield from (f"glucose below {limit}" for limit in (70, 54) if value < limit)
            yield from (f"glucose of {limit}" for limit in (250, 300) if value >= limit)
        case "spo2":
            yield from (f"oxygen below {limit}" for limit in (94, 92) if value < limit)
        case "temperature" if value >= 38:
            yield "temperature of 38"
        case "heart_rate" if vitals.context != "after_exercise" and (value <= 40 or value >= 131):
            yield "heart rate out of bounds"
        case "respiratory_rate" if vitals.context != "after_exercise" and (value <= 8 or value >= 25):
            yield "breathing rate out of bounds"

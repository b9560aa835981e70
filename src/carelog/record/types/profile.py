"""The profile: what stays true of the subject. Name, zone, telephone and e-mail are the subject's own."""

from typing import Annotated, Literal

from pydantic import Field

from carelog.record.payload import Payload
from carelog.record.registry import entry_type
from carelog.record.values import Language, Notes, PartialDate, Text, joined

Sex = Literal["female", "male", "other"]
BloodType = Literal["A+", "A-", "B+", "B-", "AB+", "AB-", "O+", "O-", "A", "B", "AB", "O"]
Activity = Literal["sedentary", "light", "moderate", "active", "very_active"]
Smoking = Literal["never", "former", "current"]


@entry_type("profile", prefix="profile", fhir="Patient", one=True)
class Profile(Payload):
    """One a record. Allergies, conditions and readings are entries of their own types and do not stand here."""

    birth_date: PartialDate | None = Field(default=None, description="As far as it is known: YYYY, YYYY-MM or a day")
    sex: Sex | None = Field(default=None, description="Administrative sex")
    gender: Text | None = Field(default=None, description="Gender in the subject's own word, where it was given")
    pronouns: Text | None = Field(default=None, description="How the subject is spoken of", examples=["she/her"])
    height_cm: float | None = Field(default=None, ge=20, le=280, description="Height as the subject gives it, in cm")
    weight_kg: float | None = Field(default=None, ge=0.3, le=650, description="Weight as the subject gives it, in kg")
    blood_type: BloodType | None = Field(
        default=None, description="ABO group with the Rhesus factor, or without where only the group is known"
    )
    dietary_preferences: Annotated[tuple[Text, ...], Field(min_length=1, max_length=30)] | None = Field(
        default=None, description="Diets and dislikes", examples=[["vegetarian", "no onions"]]
    )
    activity_level: Activity | None = Field(default=None, description="How active the subject's days are")
    smoking: Smoking | None = Field(default=None, description="Whether the subject smokes")
    language: Language | None = Field(default=None, description="The language to speak and write in, as BCP 47")
    energy_goal_kcal: float | None = Field(default=None, gt=0, le=20000, description="Energy to eat in a day, in kcal")
    water_goal_ml: float | None = Field(default=None, gt=0, le=20000, description="Water to drink in a day, in mL")
    notes: Notes | None = Field(default=None, description="Anything else that helps to care for the subject")

    def headline(self) -> str:
        told = joined(
            self.birth_date and f"born {self.birth_date}",
            self.sex,
            self.height_cm and f"{self.height_cm:g} cm",
            self.weight_kg and f"{self.weight_kg:g} kg",
            self.blood_type and f"blood type {self.blood_type}",
        )
        return f"profile: {told}" if told else "profile"

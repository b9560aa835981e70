"""The words that numbers are made of, in English and in Hindi (Latin and Devanagari letters)."""

from carelog.extraction.wordsets import word_set

UNITS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
}  # fmt: skip
TEENS = {
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90,
}  # fmt: skip
ZEROS = frozenset({"zero", "nought"})
OH = frozenset({"oh", "o"})
DIGIT_WORDS = UNITS.keys() | ZEROS | OH

HINDI_SPELLINGS = {
    0.5: "aadha aadhi आधा आधी", 1: "ek एक", 1.5: "dedh डेढ़ डे\u095d", 2: "do दो", 2.5: "dhai dhaai ढाई",
    3: "teen तीन", 4: "char chaar चार", 5: "panch paanch पांच पाँच", 6: "chhe chhah che छह छः छे",
    7: "saat sat सात", 8: "aath आठ", 9: "nau नौ", 10: "das dus दस", 11: "gyarah gyaarah ग्यारह",
    12: "barah baarah बारह", 13: "terah तेरह", 14: "chaudah चौदह", 15: "pandrah पंद्रह पन्द्रह", 16: "solah सोलह",
    17: "satrah सत्रह", 18: "atharah athaarah अठारह", 19: "unnis उन्नीस", 20: "bees बीस", 21: "ikkees ikkis इक्कीस",
    22: "baees bais बाईस", 23: "teis teyis तेईस", 24: "chaubees chaubis चौबीस", 25: "pachees pachis पच्चीस",
    26: "chhabbees chhabbis chabbis छब्बीस", 27: "sattaees sattais सत्ताईस", 28: "atthaees atthais athais अट्ठाईस",
    29: "untees untis उनतीस", 30: "tees तीस", 31: "ikattees iktees इकतीस", 32: "battees battis बत्तीस",
    33: "taintees taintis तैंतीस", 34: "chauntees chautis चौंतीस", 35: "paintees paintis पैंतीस",
    36: "chhattees chhattis छत्तीस", 37: "saintees saintis सैंतीस", 38: "adtees adtis अड़तीस",
    39: "untalees untalis उनतालीस", 40: "chalis chaalis chalees चालीस", 41: "iktalis इकतालीस",
    42: "bayalis bayalees बयालीस", 43: "taintalis तैंतालीस", 44: "chavalis chauvalis चौवालीस चवालीस",
    45: "paintalis paintalees पैंतालीस", 46: "chhiyalis छियालीस", 47: "saintalis सैंतालीस", 48: "adtalis अड़तालीस",
    49: "unchas उनचास", 50: "pachas pachaas पचास", 51: "ikyavan इक्यावन", 52: "baavan bavan बावन",
    53: "tirpan तिरपन", 54: "chauvan चौवन", 55: "pachpan पचपन", 56: "chhappan छप्पन", 57: "sattavan सत्तावन",
    58: "atthavan अट्ठावन", 59: "unsath उनसठ", 60: "साठ", 61: "iksath इकसठ", 62: "baasath basath बासठ",
    63: "tirsath तिरसठ", 64: "chausath चौंसठ चौसठ", 65: "painsath पैंसठ", 66: "chhiyasath छियासठ",
    67: "sadsath सड़सठ", 68: "adsath अड़सठ", 69: "unhattar उनहत्तर", 70: "sattar सत्तर", 71: "ikhattar इकहत्तर",
    72: "bahattar बहत्तर", 73: "tihattar तिहत्तर", 74: "chauhattar चौहत्तर", 75: "pachhattar pachattar पचहत्तर",
    76: "chhihattar छिहत्तर", 77: "satattar सतहत्तर", 78: "athattar अठहत्तर", 79: "unaasi unasi उनासी",
    80: "assi अस्सी", 81: "ikyasi इक्यासी", 82: "bayasi बयासी", 83: "tirasi तिरासी", 84: "chaurasi चौरासी",
    85: "pachasi pachaasi पचासी", 86: "chhiyasi छियासी", 87: "satasi सतासी", 88: "athasi अठासी", 89: "navasi नवासी",
    90: "nabbe नब्बे", 91: "ikyanve इक्यानवे", 92: "baanve banve बानवे", 93: "tiranve तिरानवे",
    94: "chauranve चौरानवे", 95: "pachanve पचानवे पंचानवे", 96: "chhiyanve छियानवे", 97: "satanve सत्तानवे",
    98: "athanve अट्ठानवे", 99: "ninyanve निन्यानवे",
}  # fmt: skip
HINDI = {word: value for value, spellings in HINDI_SPELLINGS.items() for word in spellings.split()}
# "Saadhe teen" is three and a half, "paune do" a quarter less than two; "sava sau" is a hundred and a quarter of it.
HINDI_SHIFTS = {
    "saadhe": 0.5, "sadhe": 0.5, "साढ़े": 0.5, "सा\u095dे": 0.5, "sava": 0.25, "savaa": 0.25, "सवा": 0.25,
    "paune": -0.25, "पौने": -0.25,
}  # fmt: skip

# Words of English or of everyday talk too: numbers only in company that is surely Hindi.
HINDI_AMBIGUOUS = word_set("do teen sat char che das dus bees tees nau")
HINDI_COMPANY = word_set(
    """
    aadha aadhi aaj aap aur baje bhi bukhar chammach dard dawai din dino dopahar ghanta ghante gilas goli
    haan hai hain hazaar hazar hoon ka katori ke khana khaya khaye khayee khayi ki kiya ko kadam liya maine
    mein mera mere meri minat mujhe nahi nahin paani pani peeta piya piye raat roti rotiyan roz sau shaam
    soya subah tha thi thoda
    """
)
# What stands after a number alone: "do litre", "teen roti".
HINDI_COUNTED = word_set(
    """
    litre liter glass gilas cup katori roti rotiyan chapati paratha ande anda kilometre kilometer km ghante ghanta
    minute baje goli tablet chammach biscuit idli baar sau hazaar hazar din plate bottle
    """
)
ENGLISH_DO_BEFORE = word_set(
    """
    also always and can could did doctors don't how i just may might must never not or people please really
    should still that they to we what when where which who why will would you
    """
)
ENGLISH_DO_AFTER = word_set("a an any have i it my not some that the these they this those want we you your")

HUNDREDS = frozenset({"hundred", "sau", "सौ"})
SCALES = {
    "thousand": 1_000, "hazaar": 1_000, "hazar": 1_000, "hajar": 1_000, "हजार": 1_000, "हज़ार": 1_000,
    "ह\u095bार": 1_000, "lakh": 100_000, "lac": 100_000, "लाख": 100_000, "million": 1_000_000,
    "crore": 10_000_000,
}  # fmt: skip
POINTS = frozenset({"point", "dot", "decimal"})
FRACTION_SIGNS = {"½": 0.5, "¼": 0.25, "¾": 0.75, "⅓": 1 / 3, "⅔": 2 / 3}
SLASHED = {("1", "2"): 0.5, ("1", "4"): 0.25, ("3", "4"): 0.75, ("1", "3"): 1 / 3, ("2", "3"): 2 / 3}

ORDINALS = word_set(
    """
    first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth hundredth thousandth
    thirds fourths fifths sixths eighths tenths
    """
)
PLURALS = word_set("twenties thirties forties fifties sixties seventies eighties nineties hundreds thousands")
# "The two hundreds", of tablets: the plural of the last word stands for the number.
SIZES = {
    "fives": "five", "eights": "eight", "tens": "ten", "twelves": "twelve", "fifteens": "fifteen",
    "twenties": "twenty", "thirties": "thirty", "forties": "forty", "fifties": "fifty", "sixties": "sixty",
    "seventies": "seventy", "eighties": "eighty", "nineties": "ninety", "hundreds": "hundred",
    "thousands": "thousand",
}  # fmt: skip
BEFORE_SIZE = word_set("of the my your his her those these our")
NOT_BEFORE_SIZE = word_set("in into over above below under to from until since during low mid high upper lower by")
ORDINAL_ENDINGS = frozenset({"st", "nd", "rd", "th"})
VAGUE = word_set("few couple several many some of")
# "That one", "no one": a pronoun. "At that point": no decimal point.
BEFORE_PRONOUN_ONE = word_set(
    """
    that this no which any every each another other some the only last next first big little good bad new
    right left same wrong
    """
)
BEFORE_NOUN_POINT = word_set("that this the a some which any one my your good no each every what")

SMALL = UNITS | TEENS | TENS
STARTS = frozenset({*SMALL, *ZEROS, *HINDI, *HINDI_SHIFTS, *HUNDREDS, *SCALES, *FRACTION_SIGNS, "half", "a", "point"})

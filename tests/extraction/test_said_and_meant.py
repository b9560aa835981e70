"""What is said and what is meant: short made-up dialogues, each trap beside the plain statement that looks like it.

Every dialogue is read by all extractors but that of medicines, and must yield exactly the entries listed with it.
"""

import pytest

from carelog.conversations.turns import Role, Turn
from carelog.extraction.local import finders
from carelog.extraction.utterances import read

ROLES = {"P": Role.PATIENT, "A": Role.AGENT, "D": Role.CLINICIAN, "C": Role.CARER}

# An if, an instruction, a warning of side effects or its echo is no statement.
IFS: list[tuple[str, list[str]]] = [
    ("A: If you get a fever over one hundred and one, call us. | P: Fever over one oh one. Okay.", []),
    ("A: If you get a fever over one hundred and one, call us. | P: I have a fever right now.", ["fever: present"]),
    ("A: If you get a fever, call us. | P: Fever since last night, actually.", ["fever: present, since last night"]),
    (
        "A: If you have chest pain or trouble breathing, call nine one one. | "
        "P: Chest pain or trouble breathing, got it.",
        [],
    ),
    ("A: Call us if you notice bleeding. | P: Bleeding, call you. Right.", []),
    ("A: Call us if you notice bleeding. | P: I do have some bleeding.", ["bleeding: present"]),
    ("P: What if I get a headache from it?", []),
    ("P: What if my headache comes back?", []),
    ("P: I've had a headache since Monday, what if it comes back?", ["headache: present, since Monday"]),
    ("A: Let's say you were still in pain after that, then we could talk about it.", []),
    ("P: If my sugar goes above 250, should I call?", []),
    ("P: My sugar was 250 this morning, should I call?", ["glucose 250 mg/dL"]),
    ("A: Agar bukhar 103 se upar jaaye toh turant aaiye.", []),
    ("P: Bukhar 103 hai.", ["fever: present", "temperature 39.4 °C"]),
    ("A: अगर शुगर 250 से ऊपर जाए या सीने में दर्द हो तो फ़ोन कीजिए।", []),
    ("P: सीने में दर्द हो रहा है", ["chest pain: present"]),
    ("A: Unless your temperature hits 102, stay home.", []),
    ("P: In case I get dizzy, should I sit down?", []),
    ("P: I was told to call if I felt short of breath.", []),
    ("P: When I feel dizzy I sit down.", ["dizziness: present"]),
    ("D: This one can cause nausea and diarrhea. | P: Nausea and diarrhea. Okay.", []),
    ("D: This one can cause nausea. | P: I already have nausea.", ["nausea: present"]),
    ("D: Some people get swollen ankles on it.", []),
    ("P: The leaflet says it may cause dizziness and dry mouth.", []),
    ("P: Since I started it I've had dizziness and a dry mouth.", ["dizziness: present", "dry mouth: present"]),
]
# Somebody else's illness, meal or night, named in the sentence before or by a carer of themself.
OTHER_PEOPLE: list[tuple[str, list[str]]] = [
    ("P: What if I catch my son's cold? He's got a sore throat and a cough, poor thing.", []),
    ("P: My son is home. He has a fever.", []),
    ("P: My son is home, and I have a fever.", ["fever: present"]),
    ("P: My wife's been sick. She was vomiting all night.", []),
    ("P: My wife's been sick, and now I'm vomiting too.", ["vomiting: present"]),
    ("P: My sister takes that, she gets a terrible cough.", []),
    ("P: My doctor asked about my cough. She says it's bronchitis. I cough all night.", ["cough: present"]),
    ("C: He has a fever and a cough since Monday.", ["fever: present, since Monday", "cough: present, since Monday"]),
    ("C: I've got a headache and I slept three hours.", []),
    ("C: She slept three hours.", ["sleep: 3 h"]),
    ("D: And how did you sleep, Nadia? | C: Three hours.", []),
    ("D: How did he sleep? | C: Three hours.", ["sleep: 3 h"]),
    ("C: I'm so stressed and worried.", []),
    ("C: She's been feeling sad and lonely.", ["depression: present", "mood: sad", "mood: lonely"]),
    ("C: I walked two miles this morning.", []),
    ("C: He walked two miles this morning.", ["walking, 3.22 km"]),
    ("C: I had two eggs for breakfast.", []),
    ("C: She had two eggs for breakfast.", ["egg, two (breakfast)"]),
    ("P: My husband's blood pressure was 150/90.", []),
    ("P: My neighbor has a cough and a fever.", []),
    ("P: Mere husband ko bukhar hai. Mujhe nahi hai.", []),
    ("P: Mujhe bukhar hai.", ["fever: present"]),
    ("P: My mother had a stroke and terrible headaches.", []),
    ("P: Everybody at work has a cough.", []),
]
# What was measured, read back, put right or only aimed at.
READINGS: list[tuple[str, list[str]]] = [
    ("P: BP 183/90 | P: sorry 138 not 183", ["blood pressure 138/90 mmHg"]),
    ("P: BP 183/90 | A: Noted. | P: sorry, 138/90", ["blood pressure 138/90 mmHg"]),
    ("P: BP 183/90 | P: *138/90", ["blood pressure 138/90 mmHg"]),
    ("P: sugar 241 | P: *214", ["glucose 214 mg/dL"]),
    (
        "P: BP 138/90 in the morning | P: 142/88 in the evening",
        ["blood pressure 138/90 mmHg", "blood pressure 142/88 mmHg"],
    ),
    (
        "A: What's your pressure? | "
        "P: One forty two over eighty eight. | "
        "A: I have one forty two over eighty eight. Is that right? | "
        "P: Correct.",
        ["blood pressure 142/88 mmHg"],
    ),
    (
        "A: What's your pressure? | "
        "P: One forty two over eighty eight. | "
        "A: I have one forty two over eighty six. Is that right? | "
        "P: No, eighty eight.",
        ["blood pressure 142/88 mmHg"],
    ),
    ("P: BP140/90", ["blood pressure 140/90 mmHg"]),
    ("P: bp-140/90,pulse-78", ["blood pressure 140/90 mmHg", "heart rate 78 per minute"]),
    ("P: My BP this morning | P: 140 over 90", ["blood pressure 140/90 mmHg"]),
    ("P: my sugar today was | P: 148", ["glucose 148 mg/dL"]),
    ("P: my sugar today was high | P: took 500 mg", []),
    ("P: We want it under 130/80.", []),
    ("P: My target is 130/80.", []),
    ("P: Last year my blood pressure was 160/100.", []),
    ("P: My sugar used to be 300.", []),
    ("P: This morning, one seventy... no wait, one ninety two. | A: Okay.", []),
    ("A: What was your sugar? | P: One seventy, no wait, let me look. One ninety two.", ["glucose 192 mg/dL"]),
    (
        "P: Sugar was 141 Saturday. | A: And what was it this morning? | P: One sixty eight, fasting.",
        ["glucose 141 mg/dL", "glucose 168 mg/dL, fasting"],
    ),
    ("P: I took the Glycomet. | A: What was it, 500? | P: 500.", []),
    ("P: Raat ko thermometer lagaya toh one hundred and one point four aaya.", ["temperature 38.6 °C"]),
    (
        "P: temp 101.4 last night | P: this morning a little lower, 99.8",
        ["temperature 38.6 °C", "temperature 37.7 °C"],
    ),
    ("P: temp 101.4 last night | P: this morning I took 2 tablets", ["temperature 38.6 °C"]),
    ("P: शुगर 148 आई है, बीपी 136/84", ["glucose 148 mg/dL", "blood pressure 136/84 mmHg"]),
    ("A: Do you have an oximeter? | P: I do. It says ninety six.", ["spo2 96 %"]),
    ("A: Do you have an oximeter? | P: I do. I'm ninety six years old.", []),
    ("A: Blood pressure? | P: One twenty six over, uh, seventy eight.", ["blood pressure 126/78 mmHg"]),
    ("P: Hold the pill if the top number is below 100.", []),
    ("P: my weight is 68 kg now, was 72 kg last year", ["weight 68 kg"]),
    ("P: BP 138/86 btw. pulse 82", ["blood pressure 138/86 mmHg", "heart rate 82 per minute"]),
    ("P: sys 142 dia 88 pulse 71", ["blood pressure 142/88 mmHg", "heart rate 71 per minute"]),
    (
        "P: my bp at the pharmacy was 150 over 95, at home 130 over 80",
        ["blood pressure 150/95 mmHg", "blood pressure 130/80 mmHg"],
    ),
    ("P: The nurse said anything over 140/90 is high.", []),
    ("D: If it stays above 150/95 we'll add a tablet.", []),
    ("P: Should I worry if it's 150/95?", []),
    ("P: It was 150/95, should I worry?", ["blood pressure 150/95 mmHg"]),
    ("P: My room is 140/90.", []),
    ("P: I weigh around 70 kilos.", ["weight 70 kg"]),
    ("P: I lost 3 kilos.", ["weight loss: present"]),
    ("P: I want to get to 70 kilos.", []),
    ("P: sugar fasting 110 and after lunch 160", ["glucose 110 mg/dL, fasting", "glucose 160 mg/dL, post meal"]),
    ("P: no fever, temp 98.4", ["fever: absent", "temperature 36.9 °C"]),
    ("P: My dad's sugar is 200.", []),
    ("P: Mom's BP 150/90", []),
    ("C: Mom's BP 150/90", ["blood pressure 150/90 mmHg"]),
    ("C: my own sugar is 200", []),
    ("P: Oxygen ninety seven.", ["spo2 97 %"]),
    ("P: Pulse was 72, sorry, 78.", ["heart rate 78 per minute"]),
    ("P: weight 72 kg | P: oops 71 kg", ["weight 71 kg"]),
    ("P: sorry I'm late, BP 138/90", ["blood pressure 138/90 mmHg"]),
    (
        "P: BP 128/80 yesterday | P: sorry for the delay. today 138/90",
        ["blood pressure 128/80 mmHg", "blood pressure 138/90 mmHg"],
    ),
    ("P: BP 128/80 at 8 am | P: actually it was 9 am", ["blood pressure 128/80 mmHg"]),
    ("P: BP 128/80 | A: Thanks. | P: took 40 mg telma, not 20", ["blood pressure 128/80 mmHg"]),
]
# What is joined shares its place and its denial.
LISTS: list[tuple[str, list[str]]] = [
    ("A: Any chest pain or tightness? | P: No, no.", ["chest pain: absent", "chest tightness: absent"]),
    ("A: Any stiffness? | P: Yes, in my neck.", ["neck stiffness: present"]),
    (
        "A: Any numbness or tingling in your hands or feet? | P: No.",
        ["numbness: absent, hands or feet", "tingling: absent, hands or feet"],
    ),
    ("A: Any nausea and/or vomiting? | P: Nope.", ["nausea: absent", "vomiting: absent"]),
    ("A: Any nausea or vomiting? | P: Some nausea, no vomiting.", ["nausea: present", "vomiting: absent"]),
    ("P: No fever or chills but a bad cough.", ["fever: absent", "chills: absent", "cough: present"]),
    (
        "P: I don't have a fever, chills or a cough, but my throat is sore.",
        ["fever: absent", "chills: absent", "cough: absent", "sore throat: present"],
    ),
    (
        "A: Any cough, fever or sore throat? | P: Just the cough.",
        ["fever: absent", "sore throat: absent", "cough: present"],
    ),
    (
        "A: Any dizziness, blurred vision or nausea? | P: Dizzy a little. The other two, no.",
        ["vision changes: absent", "nausea: absent", "dizziness: present, mild"],
    ),
    ("A: Any dizziness or nausea? | P: Dizzy, yes. The other one, no.", ["nausea: absent", "dizziness: present"]),
    ("A: Any pain or swelling in your knee? | P: No.", ["knee pain: absent", "knee swelling: absent"]),
    ("P: My knees and hips ache.", ["knee pain: present", "hip pain: present"]),
]
# Answers that limit, take back or leave open what was asked.
ANSWERS: list[tuple[str, list[str]]] = [
    ("A: Any shortness of breath? | P: Only when I climb stairs.", ["shortness of breath: present"]),
    ("A: Are you short of breath at rest? | P: No, only when I climb stairs.", ["shortness of breath: present"]),
    ("A: Do you still have the cough? | P: Not any more.", ["cough: absent"]),
    ("A: Any headache? | P: Gone.", ["headache: absent"]),
    ("A: Any headache? | P: Gone to see the doctor about it.", []),
    ("A: Any headache? | P: It comes and goes.", ["headache: present"]),
    ("A: Any fatigue? | P: No more than usual.", ["fatigue: absent"]),
    ("A: Any fever? | P: I don't know. I haven't checked.", []),
    ("A: Weight loss, night sweats? | P: I wish. No, neither.", ["weight loss: absent", "night sweats: absent"]),
    ("A: How bad is it? | P: Seven.", []),
    ("P: I have a headache. | A: How bad is it, from one to ten? | P: About a seven.", ["headache: present, severe"]),
    ("P: I have a headache. | A: Would you call it mild, moderate or severe? | P: Mild.", ["headache: present, mild"]),
    ("P: I have a headache. | A: How long have you had it? | P: Three days.", ["headache: present, for three days"]),
    (
        "P: I have a headache and a cough. | A: How long have you had it? | P: Three days.",
        ["headache: present", "cough: present"],
    ),
    (
        "P: I have a headache and a cough. | A: How long have you had them? | P: Three days.",
        ["headache: present, for three days", "cough: present, for three days"],
    ),
    ("P: I have a headache. | A: How long is the drive? | P: Three days.", ["headache: present"]),
    ("P: I've had this cough two weeks now.", ["cough: present, for two weeks"]),
    ("P: Tired, energy is 3 out of 10.", ["fatigue: present", "mood: energy low"]),
    ("P: My back pain is 8 out of 10.", ["back pain: present, severe"]),
    ("P: My mood is 7/10 today.", ["mood: good"]),
    ("P: The nausea's gone.", ["nausea: absent"]),
    ("P: The nausea's back.", ["nausea: present"]),
    ("P: I had a fever but it's gone now.", ["fever: absent"]),
    ("P: My cough has cleared up.", ["cough: absent"]),
    ("P: My cough has not cleared up.", ["cough: present"]),
    ("P: The pain in my knee is gone.", ["knee pain: absent"]),
    ("P: No more headaches.", ["headache: absent"]),
    ("P: My feet are always cold.", ["cold hands and feet: present"]),
    ("P: I'm always cold.", ["cold intolerance: present"]),
    ("P: Feet are sore from standing.", ["foot pain: present"]),
    ("D: Is penicillin your only allergy? | P: Yes, I get a rash from it.", []),
    ("D: Any allergies? | P: No, but I have a rash on my arm.", ["allergy: anything, refuted", "rash: present, arm"]),
    ("A: Any fever? | P: Not that I know of.", ["fever: absent"]),
    ("A: How is your cough? | P: Much better, thanks.", ["cough: present, improving"]),
    ("A: How is your cough? | P: It's gone.", ["cough: absent"]),
    ("A: Have you been feeling dizzy? | P: Every now and then.", ["dizziness: present"]),
    ("A: Any trouble sleeping? | P: No.", ["difficulty sleeping: absent"]),
    ("P: I don't think I have a fever.", ["fever: absent"]),
    ("P: It's not really pain, more of a tingling in my left hand.", ["pain: absent", "tingling: present, left hand"]),
    ("P: I was worried it might be chest pain but it was heartburn.", ["heartburn: present"]),
    ("P: My headaches have stopped since I started the tablets.", ["headache: absent"]),
    ("P: I get a headache when I skip coffee.", ["headache: present"]),
    ("P: I used to have migraines as a kid.", ["migraine (G43.909): resolved, confirmed"]),
    ("P: I have asthma. No wheezing today.", ["asthma (J45.909): active, confirmed", "wheezing: absent"]),
    ("P: The doctor gave me something for nausea.", []),
    ("P: He says I have a rash on my back.", ["rash: present, back"]),
    ("P: She asked if I had chest pain.", []),
    ("P: She asked if I had chest pain and I said no.", []),
    ("P: I told her I had chest pain.", ["chest pain: present"]),
    ("P: I'm here about my knee. It hurts when I bend it.", ["knee pain: present"]),
    ("P: no fever no cough no cold", ["fever: absent", "cough: absent"]),
    ("P: fever yes, cough no", ["fever: present", "cough: absent"]),
    ("P: Fever: no. Cough: yes.", ["fever: absent", "cough: present"]),
    ("D: So you've had chest pain for two days. | P: No, that was my husband.", []),
    ("D: You denied any fever. | P: Right.", ["fever: absent"]),
    (
        "D: Do you get chest pain or shortness of breath with exertion? | P: Not chest pain. Short of breath, yes.",
        ["chest pain: absent", "shortness of breath: present"],
    ),
    (
        "D: Any nausea, vomiting, or diarrhea? | P: Just some nausea in the morning.",
        ["vomiting: absent", "diarrhea: absent", "nausea: present"],
    ),
    (
        "D: Any nausea, vomiting, or diarrhea? | P: All of them.",
        ["nausea: present", "vomiting: present", "diarrhea: present"],
    ),
    ("D: Any fevers, chills? | P: No. Well, chills once.", ["fever: absent", "chills: present"]),
    ("D: Any chest pain? | P: No, just heartburn.", ["chest pain: absent", "heartburn: present"]),
    ("A: Any blood in your stool? | P: No blood.", ["blood in stool: absent"]),
    ("P: Bit of a cough, nothing major.", ["cough: present, mild"]),
    ("P: Worst headache of my life.", ["headache: present, severe"]),
    ("P: I'm not dizzy any more.", ["dizziness: absent"]),
    ("P: I'm no longer dizzy.", ["dizziness: absent"]),
    ("P: Haven't had a headache in two weeks.", ["headache: absent"]),
    ("P: It's been two weeks since my last headache.", []),
    ("P: Hopefully no headache tomorrow.", []),
    ("P: I hope the cough doesn't come back.", []),
    ("P: I'm afraid I've got a fever again.", ["fever: present"]),
]
# In both scripts.
HINDI: list[tuple[str, list[str]]] = [
    ("P: Saans lene mein koi dikkat nahi hai.", ["shortness of breath: absent"]),
    ("P: Saans lene mein dikkat ho rahi hai.", ["shortness of breath: present"]),
    ("P: Sir dard hai, halka sa.", ["headache: present, mild"]),
    ("P: Ulti nahi hui, par chakkar aa raha hai.", ["vomiting: absent", "dizziness: present"]),
    ("P: चक्कर नहीं, सीने में दर्द भी नहीं।", ["dizziness: absent", "chest pain: absent"]),
    ("P: घुटनों में दर्द है तीन हफ़्ते से", ["knee pain: present, तीन हफ़्ते से"]),
    ("A: Bukhar hai kya? | P: Nahi.", ["fever: absent"]),
    ("A: Bukhar hai kya? | P: Haan, kal se.", ["fever: present, kal se"]),
    ("P: khansi theek ho gayi", ["cough: absent"]),
    ("P: आज 30 मिनट टहला", ["walking, 30 min"]),
    ("P: आज टहला नहीं", []),
    ("P: पानी 8 गिलास पी लेता हूँ", ["water: 8 गिलास"]),
    ("P: Maine aaj do roti aur dal khayi", ["roti, do", "dal"]),
    ("P: Maine aaj nashta nahi kiya", []),
]
# What was eaten, drunk, slept, done and felt, and what was not.
DAILY_LIFE: list[tuple[str, list[str]]] = [
    ("P: I didn't walk today.", []),
    ("P: I walked 20 minutes today.", ["walking, 20 min"]),
    ("P: Skipped breakfast. Lunch was two rotis and dal.", ["roti, two (lunch)", "dal (lunch)"]),
    ("P: No breakfast today.", []),
    ("P: I'm planning to walk 30 minutes tomorrow.", []),
    ("P: Tomorrow I will do yoga for 30 minutes.", []),
    ("P: I'll go for a 3 mile run on Sunday.", []),
    ("P: 15 min yoga after school, only stretching.", ["yoga, 15 min"]),
    ("P: Yoga class got cancelled.", []),
    ("D: You should walk thirty minutes a day. | P: Thirty minutes a day. Okay.", []),
    ("P: I want to start swimming twice a week.", []),
    ("P: I swim twice a week.", ["swimming, twice a week"]),
    (
        "P: For dinner I had two chapatis, a small bowl of papaya, and some curd.",
        ["roti, two (dinner)", "papaya, a small bowl (dinner)", "yogurt, some (dinner)"],
    ),
    ("P: I drank half a litre of water.", ["water: 500 mL"]),
    ("P: I drank one and a half litres of water.", ["water: 1500 mL"]),
    ("P: I should drink two litres of water.", []),
    ("P: Two glasses of warm water so far.", ["water: Two glasses of warm water"]),
    ("A: Are you managing to drink? | P: yes abt 2 litres yesterday", ["water: 2000 mL"]),
    ("D: Do you drink? | P: A litre of cider on Sundays.", []),
    ("D: Do you drink alcohol? | P: Two pints a week.", []),
    (
        "A: How much water do you drink? | P: Not much. Three glasses of water, maybe.",
        ["water: Three glasses of water"],
    ),
    ("P: I didn't sleep well.", ["difficulty sleeping: present", "sleep: poor"]),
    ("A: How did you sleep? | P: On the sofa! Five hours, maybe. Not great.", ["sleep: 5 h, poor"]),
    ("A: How did you sleep? | P: Great. Eight hours.", ["sleep: 8 h, good"]),
    ("P: I should sleep eight hours.", []),
    ("P: Feeling tired and a bit low.", ["fatigue: present", "mood: low"]),
    ("P: My sugar is a bit low.", []),
    ("A: How's your mood? | P: A bit low, honestly.", ["mood: low"]),
    ("P: I'm not happy with the parking.", []),
    ("P: Slept 7 hours last night, woke up twice.", ["sleep: 7 h"]),
    ("P: I hardly slept.", ["sleep: poor"]),
    ("P: The baby slept eight hours.", []),
    ("P: The clinic is open eight hours, I slept fine.", ["sleep: fair"]),
    ("P: I need eight hours of sleep.", []),
    ("P: Walked to the kitchen.", []),
    ("P: I usually walk but not today.", []),
    ("P: I can walk two miles.", []),
    ("P: I used to run five miles a day.", []),
    ("P: My wife walks three miles every day.", []),
    ("P: We walk three miles every day.", ["walking, 4.83 km, every day"]),
    ("P: I was going to swim but the pool was closed.", []),
    ("P: I had two eggs, not three.", ["egg, two"]),
    ("P: I had toast without butter.", ["toast"]),
    ("P: My kids had pizza for dinner.", []),
    ("P: I'm going to have soup for dinner.", []),
    ("P: I had soup for dinner.", ["soup (dinner)"]),
    ("P: I'm allergic to eggs.", ["allergy: eggs"]),
    ("P: I didn't have lunch.", []),
    ("P: The doctor told me to eat more fruit.", []),
    ("P: I drank 1.5 L of water.", ["water: 1500 mL"]),
    ("P: drank 2.5 litres water today", ["water: 2500 mL"]),
    ("P: aadha litre paani piya", ["water: 500 mL"]),
    ("P: I didn't drink two litres of water.", []),
    ("P: I'm feeling down today.", ["depression: present", "mood: down"]),
    ("P: I fell down today.", []),
    ("P: Sit down, I told him.", []),
    ("P: I'm over the moon!", ["mood: over the moon"]),
    ("P: Energy is 8 out of 10.", ["mood: energy good"]),
    ("P: I'm calling about my mood ring.", []),
    ("P: He was angry with me.", []),
    ("P: I'm not sad.", []),
]
# Idioms, asides, repetitions and the rest of how people talk.
MIXED: list[tuple[str, list[str]]] = [
    ("P: My headache is gone, but now my stomach hurts.", ["headache: absent", "abdominal pain: present, stomach"]),
    ("P: I thought it was a migraine but it wasn't.", []),
    ("P: Does this cause dizziness?", []),
    ("P: I read that it causes hair loss.", []),
    ("P: My chest feels tight when I run.", ["chest tightness: present"]),
    ("P: Throat is sore and nose is running.", ["sore throat: present", "runny nose: present"]),
    ("P: I feel fine, no complaints.", []),
    ("P: I can't complain.", []),
    ("P: I'm tired of waiting on hold.", []),
    ("P: You're a pain in the neck.", []),
    ("P: It's a headache dealing with the insurance.", []),
    ("P: I'm sick of this.", []),
    ("P: My son weighs 20 kilos.", []),
    ("A: Did the dizziness go away? | P: Yes.", ["dizziness: absent"]),
    ("A: Did the dizziness go away? | P: No.", ["dizziness: present"]),
    ("A: Is the rash still there? | P: No, it cleared up.", ["rash: absent"]),
    ("A: Is the rash still there? | P: Yes.", ["rash: present"]),
    ("A: You're not having any chest pain, are you? | P: No.", ["chest pain: absent"]),
    ("A: You're not having any chest pain? | P: No, none.", ["chest pain: absent"]),
    ("A: No fever? | P: Right.", ["fever: absent"]),
    ("A: No fever? | P: Actually yes, since Monday.", ["fever: present, since Monday"]),
    ("A: Any cough? | P: My wife does, I don't.", ["cough: absent"]),
    ("A: Any cough? | P: My wife has one.", []),
    ("A: Any headaches? | P: What?", []),
    ("A: Any headaches? | P: Sorry, can you repeat that?", []),
    ("A: Any headaches? | P: Sorry? | A: Any headaches? | P: No.", ["headache: absent"]),
    ("A: Any headaches? | P: Hold on, the dog. | P: No, no headaches.", ["headache: absent"]),
    ("C: Dad has chest pain. I'm dizzy myself from no sleep.", ["chest pain: present"]),
    ("C: My father is coughing and he has a fever.", ["cough: present", "fever: present"]),
    ("C: My mother says her knee hurts.", ["knee pain: present"]),
    ("A: Any fever? | C: She says no.", ["fever: absent"]),
    ("A: Has he had any falls? | C: No falls.", ["falls: absent"]),
    ("A: Do you have a fever yourself? | C: Yes.", []),
    ("P: Took BP: 132/84 (left), 136/86 (right)", ["blood pressure 132/84 mmHg", "blood pressure 136/86 mmHg"]),
    ("P: BP was 140/90, after resting 130/80", ["blood pressure 140/90 mmHg", "blood pressure 130/80 mmHg"]),
    ("P: 98.6 on the radio is my favorite", []),
    ("P: I'm on Route 140/90", []),
    ("P: Meeting at 120/80 Main Street", []),
    ("P: My son scored 120 over 90", []),
    ("P: pulse 72-80", []),
    ("P: Sugar between 140 and 160", []),
    ("P: My A1c is 7.2", ["Hemoglobin A1c: 7.2 %"]),
    ("P: I walk my dog every morning for 20 minutes.", ["walking, 20 min, every morning"]),
    ("P: Had planned yoga but skipped it.", []),
    ("P: I'll have oatmeal tomorrow.", []),
    ("P: water 3 glasses", ["water: 3 glasses"]),
    ("P: only 3 glasses of water today", ["water: 3 glasses of water today"]),
    ("P: I take it with a glass of water.", []),
    ("P: bukhar nahi hai, khansi hai", ["fever: absent", "cough: present"]),
    ("P: sar dard nahi hai ab", ["headache: absent"]),
    ("P: pet mein dard hai do din se", ["abdominal pain: present, do din se"]),
    ("P: मुझे बुखार नहीं है", ["fever: absent"]),
    ("P: मुझे कल से बुखार है", ["fever: present, कल से"]),
    ("P: खाँसी ठीक हो गई", ["cough: absent"]),
    ("P: मेरी पत्नी को बुखार है", []),
    ("P: अगर बुखार आए तो क्या करूँ?", []),
    ("D: Bukhar ho toh paracetamol lena.", []),
    ("D: I don't want you getting dizzy.", []),
    ("D: Watch for redness or swelling. | P: Redness or swelling, okay.", []),
    ("D: Watch for redness or swelling. | P: There is some redness already.", ["redness: present"]),
    ("D: Tell me if you get a cough. | P: Will do. No cough so far.", ["cough: absent"]),
]


def entries(dialogue: str) -> list[str]:
    """The headlines of a dialogue, its turns set apart by |, said by patient, agent, doctor or carer."""
    turns = [
        Turn(i, line[3:], f"/dialog/{i}/body", role=ROLES[line[0]]) for i, line in enumerate(dialogue.split(" | "))
    ]
    spoken = read(turns)
    found = [finding for find in finders() for finding in find(spoken)]
    return [finding.payload.headline() for finding in found if finding.type != "medication"]


@pytest.mark.parametrize(("dialogue", "expected"), IFS)
def test_an_if_or_its_echo_is_no_statement(dialogue: str, expected: list[str]) -> None:
    assert sorted(entries(dialogue)) == sorted(expected)


@pytest.mark.parametrize(("dialogue", "expected"), OTHER_PEOPLE)
def test_what_others_have_is_not_the_subjects(dialogue: str, expected: list[str]) -> None:
    assert sorted(entries(dialogue)) == sorted(expected)


@pytest.mark.parametrize(("dialogue", "expected"), READINGS)
def test_only_what_was_measured_is_a_reading(dialogue: str, expected: list[str]) -> None:
    assert sorted(entries(dialogue)) == sorted(expected)


@pytest.mark.parametrize(("dialogue", "expected"), LISTS)
def test_joined_symptoms_share_place_and_denial(dialogue: str, expected: list[str]) -> None:
    assert sorted(entries(dialogue)) == sorted(expected)


@pytest.mark.parametrize(("dialogue", "expected"), ANSWERS)
def test_an_answer_says_no_more_than_it_says(dialogue: str, expected: list[str]) -> None:
    assert sorted(entries(dialogue)) == sorted(expected)


@pytest.mark.parametrize(("dialogue", "expected"), HINDI)
def test_hindi_is_read_in_both_scripts(dialogue: str, expected: list[str]) -> None:
    assert sorted(entries(dialogue)) == sorted(expected)


@pytest.mark.parametrize(("dialogue", "expected"), DAILY_LIFE)
def test_only_what_was_done_is_written(dialogue: str, expected: list[str]) -> None:
    assert sorted(entries(dialogue)) == sorted(expected)


@pytest.mark.parametrize(("dialogue", "expected"), MIXED)
def test_people_talk_as_they_do(dialogue: str, expected: list[str]) -> None:
    assert sorted(entries(dialogue)) == sorted(expected)

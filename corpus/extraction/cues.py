"""The lexicon of reporting: which words say that somebody says something, and how surely."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .words import word_set

Tier = Literal["say", "clause", "stance", "weak"]

# say: fires with any clause. clause: with "that", a finite clause or a quotation. stance: the verb itself is
# the act, so it fires with any object and belongs to the content. weak: with "that" or a quotation only.
_SAY = "say tell"
_CLAUSE = (
    "announce state add explain insist argue claim confirm maintain assert contend declare allege acknowledge concede "
    "admit note remark reveal report reiterate stress emphasize emphasise underscore underline highlight testify tweet "
    "write comment observe reply respond continue joke quip conclude affirm reaffirm proclaim disclose "
    "indicate suggest boast repeat estimate predict forecast clarify inform notify assure remind recount "
    "point_out make_clear go_on believe hope think fear expect post opine counter retort interject recall agree"
)
_STANCE = (
    "deny reject condemn denounce criticize criticise slam blast decry protest urge demand welcome "
    "praise applaud hail commend apologize apologise pledge vow promise threaten accuse blame defend dismiss dispute "
    "refute rebut warn caution regret express voice thank congratulate endorse oppose deplore lambast lambaste rebuke "
    "repudiate disavow complain lament swear plead implore rule_out call_for call_on appeal_for appeal_to object_to "
    "commit_to hit_back push_back lash_out speak_out take_issue stand_by back_away recommend propose reassure mourn "
    "encourage salute"
)
_WEAK = (
    "show find read learn demonstrate imply feel know suspect worry ask wonder answer call describe "
    "characterize characterise brand label release issue publish cite quote hear decide determine rule recognize "
    "recognise "
    "realize understand admonish advise "
)
_IRREGULAR = {
    "say": "says said saying",
    "tell": "tells told telling",
    "write": "writes wrote written writing",
    "find": "finds found finding",
    "show": "shows showed shown showing",
    "think": "thinks thought thinking",
    "feel": "feels felt feeling",
    "know": "knows knew known knowing",
    "read": "reads read reading",
    "deny": "denies denied denying",
    "decry": "decries decried decrying",
    "reply": "replies replied replying",
    "testify": "testifies testified testifying",
    "clarify": "clarifies clarified clarifying",
    "notify": "notifies notified notifying",
    "imply": "implies implied implying",
    "worry": "worries worried worrying",
    "quip": "quips quipped quipping",
    "slam": "slams slammed slamming",
    "admit": "admits admitted admitting",
    "rebut": "rebuts rebutted rebutting",
    "swear": "swears swore sworn swearing",
    "forecast": "forecasts forecast forecasted forecasting",
    "hear": "hears heard hearing",
    "understand": "understands understood understanding",
    "refer": "refers referred referring",
    "stand": "stands stood standing",
    "take": "takes took taken taking",
    "make": "makes made making",
    "go": "goes went going",
    "hit": "hits hit hitting",
    "lash": "lashes lashed lashing",
    "speak": "speaks spoke spoken speaking",
    "commit": "commits committed committing",
    "label": "labels labeled labelled labeling labelling",
    "reaffirm": "reaffirms reaffirmed reaffirming",
    "plead": "pleads pleaded pled pleading",
    "regret": "regrets regretted regretting",
}
_DOUBLE_S = ("s", "sh", "ch", "x", "z")


@dataclass(frozen=True, slots=True)
class Cue:
    """A form of a reporting verb: its lemma, its tier, the word that must follow, and its form."""

    lemma: str
    tier: Tier
    particle: str = ""
    form: Literal["base", "s", "past", "ing"] = "past"


def _forms(verb: str) -> list[tuple[str, Literal["base", "s", "past", "ing"]]]:
    if verb in _IRREGULAR:
        words = [verb, *_IRREGULAR[verb].split()]
        return [(word, _form(word, verb)) for word in words]
    stem = verb[:-1] if verb.endswith("e") else verb
    third = verb + ("es" if verb.endswith(_DOUBLE_S) else "s")
    return [(verb, "base"), (third, "s"), (stem + "ed", "past"), (stem + "ing", "ing")]


def _form(word: str, verb: str) -> Literal["base", "s", "past", "ing"]:
    if word == verb and verb not in {"read", "hit", "forecast"}:
        return "base"
    if word.endswith("ing"):
        return "ing"
    return "s" if word.endswith("s") else "past"


def _lexicon() -> dict[str, tuple[Cue, ...]]:
    table: dict[str, tuple[Cue, ...]] = {}
    tiers: tuple[tuple[Tier, str], ...] = (("say", _SAY), ("clause", _CLAUSE), ("stance", _STANCE), ("weak", _WEAK))
    for tier, words in tiers:
        for lemma in words.split():
            verb, _, particle = lemma.partition("_")
            for word, form in _forms(verb):
                table[word] = (*table.get(word, ()), Cue(lemma, tier, particle, form))
    return {word: tuple(sorted(cues, key=lambda cue: not cue.particle)) for word, cues in table.items()}


LEXICON = _lexicon()

# Verbs that stand after a quotation, or before its subject ("…," read the statement).
QUOTATIVE = frozenset(
    word
    for word, cues in LEXICON.items()
    for cue in cues
    if cue.form in ("past", "s")
    and not cue.particle
    and cue.lemma
    not in {"find", "show", "release", "issue", "publish", "cite", "hear", "decide", "determine", "rule", "learn"}
)

NEGATIONS = word_set(
    "not never n't cannot neither nor without didn't doesn't don't hasn't haven't hadn't won't wouldn't"
)
HYPOTHETICAL = word_set("if whether unless would could might may should can must to")
ADVERBS = word_set(
    "also has have had later then previously earlier recently again repeatedly further still even both "
    "all each just already once now today yesterday tonight himself herself itself themselves is are was "
    "been is’s only soon since always often sometimes simply nevertheless nonetheless meanwhile though "
    "however therefore instead thus"
)
WEEKDAYS = word_set("monday tuesday wednesday thursday friday saturday sunday")
MONTHS = word_set(
    "january february march april may june july august september october november december jan feb mar "
    "apr jun jul aug sep sept oct nov dec"
)
PRONOUNS = word_set("he she they it we i you who")
DETERMINERS = word_set(
    "the a an its his her their our this that these those some several many one two three both another"
)
SUBORDINATORS = word_set(
    "that which who whom whose when where while because but if as after before since although though "
    "whether than so or until unless yet nor whereas what how why once"
)
BE = word_set("is are was were be been being")
BE_HAVE = BE | word_set("has have had do does did will would can could may might must shall should")
FINITE = BE_HAVE | word_set(
    "won't can't isn't aren't wasn't weren't doesn't don't didn't hasn't haven't hadn't couldn't wouldn't "
    "it's they're we're"
)
PREPOSITIONS = word_set(
    "of for at in from with on to by about against over under during after before into through among "
    "between without within across around behind near despite"
)
ROLE_NOUNS = word_set(
    "company firm group manufacturer maker retailer bank airline automaker carmaker giant startup "
    "start-up corporation conglomerate contractor supplier operator developer producer chipmaker insurer "
    "drugmaker business parent ministry department agency bureau government administration commission "
    "regulator authority office council court committee parliament senate congress embassy consulate "
    "military army police navy state city county union league association alliance federation chamber "
    "coalition organization organisation foundation institute charity campaign watchdog party body bloc "
    "panel board team spokesperson spokesman spokeswoman spokespeople spokesmen representative official "
    "officials minister ministers president premier chancellor secretary chairman chairwoman chair "
    "chairperson director executive executives ceo founder co-founder head chief commissioner governor "
    "mayor senator congressman congresswoman lawmaker lawmakers ambassador diplomat diplomats envoy judge "
    "prosecutor prosecutors attorney attorneys lawyer lawyers counsel adviser advisor advisers advisors "
    "aide aides analyst analysts expert experts economist economists professor researcher researchers "
    "scientist scientists activist activists advocate advocates campaigner campaigners critic critics "
    "supporters opponents residents workers employees investors leader leaders manager managers officer "
    "officers authorities regulators companies firms groups unions sources source insiders witnesses "
    "doctors democrats republicans delegation organizers organisers partner partners owner owners member "
    "members sheriff general admiral statement letter report filing memo email release document documents "
    "complaint lawsuit study survey poll post tweet blog article newspaper announcement notice ruling "
    "order indictment communique declaration resolution people farmers students parents teachers families "
    "customers consumers shareholders others vice-president businessman billionaire candidate nominee "
    "mother father wife husband brother sister man woman victim historian pollster person observer observers "
    "strategist strategists insider pundit pundits commentator commentators proponent proponents voters friends allies "
    "associate associates colleagues lobbyist lobbyists negotiators retailers suppliers manufacturers exporters importers "
    "banks lenders monitors inspectors auditors villagers growers"
)
SPOKES = word_set(
    "spokesperson spokesman spokeswoman spokespeople spokesmen spokespersons representative representatives"
)
COUNSEL = word_set("lawyer lawyers attorney attorneys counsel solicitor barrister")
TEXTS = word_set(
    "statement letter release announcement notice communique declaration post tweet blog email memo message"
)
PERSONS = (
    SPOKES
    | COUNSEL
    | word_set(
        "he she ceo president chairman chairwoman chair director founder minister secretary commissioner "
        "executive officer chief governor senator mayor ambassador manager analyst economist professor "
        "official mr mrs ms dr"
    )
)

"""How the real sentences of the coded corpus were drawn: the first, stratified draw.

    python benchmarks/draw_sample.py

Draws again from the pool and compares ids, strata and inclusion probabilities with corpus/data/coded.tsv. Documents are divided by a
hash of their name; sentences by the first cue pattern that fits, the rarer acts first, and by register. The patterns are for recall: they
are strata, not labels.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import random
import re
from collections import defaultdict
from pathlib import Path

from communique.corpus import coded
from communique.corpus.codebook import DATA

HERE = Path(__file__).parent
SOURCES = {
    "wh": "us",
    "state": "us",
    "senate": "us",
    "ungdc": "un",
    "msa": "company",
    "hti5": "company",
    "srai": "company",
    "pressarc": "company",
}
QUOTAS = {
    "denial": 260, "acknowledgement": 220, "threat": 210, "reassurance": 230, "opposition": 170, "compliance_claim": 130,
    "harm_claim": 140, "engagement": 120, "demand": 120, "condemnation": 130, "support": 110, "commitment": 120,
    "human_rights": 100, "security": 90, "none": 150,
}  # fmt: skip
SIZES = {"test": 1.0, "dev": 0.55, "train": 1.8}
SHARES = {"us": 0.4, "un": 0.25, "company": 0.35}
CUES = {
    "acknowledgement": r"\b(apolog\w*|sorry|regret(?:s|ted)? (?:that we|our|the error|any|having)|our (?:own )?(?:mistake|failure|failing|shortcoming|fault)s?|we (?:\w+ )?(?:fell short|failed|made (?:a )?mistakes?|got (?:it|this|that) wrong|should have|could have done|have not (?:yet |always |fully )?(?:done|met|lived|been able))|(?:i|we) take (?:full )?responsibility|(?:our|my) responsibility for|shortcomings?|mistakes?|fell short|fallen short|non-?compliances?|non-?conformit\w+|breach(?:es)? (?:was|were)|identified (?:\w+ ){0,4}(?:instances?|cases?|issues?|gaps|breach\w*)|were (?:not|un)able to|did not (?:meet|achieve|live up)|lessons? (?:learn\w*|we)|not perfect|imperfect|dark chapter|painful (?:history|past|legacy)|our (?:history|past|sins?)|have a long way|we recognize that we|admit\w*|acknowledge\w*)\b",
    "denial": r"\b(den(?:y|ies|ied|ying)|groundless|baseless|unfounded|false(?:ly|hoods?)?|untrue|not true|no truth|fabricat\w*|slander\w*|misinformation|misunderst\w*|misconception|myths?|without (?:merit|foundation|basis)|no evidence|lies?|lying|liar|contrary to|never (?:been|had|engaged|done|said|used|sought|did|was|were)|nothing to do with|not (?:responsible|involved|the case|accurate|correct|about|the ones?|intended|an? )|no (?:such|basis|intention|link|connection)|wrongly|hoax\w*|alleg(?:ation|ed|es)\w*|accus\w*|refut\w*|so-called|simply not|inaccura\w*|mischaracteri\w*|misrepresent\w*|myth|(?:did|do|does|have|has|is|are|was|were)(?:n't| not) (?:\w+ )?(?:seek|pose|violate|commit|start|initiate|cause|support terrorism|possess|know of))\b",
    "threat": r"\b(consequences|countermeasures?|retaliat\w*|respond (?:decisively|firmly|forcefully|swiftly|accordingly|with)|hold (?:\w+ ){0,6}account\w*|held (?:\w+ )?accountable|will (?:pay|face|regret|not hesitate|be met|be punished|suffer)|pay (?:a|the) (?:\w+ )?price|reserve[sd]? (?:\w+ )?rights?|right (?:to|of) (?:respond|self-defen[cs]e|retaliat\w*)|all (?:options|necessary (?:means|measures|steps))|prepared to (?:take|use|act|impose)|will (?:strike|destroy|crush|hunt|defeat|impose|withdraw|revoke|terminate|prosecute|block|veto)|severe|costs? (?:on|to)|unless|or else|otherwise we|hell|fury|impunity|legal action|will leave|stop (?:supplying|offering)|exit the market|brought to justice|bring (?:\w+ ){0,4}to justice)\b",
    "reassurance": r"\b(reassur\w*|rest assured|assur(?:e|es|ed|ing|ance)|continu\w* to (?:serve|operate|provide|deliver|work|function|trade|be able)|not (?:be )?(?:affect|impact)\w*|no (?:significant|material|immediate|adverse|impact|effect|risk|change|interruption|cause for|need to)|under control|low(?:er)? risk|risk (?:is|was|of .{0,60} is|remains?|to be) (?:\w+ )?(?:low|limited|minimal|small)|minimal|remain\w* (?:committed|open|safe|stable|resilient|confident|strong|low|unchanged)|safe|don't (?:worry|panic)|do not (?:worry|panic|believe that)|calm|uninterrupted|business as usual|unaffected|well[- ]positioned|prepared for|we are ready|confident|stable|normal(?:ly)?|keep (?:\w+ )?(?:safe|running)|will be (?:okay|fine|ok)|we(?:'ve| have) got (?:this|your)|no one (?:making|will)|not going to (?:raise|cut|touch)|won't (?:raise|cut|touch|affect))\b",
    "opposition": r"\b(oppos\w*|object(?:s|ed|ion|ions|ing)?|reject\w*|protest\w*|regret\w*|disappoint\w*|concern(?:ed|s)?|disagree\w*|against|unacceptable|will not (?:tolerate|accept|allow|stand|support|recogni[sz]e|let)|cannot (?:accept|support|tolerate|allow|stand|remain)|challeng\w* (?:the|this)|resist\w*|refus\w*|not support|do not (?:support|agree|accept|believe)|repeal\w*|revers\w*|withdraw\w*|lift(?:ing)? (?:the|of)|urge\w* .{0,40} not|dissent\w*|veto|object|caution\w* against|stop (?:the|this)|ending?|abolish\w*|rescind\w*)\b",
    "compliance_claim": r"\b(compl(?:y|ies|ied|iance|ying|iant)|in accordance|in line with|pursuant to|adher\w*|abid\w*|code of (?:conduct|ethics)|codes|audit\w*|certif\w*|due diligence|policies|policy|polic(?:y|ies) (?:is|are)|ISO|standards?|zero[- ]tolerance|ratif\w*|implement\w*|fulfil\w*|obligations?|training|require (?:all|our|suppliers)|contract\w* (?:terms|clauses)|whistle\w*|questionnaire|accession|acced\w*|signatory|party to|upholds?|safeguards|governance)\b",
    "harm_claim": r"\b(harm\w*|hurt\w*|damag\w*|undermin\w*|deter\w*|burden\w*|cost\w* (?:jobs|americans|families|patients|billions)|threaten\w*|endanger\w*|jeopardi\w*|destroy\w*|devastat\w*|weaken\w*|worsen\w*|impede\w*|hinder\w*|stifl\w*|disrupt\w*|suffer\w*|exacerbat\w*|erod\w*|destabili\w*|cripple\w*|negative(?:ly)?|adverse\w*|disproportionate\w*|discourag\w*|increase\w* (?:risk|costs?|burden)|reduc\w* (?:access|ability|competition|transparency)|risk\w*|lead to|result in|would (?:make|mean|limit|create|leave|allow|remove)|could (?:make|mean|limit|create|leave|lead|result)|barriers?|cost)\b",
    "condemnation": r"\b(condemn\w*|denounc\w*|deplor\w*|outrag\w*|brutal\w*|illegal\w*|unlawful\w*|violat\w*|crimes?|criminal|aggress\w*|atroci\w*|regime|corrupt\w*|bully\w*|coerc\w*|hypocri\w*|double standards?|shameful\w*|disgrace\w*|reckless\w*|cowardly|heinous|barbar\w*|genocid\w*|invasion|occup(?:y|ied|ation)|blam\w*|fail(?:ed|s|ure|ing)? to|radical|betray\w*|tyran\w*|dictator\w*|oppress\w*|illegitimate|sham|unprovoked|unjust\w*|politically motivated|cheat\w*|steal\w*|unfair\w*|evil|wrong)\b",
    "engagement": r"\b(dialogue|talks|consult\w*|cooperat\w*|collaborat\w*|engag\w*|met with|meeting|discuss\w*|negotiat\w*|work(?:ing|ed)? (?:\w+ )?(?:with|together|closely)|partner\w*|multilateral\w*|stakeholders?|convene\w*|listen\w*|joint(?:ly)?|feedback|comments?)\b",
    "demand": r"\b(urg(?:e|es|ed|ing)|call(?:s|ed|ing)? (?:on|upon|for)|demand\w*|must|should|insist\w*|request\w*|recommend\w*|appeal\w* to|ask(?:s|ed|ing)? (?:that|the|congress|for)|need to|needs to|have to|let us|implore\w*|encourag\w*|ought|immediately|please)\b",
    "support": r"\b(support\w*|welcom\w*|endors\w*|applaud\w*|commend\w*|stand(?:s|ing)? (?:with|by|in|up)|solidarity|back(?:s|ed|ing)|favou?r|appreciat\w*|congratulat\w*|prais\w*|agree\w*|believe in|defend\w*|proud|champion\w*|advocat\w*|affirm\w*|hail\w*|thank\w*)\b",
    "commitment": r"\b(will|commit\w*|pledg\w*|announc\w*|we (?:have|are) (?:launched|launching|providing|investing|taking|suspending|terminat\w*)|by 20\d\d|million|billion|plan\w* to|going to|sanction\w*|suspend\w*|invest\w*|launch\w*|establish\w*|impos\w*|designat\w*|signed)\b",
    "human_rights": r"\b(human rights|freedoms?|dignity|repress\w*|forced labou?r|slavery|traffick\w*|discriminat\w*|privacy|humanitarian|racis\w*|racial|equality|equity|minorit\w*|refugees?|torture|justice|democra\w*|liberty|women|lgbt\w*|civilians?|press freedom|child labou?r|apartheid|persecut\w*)\b",
    "security": r"\b(security|defen[cs]e|sovereign\w*|territorial|terror\w*|war|wars|military|weapons?|nuclear|border\w*|attack\w*|troops|missiles?|arms|peacekeep\w*|safety|internal affairs|aggression|armed|violence|gangs?|cartels?|police)\b",
}
PATTERNS = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in CUES.items()}


def stratum(text: str) -> str:
    return next((name for name, pattern in PATTERNS.items() if pattern.search(text)), "none")


def squeeze(text: str) -> str:
    return re.sub(r"\W+", "", text).lower()


def split(document: str, held: set[str]) -> str:
    if document in held:
        return "held"
    place = int(hashlib.sha256(f"communique-1:{document}".encode()).hexdigest()[:8], 16) / 2**32
    return "test" if place < 0.22 else "dev" if place < 0.36 else "train"


def pool() -> list[dict]:
    rows = []
    for source in SOURCES:
        with gzip.open(coded.pool_folder() / f"{source}.jsonl.gz", "rt", encoding="utf-8") as file:
            rows += [json.loads(line) for line in file]
    return rows


def held_documents(rows: list[dict], folder: Path) -> set[str]:
    """Return the pool's documents that overlap with the forty whole documents."""
    with (HERE / "data" / "documents.tsv").open(encoding="utf-8") as file:
        names = {row["file"] for row in csv.DictReader(file, delimiter="\t")}
    text = squeeze(" ".join((folder / name).read_text(encoding="utf-8", errors="replace") for name in sorted(names)))
    hits, total = defaultdict(int), defaultdict(int)
    for row in rows:
        if len(letters := squeeze(row["text"])) > 40:
            total[row["doc"]] += 1
            hits[row["doc"]] += letters in text
    return {doc for doc in total if (hits[doc] >= 3 and hits[doc] / total[doc] > 0.3) or hits[doc] / total[doc] > 0.5}


def populations(rows: list[dict], held: set[str]) -> dict[tuple[str, str, str], list[str]]:
    seen, found = set(), defaultdict(list)
    for row in rows:
        if (key := squeeze(row["text"])) not in seen:
            seen.add(key)
            found[split(row["doc"], held), stratum(row["text"]), SOURCES[row["source"]]].append(row["id"])
    return found


def allocate(want: int, sizes: dict[str, int]) -> dict[str, int]:
    """Divide a stratum's quota by register; what a small register cannot give goes to the others."""
    found, left, share = {}, want, 1.0
    for register in sorted(SHARES, key=lambda name: sizes[name]):
        found[register] = min(sizes[register], round(left * SHARES[register] / share))
        left, share = left - found[register], share - SHARES[register]
    return found


def draw(found: dict[tuple[str, str, str], list[str]]) -> dict[str, tuple[str, str, float]]:
    drawn = {}
    for part, size in SIZES.items():
        for cue, quota in QUOTAS.items():
            sizes = {register: len(found[part, cue, register]) for register in SHARES}
            for register, n in allocate(round(quota * size), sizes).items():
                ids = sorted(found[part, cue, register])
                random.Random(f"{part}{cue}{register}").shuffle(ids)
                drawn |= {name: (part, f"{cue}/{register}", n / len(ids)) for name in ids[:n]}
    return drawn


def main() -> None:
    rows = pool()
    drawn = draw(populations(rows, held_documents(rows, coded.pool_folder().parent / "documents")))
    with (DATA / "coded.tsv").open(encoding="utf-8", newline="") as file:
        first = {
            row["id"]: row
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            if "/" in row["stratum"]
        }
    same = sum(
        (row["split"], row["stratum"]) == drawn.get(name, ("", ""))[:2]
        and abs(float(row["pi"]) - drawn[name][2]) < 1e-5
        for name, row in first.items()
    )
    print(
        f"{len(drawn)} drawn; {same} of the {len(first)} first-draw rows of coded.tsv are the same, with the same probability"
    )


if __name__ == "__main__":
    main()

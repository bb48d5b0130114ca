"""What names an act against or for something, and what it is directed at: the lexicon of `targets`."""

from __future__ import annotations

import re

from .words import word_set

_UNDO = (
    r"(?:withdraw|repeal|lift|reverse|reconsider|drop|revoke|rescind|scrap|suspend|cancel|abandon|overturn|waive|remove|"
    r"delay|postpone|abolish|annul|halt)"
)
_BE = r"(?:is|are|was|were|be|been|being)"
_HOW = r"(?: (?:\w+ly|simply|both|all|totally|so|deeply|also|clearly|plain))*"


def _cues(*parts: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(parts)})\b", re.IGNORECASE)


# What stands after one of these is what the act is directed at.
OBJECT = {
    "opposition": _cues(
        r"oppos(?:e|es|ed|ing)(?: to)?", r"opposition to", r"reject(?:s|ed|ing)?", r"rejection of",
        r"object(?:s|ed|ing)? to", r"objections? to", r"protests? (?:with|to) [^,.;]{1,60} (?:over|about|against)",
        r"protest(?:s|ed|ing)?(?: against| over| at)?", r"regret(?:s|ted|ting)?",
        r"disappoint(?:ed|ment) (?:by|with|at|in|over)", r"dismay(?:ed)? (?:by|at|over)",
        r"(?:am|are|is|be|been|was|were|stand|stands|vot\w+|fight\w*|firmly|strongly|speak|appeal\w*|rul\w+) against",
        r"(?:not|never|cannot) (?:accept|tolerate|recogni[sz]e|agree (?:to|with)|support|stand for|endorse|condone)",
        r"(?:concern(?:s|ed)?|alarm(?:ed)?|worried|worry|anger|unease) (?:about|over|with|at|by)",
        r"(?:dissatisf(?:action|ied)|disagree(?:s|d|ment)?|unhappy) with", r"su(?:e|es|ed|ing) over", r"challeng(?:e|es|ed|ing)",
        r"fight(?:s|ing)?", r"fought", r"resist(?:s|ed|ing)?", rf"to {_UNDO}",
    ),
    "support": _cues(
        r"welcom(?:e|es|ed|ing)", r"support(?:s|ed|ing)?(?: for| of)?", r"supportive of", r"endors(?:e|es|ed|ing)",
        r"endorsement of", r"back(?:s|ed|ing)(?: for| of)?", r"we back", r"applaud(?:s|ed|ing)?", r"st(?:and|ands|anding|ood) (?:with|by|behind)",
        r"solidarity with", r"favou?r of", r"voted? for", r"commend(?:s|ed|ing)?", r"prais(?:e|es|ed|ing)(?: for)?",
        r"thank(?:s|ed|ing)?", r"hail(?:s|ed|ing)?", r"salut(?:e|es|ed|ing)", r"defend(?:s|ed|ing)?", r"believes? in",
        r"uph(?:old|olds|eld)", r"congratulat(?:e|es|ed|ing)", r"(?:pleased|delighted) (?:with|by|at)", r"grateful to",
    ),
    "condemnation": _cues(
        r"condemn(?:s|ed|ing)?", r"condemnation of", r"denounc(?:e|es|ed|ing)", r"deplor(?:e|es|ed|ing)",
        r"decr(?:y|ies|ied|ying)", r"accus(?:e|es|ed|ing)", r"blam(?:e|es|ed|ing)", r"slam(?:s|med|ming)",
        r"lambast\w*", r"outraged? (?:at|by|over)", r"appalled (?:at|by)", r"critici[sz](?:e|es|ed|ing)", r"protest(?:s|ed)?(?: against)?",
    ),
    "denial": _cues(
        r"den(?:y|ies|ied|ying) (?:any|all|every) (?:involvement|role|part|responsibility|knowledge|hand) (?:in|for|of)",
        r"den(?:y|ies|ied|ying)(?: that)?", r"denials? (?:of|that)", r"reject(?:s|ed|ing)?", r"dismiss(?:es|ed|ing)?",
        r"refut(?:e|es|ed|ing)", r"rebut(?:s|ted|ting)?", r"disput(?:e|es|ed|ing)(?: that)?", r"contest(?:s|ed|ing)?",
        r"no truth (?:to|in)", r"no (?:basis|evidence|foundation|grounds) (?:for|of|that)", r"not (?:been )?involved in",
        r"nothing to do with", r"(?:it is |it’s |it's )?(?:simply )?(?:false|untrue|wrong|incorrect|absurd) (?:to (?:say|claim|suggest|allege) )?that",
    ),
    "demand": _cues(
        r"call(?:s|ed|ing)? (?:up)?on", r"call(?:s|ed|ing)? for", r"urg(?:e|es|ed|ing)", r"ask(?:s|ed|ing)?(?: that)?",
        r"appeal(?:s|ed|ing)? to", r"request(?:s|ed|ing)?(?: that)?", r"demand(?:s|ed|ing)?(?: that| from)?",
        r"implor(?:e|es|ed|ing)", r"insist(?:s|ed|ing)? that", r"expects?", r"what (?:will|would|does|do)",
        r"press(?:es|ed|ing)", r"invit(?:e|es|ed|ing)", r"let",
    ),
    "harm_claim": _cues(
        r"(?:hurt|hit|harmed|damaged|threatened|ruined|punished|affected|killed|caused|destroyed|displaced|burdened)"
        r"(?: \w+){0,4} by"
    ),
}  # fmt: skip

# What stands before one of these is: "The levy should be repealed", "These accusations are groundless".
_WRONG = (
    rf"{_BE}{_HOW} (?:unjust\w*|unacceptable|unlawful|illegal|wrong|unfair|politically|disgraceful|discriminatory|"
    r"unwarranted|an? (?:\w+ )?(?:outrage|crime|disgrace|shame|mistake|insult|violation|breach|provocation|attack|abuse))"
)
_ENDS = rf"(?:must|has to|have to|should|ought to|needs? to) (?:end|stop|cease|be (?:{_UNDO[3:-1]}|ended|stopped|struck)\w*)"
SUBJECT = {
    "opposition": _cues(rf"{_BE}{_HOW} (?:opposed|rejected|protested|resisted) by", _WRONG, _ENDS),
    "support": _cues(rf"{_BE}{_HOW} (?:welcomed|supported|endorsed|backed|applauded|welcome)"),
    "condemnation": _cues(rf"{_BE}{_HOW} (?:condemned|denounced|deplored)", _WRONG, _ENDS),
    "denial": _cues(
        rf"{_BE}{_HOW} (?:groundless|baseless|false|untrue|unfounded|without (?:any )?(?:merit|foundation|basis|substance)|"
        r"not (?:true|correct|accurate|the case|based|supported)|fabricated|misleading|inaccurate|incorrect|wrong|meritless|"
        r"nonsense|lies|(?:a|an|pure|sheer) (?:\w+ )?(?:lie|fabrication|misunderstanding|smear|distortion|myth|invention))"
    ),
    "demand": _cues(r"must", r"should", r"ought to", r"needs? to", r"ha(?:s|ve) to"),
}
FINITE_HARM = re.compile(
    r"\b(?:will|would|could|may|might|can|has|have|had|is|are|was|were|hurts?|harms?|threatens?|risks?|undermines?|"
    r"destroys?|damages?|punish(?:es|ed)?|ruin(?:s|ed)?|poison(?:s|ed)?|deters?|costs?|weakens?|endangers?|jeopardi[sz]es?)\b",
    re.IGNORECASE,
)
FINITE = re.compile(
    r"\b(?:will|would|could|may|might|can|has|have|had|is|are|was|were|must|does|did|do|knows?|violat\w+|broke|"
    r"breach\w+|lied|betray\w+|ignor\w+|attack\w+|kill\w+|destroy\w+|sold|sells|refus\w+|fail\w+)\b",
    re.IGNORECASE,
)

CLAIMS = word_set(
    "allegation allegations accusation accusations claim claims report reports story stories charge charges assertion "
    "assertions rumour rumours rumor rumors suggestion suggestions insinuation insinuations article findings finding "
    "narrative lie lies smear smears speculation complaint complaints"
)
ACTIONS = word_set(
    "decision decisions listing tariff tariffs duty duties ban bans sanction sanctions rule rules law laws measure measures "
    "restriction restrictions order orders bill policy policies proposal proposals ruling act legislation regulation "
    "regulations levy levies resolution designation investigation investigations tax taxes fine fines embargo blockade "
    "reform reforms plan plans move moves step steps permit permits licence license amendment directive draft standard "
    "standards budget quota quotas verdict judgment judgement treaty convention moratorium probe inquiry veto decree "
    "section sections clause provision provisions action actions scheme programme program controls control entry"
)
MEASURES = word_set(
    "punishing targeting banning restricting sanctioning blacklisting taxing excluding penalising penalizing cutting"
)
CONDUCT = word_set(
    "suppression repression persecution detention detentions crackdown aggression invasion war attack attacks attempt "
    "interference bullying violation violations killing killings killed brutality seizure conduct neglect abuse abuses "
    "torture occupation annexation oppression coercion harassment surveillance violence provocation provocations "
    "intimidation treatment behaviour behavior arrest arrests imprisonment massacre genocide atrocities bombing shelling "
    "incursion expulsion discrimination censorship failure practices practice pollution exploitation misconduct corruption"
)
STATES = word_set(
    "government ministry minister authorities authority regime administration agency regulator regulators parliament "
    "congress senate police army officials state department bureau commission council court governments legislators "
    "lawmakers policymakers"
)
FIRMS = word_set(
    "company companies firm firms manufacturer manufacturers supplier suppliers retailer retailers bank banks producer "
    "producers corporation corporations brands maker makers operator importers exporters"
)

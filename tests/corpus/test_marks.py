"""What a model marks in sentences, and what the extraction makes of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from communique.corpus.attributions import Attribution
from communique.corpus.extraction import Draft, extract
from communique.corpus.records import Document

PLAIN = "Ostra Minerals floated the idea of a levy. Rain fell."


def mark(text, source, cue, *contents, **fields):
    """Mark the words `source`, `cue` and `contents` of a sentence."""

    def place(words):
        return text.index(words), text.index(words) + len(words)

    return Attribution(place(cue), tuple(map(place, contents)), place(source) if source else None, **fields)


def marker(*marks):
    """Return a marker that knows these words: (source, cue, contents…, with fields in a dictionary at the end)."""

    def find(sentences):
        found = []
        for sentence in sentences:
            here = [one for one in marks if all(words in sentence for words in one[:-1])]
            found.append([mark(sentence, *one[:-1], **one[-1]) for one in here])
        return found

    return find


def extracted(text, *marks, **fields):
    return extract(Document("d", text, **fields), marker=marker(*marks))


def test_what_the_rules_leave_is_taken_from_the_model():
    (found,) = extracted(PLAIN, ("Ostra Minerals", "floated", "the idea of a levy", {"confidence": 0.9}))
    assert (found.rule, found.kind, found.confidence) == ("tagger", "indirect", 0.9)
    assert (found.speaker, found.actor, found.cue) == ("Ostra Minerals", "Ostra Minerals", "floated")
    assert PLAIN[found.start : found.end] == found.text == "floated the idea of a levy"
    assert not extract(Document("d", PLAIN))


def test_what_is_unsure_is_left_out():
    assert not extracted(PLAIN, ("Ostra Minerals", "floated", "the idea of a levy", {"confidence": 0.1}))


def test_what_somebody_wants_is_a_position_too():
    text = "Ostra Minerals wants the levy gone."
    (found,) = extracted(text, ("Ostra Minerals", "wants", "the levy gone", {"attitude": "think"}))
    assert (found.text, found.cue) == ("wants the levy gone", "wants")


def test_what_others_say_of_somebody_is_not_theirs():
    text = "Ostra Minerals is understood to favour a levy."
    assert not extracted(text, ("Ostra Minerals", "is understood", "to favour a levy", {}))
    text = "A levy was floated by Ostra Minerals in May."
    assert len(extracted(text, ("Ostra Minerals", "was floated", "A levy", {}))) == 1


def test_where_the_model_is_sure_it_is_preferred_to_a_rule():
    text = "Ostra Minerals said the mine was safe and signed the lease in May."
    (rule,) = extract(Document("d", text))
    (unsure,) = extracted(text, ("Ostra Minerals", "said", "the mine was safe", {"confidence": 0.8}))
    (sure,) = extracted(text, ("Ostra Minerals", "said", "the mine was safe", {"confidence": 0.95}))
    assert rule == unsure
    assert rule.text != sure.text == "the mine was safe"


def test_without_a_source_it_is_nobodys_statement():
    sentences = Draft(Document("d", PLAIN)).sentences
    marks = [[mark(text, None, "floated", "the idea") for _ in range("floated" in text)] for text in sentences]
    assert not Draft(Document("d", PLAIN)).statements(marks)


def test_a_verb_of_saying_before_a_clause_stays_outside():
    text = "Ostra Minerals let slip and said it was leaving."
    (found,) = extracted(text, ("Ostra Minerals", "let slip and said", "it was leaving", {}))
    assert found.text == "it was leaving"


@pytest.mark.parametrize("negation", ["has never floated", "has not floated", "has yet to float"])
def test_what_nobody_said_is_no_statement(negation):
    text = f"Ostra Minerals {negation} the idea of a levy."
    assert not extracted(text, ("Ostra Minerals", negation.split()[-1], "the idea of a levy", {}))


def test_quotations_make_it_mixed_and_are_not_cut():
    text = "Ostra Minerals floated a levy “on all of us” in May."
    (found,) = extracted(text, ("Ostra Minerals", "floated", "a levy “on all", {}))
    assert (found.kind, found.text) == ("mixed", "floated a levy “on all of us”")


def test_a_quotation_alone_is_direct_without_its_marks():
    text = "Ostra Minerals floated in its letter of May “a levy on all of us” once."
    (found,) = extracted(text, ("Ostra Minerals", "floated", "“a levy on all of us”", {}))
    assert (found.kind, found.text) == ("direct", "a levy on all of us")


def test_direct_quotations_of_the_rules_stay():
    text = "“We oppose the levy,” said Maren Holt of Ostra Minerals on Monday."
    alone = extract(Document("d", text))
    assert extracted(text, ("Ostra Minerals", "said", "We oppose", {"confidence": 0.99})) == alone


def test_pronouns_are_resolved_as_the_rules_do():
    text = "Ostra Minerals said it was leaving. It floated the idea of a levy."
    found = extracted(text, ("It", "floated", "the idea of a levy", {}))
    assert [one.actor for one in found] == ["Ostra Minerals", "Ostra Minerals"]


def test_silence_is_known():
    text = "Ostra Minerals kept mum and declined to comment further."
    found = extracted(text, ("Ostra Minerals", "declined", "to comment further", {"confidence": 0.99}))
    assert [one.no_comment for one in found] == [True]


def test_releases_and_transcripts_are_not_marked():
    release = Document("r", "We oppose the levy. It harms us.", speaker="Ostra Minerals")
    transcript = Document("t", "MS. HOLT: We oppose the levy.\n\nQUESTION: Why?\n\nMS. HOLT: It harms us.\n")
    assert not Draft(release).sentences
    assert not Draft(transcript).sentences


def test_a_bare_quotation_is_not_marked():
    text = "“We oppose the levy.” Ostra Minerals floated the idea."
    assert Draft(Document("d", text)).sentences == ["Ostra Minerals floated the idea."]


def test_marks_may_overlap():
    marks = ("Ostra Minerals", "floated", "the idea of a levy", {}), ("Ostra Minerals", "idea", "of a levy", {})
    assert len(extracted(PLAIN, *marks)) == 1


def test_an_attribution_moves_with_its_sentence():
    one = mark(PLAIN, "Ostra Minerals", "floated", "the idea")
    assert one.moved(3).moved(-3) == one
    assert one.moved(3).content == (one.content[0] + 3, one.content[1] + 3)
    assert replace(one, source=None).moved(3).source is None

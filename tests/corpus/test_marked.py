"""Articles with their attributions marked inline."""

from __future__ import annotations

import pytest

from communique.corpus.marked import articles

TEXT = """\
### a-1 | daily
<s>Ostra</s> <c k="say">denies</c> <q>delay</q>

<s>Ostra Minerals</s> <c k="say">said</c> <q>the mine would open in May</q>, <c2 k="say">adding</c2> that <q2>it had <s3>no</s3> <c3 k="think">fear</c3> of <q3>rain</q3></q2>. It rained.

<q>“We are ready,”</q> <s>she</s> <c k="say">said</c>. <q>“We open in May.”</q>

### a-2 | daily
Nothing is said here.

### a-3 | daily
Nor here.
"""


@pytest.fixture
def found(tmp_path):
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    return list(articles(tmp_path))


def words(article):
    text = article.document.text
    return [
        (text[slice(*one.source)] if one.source else None, text[slice(*one.cue)], text[slice(*one.content)])
        for one in article.attributions
    ]


def test_marks_become_spans_of_the_bare_text(found):
    assert "<" not in found[0].document.text
    assert words(found[0])[:2] == [
        ("Ostra", "denies", "delay"),
        ("Ostra Minerals", "said", "the mine would open in May"),
    ]
    assert found[0].document.title == "Ostra denies delay"


def test_a_second_attribution_shares_the_source_and_a_third_may_nest(found):
    assert words(found[0])[2:4] == [("Ostra Minerals", "adding", "it had no fear of rain"), ("no", "fear", "rain")]
    assert [one.attitude for one in found[0].attributions[:4]] == ["say", "say", "say", "think"]


def test_a_quotation_without_a_cue_is_of_the_one_who_spoke_last(found):
    assert words(found[0])[4:] == [("she", "said", "“We are ready,”"), ("she", "said", "“We open in May.”")]


def test_every_third_article_is_held_out(found):
    assert [article.held_out for article in found] == [False, False, True]


def test_the_shipped_articles_can_be_read():
    shipped = list(articles())
    assert any(article.held_out for article in shipped)
    for article in shipped:
        for one in article.attributions:
            for start, end in (one.cue, *one.contents, *([one.source] if one.source else [])):
                assert article.document.text[start:end].strip(), article.document.id

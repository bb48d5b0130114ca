"""The training of the tagger."""

from __future__ import annotations

import pytest

from communique.corpus import marked
from communique.corpus.marked import articles
from communique.models.tagger import LABELS, fresh, load
from communique.training import tagging
from communique.training.tagging import UNSEEN, marked_sentences, targets, train

SENTENCES = """\
### {n} | test
<s>Veltrane</s> <c k="say">opposes</c> <q>the <s2>new</s2> <c2 k="say">ban</c2> on <q2>it</q2></q>. The levy takes effect in May.

<s>Ostra</s> <c k="say">opposes</c> <q>the tariff</q>. We will read the ruling next week.

"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a.txt").write_text("".join(SENTENCES.format(n=n) for n in range(3)), encoding="utf-8")
    return tmp_path


@pytest.fixture
def sentences(folder):
    return list(marked_sentences(list(articles(folder))))


def test_sentences_carry_their_outer_attributions(sentences):
    assert [len(one.attributions) for one in sentences[:4]] == [1, 0, 1, 0]
    one = sentences[2]
    assert one.text[slice(*one.attributions[0].content)] == "the tariff"


def test_the_first_token_of_each_word_has_a_label(sentences, tiny_base):
    tagger = fresh(str(tiny_base))
    (words,) = tagger.encode([sentences[2].text])
    labels = targets(words, sentences[2].attributions)
    seen = [LABELS[label] for label in labels if label != UNSEEN]
    assert seen == ["begin-source", "begin-say", "begin-content", "inside-content", "none"]
    assert len(labels) == len(words.encoded)
    assert labels[0] == labels[-1] == UNSEEN


def learned(sentences, base):
    import torch

    torch.manual_seed(3)
    return train(sentences, epochs=30, base=fresh(str(base)))


def test_it_learns_and_the_same_data_give_the_same_weights(sentences, tiny_base, monkeypatch):
    import torch

    monkeypatch.setattr(tagging, "RATE", 3e-3)
    first, second = learned(sentences, tiny_base), learned(sentences, tiny_base)
    (found,) = first([sentences[2].text])[0]
    assert sentences[2].text[slice(*found.content)] == "the tariff"
    assert not first([sentences[1].text])[0]
    for name, weight in first.network.state_dict().items():
        assert torch.equal(weight, second.network.state_dict()[name]), name


def test_the_command_leaves_a_tagger_and_never_learns_what_is_held_out(folder, tiny_base, tmp_path, monkeypatch):
    given = []
    real = tagging.train

    def watched(sentences, **options):
        given.extend(sentences)
        return real(sentences, epochs=1, base=fresh(str(tiny_base)))

    monkeypatch.setattr(tagging, "train", watched)
    monkeypatch.setattr(tagging, "articles", lambda: marked.articles(folder))
    monkeypatch.setattr("sys.argv", ["tagging", "-o", str(tmp_path / "out")])
    tagging.main()
    assert len(given) == 8
    assert load(tmp_path / "out")(["The levy."]) is not None

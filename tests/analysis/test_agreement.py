"""Agreement between coders, against the krippendorff package and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from communique.analysis import agreement as agreeing
from communique.analysis.agreement import agreement, alpha, read_codings, table
from communique.corpus.errors import CommuniqueError


@pytest.fixture(autouse=True)
def _few_bootstraps(monkeypatch):
    monkeypatch.setattr(agreeing, "BOOTSTRAPS", 50)


def counts(codings, values):
    """From coders x items, None where somebody did not code, to items x values."""
    columns = list(zip(*codings, strict=True))
    return np.array([[sum(answer == value for answer in item) for value in values] for item in columns], dtype=float)


ANSWERS = st.lists(st.lists(st.sampled_from([0, 1, 2, None]), min_size=3, max_size=3), min_size=2, max_size=25).map(
    lambda rows: [list(coder) for coder in zip(*rows, strict=True)]
)


@given(ANSWERS)
def test_alpha_is_krippendorffs(codings):
    oracle = pytest.importorskip("krippendorff")
    found = alpha(counts(codings, [0, 1, 2]))
    data = np.array([[np.nan if answer is None else answer for answer in coder] for coder in codings], dtype=float)
    pairable = data[:, (~np.isnan(data)).sum(axis=0) > 1]
    values = np.unique(pairable[~np.isnan(pairable)])
    if len(values) < 2:
        assert np.isnan(found)
        return
    wanted = oracle.alpha(reliability_data=pairable, level_of_measurement="nominal", value_domain=[0.0, 1.0, 2.0])
    assert found == pytest.approx(wanted)


def test_alpha_by_hand():
    """Krippendorff 2011, example B: binary, two coders, no missing data."""
    a = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0]
    b = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    assert alpha(counts([a, b], [0, 1])) == pytest.approx(0.095, abs=5e-4)


def test_the_ends_of_alpha():
    assert alpha(np.array([[2.0, 0], [0, 2], [2, 0]])) == 1
    assert alpha(np.array([[1.0, 1], [1, 1]])) < 0
    assert np.isnan(alpha(np.array([[2.0, 0], [2, 0]])))
    assert np.isnan(alpha(np.zeros((0, 2))))
    assert np.isnan(alpha(np.array([[1.0, 0]])))


def codings(*rows):
    """Rows of (item, coder, labels, sentiment)."""
    found: dict = {}
    for item, coder, labels, sentiment in rows:
        answers = {name: str(int(name in labels)) for name in ("opposition", "support")}
        found.setdefault(item, {})[coder] = answers | ({"sentiment": sentiment} if sentiment else {})
    return found


PAIRS = codings(
    ("a", "x", {"opposition"}, "negative"), ("a", "y", {"opposition"}, "negative"), ("b", "x", set(), "neutral"),
    ("b", "y", {"opposition"}, "neutral"), ("c", "x", set(), "neutral"), ("c", "y", set(), "positive"), ("d", "x", {"support"}, ""),
)  # fmt: skip


def test_every_question_is_answered(book):
    found = {one.name: one for one in agreement(PAIRS, book)}
    assert list(found) == ["opposition", "support", "sentiment"]
    opposition = found["opposition"]
    assert (opposition.items, opposition.positives) == (3, 2)
    assert opposition.f1 == pytest.approx(2 / 3), "one pair agrees on yes, one pair does not"
    assert opposition.low <= opposition.alpha <= opposition.high
    assert np.isnan(found["support"].alpha), "d has one coder only, and nobody else gives support"
    assert found["sentiment"].items == 3


def test_f1_is_the_mean_of_coder_against_coder():
    from sklearn.metrics import f1_score

    rng = np.random.default_rng(1)
    a, b = rng.random(50) < 0.4, rng.random(50) < 0.4
    found = agreeing._pairwise_f1(counts([list(a), list(b)], [False, True]), (a.astype(float) + b))
    assert found == pytest.approx(f1_score(a, b))
    assert found == pytest.approx(f1_score(b, a))


def test_the_seed_decides_the_interval(book):
    many = codings(
        *(
            (f"i{n}", coder, {"opposition"} if (n * k) % 3 else set(), "neutral")
            for n in range(30)
            for k, coder in enumerate("xy", 1)
        )
    )
    one, same, other = (agreement(many, book, seed)[0] for seed in (0, 0, 1))
    assert (one.low, one.high) == (same.low, same.high)
    assert one.alpha == other.alpha


def test_the_table_has_a_row_a_question(book):
    text = table(agreement(PAIRS, book))
    assert "| opposition | 3 | 2 |" in text
    assert len({line.count("|") for line in text.splitlines()}) == 1


def test_items_that_one_coder_coded_say_nothing(book):
    found = agreement(codings(("a", "x", {"opposition"}, "negative"), ("b", "x", set(), "neutral")), book)
    assert [one.items for one in found] == [0, 0, 0]
    assert all(np.isnan(one.alpha) for one in found)
    table(found)


# --- files


def test_codings_are_read_from_tables(tmp_path, book):
    (tmp_path / "x.csv").write_text(
        "id,coder,labels,sentiment\na,x,opposition;support,negative\nb,x,,\n", encoding="utf-8-sig"
    )
    (tmp_path / "y.tsv").write_text("id\tcoder\tlabels\na\ty\topposition, support\n")
    found = read_codings([tmp_path / "x.csv", tmp_path / "y.tsv"], book)
    assert found["a"]["x"] == {"opposition": "1", "support": "1", "sentiment": "negative"}
    assert found["a"]["y"] == {"opposition": "1", "support": "1"}
    assert found["b"]["x"] == {"opposition": "0", "support": "0"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"id,labels\na,\n", ["'coder'", "labels"]),
        (b"", ["'id'"]),
        (b"id,coder,labels\na,x,joy\n", ["'joy'", "a", "tiny"]),
    ],
)
def test_what_is_wrong_is_named(tmp_path, book, content, words):
    (tmp_path / "c.csv").write_bytes(content)
    with pytest.raises(CommuniqueError) as error:
        read_codings([tmp_path / "c.csv"], book)
    for word in ("c.csv", *words):
        assert word in str(error.value)


@pytest.mark.parametrize(
    "content",
    [b"id,coder,labels\na,x\n", b"id,coder,labels\na,x,opposition,support\n", b"id,coder,labels\ngr\xf6\xdfe,x,\n"],
)
def test_a_short_row_and_another_encoding_are_named(tmp_path, book, content):
    (tmp_path / "c.csv").write_bytes(content)
    with pytest.raises(CommuniqueError, match=r"c\.csv"):
        read_codings([tmp_path / "c.csv"], book)


def test_a_choice_that_is_none_is_named(tmp_path, book):
    (tmp_path / "c.csv").write_text("id,coder,labels,sentiment\na,x,,glad\n")
    with pytest.raises(CommuniqueError, match="glad"):
        read_codings([tmp_path / "c.csv"], book)


def test_an_item_that_a_coder_coded_twice_is_named(tmp_path, book):
    (tmp_path / "c.csv").write_text("id,coder,labels\na,x,opposition\na,x,\n")
    with pytest.raises(CommuniqueError, match="a"):
        read_codings([tmp_path / "c.csv"], book)

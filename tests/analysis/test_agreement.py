"""Agreement between coders, against the krippendorff package and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from communique.analysis import agreement as agreeing
from communique.analysis.agreement import agreement, alpha, read_codings, table
from communique.analysis.coefficients import ac1, fleiss, pairwise_f1
from communique.analysis.coefficients import agreement as agreeing_share
from communique.corpus.annotations import CodedUnit
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
    three = counts([[1, 0, 0], [1, 1, 0]], [0, 1])
    assert (opposition.share, opposition.fleiss, opposition.ac1) == (agreeing_share(three), fleiss(three), ac1(three))
    assert opposition.cohen == pytest.approx(0.4)
    assert np.isnan(found["support"].alpha), "d has one coder only, and nobody else gives support"
    assert found["sentiment"].items == 3


def test_f1_is_the_mean_of_coder_against_coder():
    from sklearn.metrics import f1_score

    rng = np.random.default_rng(1)
    a, b = rng.random(50) < 0.4, rng.random(50) < 0.4
    found = pairwise_f1(counts([list(a), list(b)], [False, True]), (a.astype(float) + b))
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


def test_documents_are_drawn_whole(book):
    """Sentences of one document are alike: intervals that know of it are wider."""
    rows = [
        (f"{n}-{k}", coder, {"opposition"} if (n % 3 == 0) != (coder == "y" and n % 5 == 0) else set(), "neutral")
        for n in range(20)
        for k in range(10)
        for coder in "xy"
    ]
    found = codings(*rows)
    documents = {item: item.split("-")[0] for item in found}
    alone, together = (agreement(found, book, 0, given)[0] for given in ({}, documents))
    assert alone.alpha == together.alpha
    assert together.high - together.low > 2 * (alone.high - alone.low)


def test_one_document_says_nothing_of_others(book):
    """A bootstrap that can draw one document only knows no spread, and must not show certainty."""
    opposition = agreement(PAIRS, book, documents=dict.fromkeys("abcd", "d1"))[0]
    assert not np.isnan(opposition.alpha)
    assert np.isnan([opposition.low, opposition.high]).all()
    assert f"| {opposition.alpha:.3f} |" in table([opposition])


def test_the_document_is_known_from_any_coders_file():
    units = [
        CodedUnit("a", "", frozenset(), coder=coder, document=document)
        for coder, document in (("anna", "d1"), ("ben", "a"))
    ]
    assert agreeing.documents(units) == agreeing.documents(units[::-1]) == {"a": "d1"}
    assert agreeing.documents(units[1:]) == {"a": "a"}


def test_every_two_coders_have_their_own_figures(book):
    found = agreeing.pairs(
        codings(
            ("a", "x", {"opposition"}, "negative"), ("a", "y", {"opposition"}, "negative"), ("a", "z", set(), "neutral"),
            ("b", "x", set(), "neutral"), ("b", "y", set(), "neutral"), ("b", "z", {"opposition"}, ""), ("c", "z", set(), ""),
        ),
        book,
    )  # fmt: skip
    opposition = {one.coders: one for one in found if one.name == "opposition"}
    assert {names: (one.items, one.share, one.cohen, one.f1) for names, one in opposition.items()} == {
        ("x", "y"): (2, 1, 1, 1), ("x", "z"): (2, 0, -1, 0), ("y", "z"): (2, 0, -1, 0),
    }  # fmt: skip
    assert [one.items for one in found if one.name == "sentiment"] == [2, 1, 1]
    assert "| opposition | x – y | 2 | 1.000 |" in agreeing.pairs_table(found)


def test_cohens_kappa_of_more_than_two_is_the_mean_over_pairs(book):
    found = codings(*((f"i{n}", coder, {"opposition"} if (n + k) % 3 else set(), "neutral") for n in range(9) for k, coder in enumerate("xyz")))  # fmt: skip
    kappas = [one.cohen for one in agreeing.pairs(found, book) if one.name == "opposition"]
    assert agreement(found, book)[0].cohen == pytest.approx(np.mean(kappas))


# --- files


def test_codings_are_read_from_tables(tmp_path, book):
    (tmp_path / "x.csv").write_text(
        "id,coder,labels,sentiment\na,x,opposition;support,negative\nb,x,no label,\nc,x,,\n", encoding="utf-8-sig"
    )
    (tmp_path / "y.tsv").write_text("id\tcoder\tlabels\na\ty\topposition, support\n")
    found = read_codings([tmp_path / "x.csv", tmp_path / "y.tsv"], book)
    assert found["a"]["x"] == {"opposition": "1", "support": "1", "sentiment": "negative"}
    assert found["a"]["y"] == {"opposition": "1", "support": "1"}
    assert found["b"]["x"] == {"opposition": "0", "support": "0"}
    assert "c" not in found, "a blank is no judgement"


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_tables_of_other_spreadsheets_are_read(tmp_path, book, delimiter):
    rows = (("id", "coder", "labels"), ("a", "x", "opposition, support"), ("b", "x", "no label"))
    (tmp_path / "c.csv").write_text("".join(f"{delimiter.join(row)}\n" for row in rows), encoding="utf-8-sig")
    assert read_codings([tmp_path / "c.csv"], book)["a"]["x"] == {"opposition": "1", "support": "1"}
    texts = [(*row, text) for row, text in zip(rows, ("text", "We saw it.", "It rained."), strict=True)]
    (tmp_path / "t.csv").write_text("".join(f"{delimiter.join(row)}\n" for row in texts), encoding="utf-8")
    assert set(read_codings([tmp_path / "t.csv"], book)) == {"a", "b"}


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
    (tmp_path / "c.csv").write_text("id,coder,labels\na,x,opposition\na,x,no label\n")
    with pytest.raises(CommuniqueError, match="a"):
        read_codings([tmp_path / "c.csv"], book)


def test_a_file_for_each_coder_needs_no_column(tmp_path, book):
    (tmp_path / "anna.csv").write_text("id,labels\na,support\n")
    (tmp_path / "ben.csv").write_text("id,text,opposition,support\na,We saw it.,,0\nb,It rained.,,\n")
    found = read_codings([tmp_path / "anna.csv", tmp_path / "ben.csv"], book)
    assert found == {"a": {"anna": {"opposition": "0", "support": "1"}, "ben": {"support": "0"}}}, (
        "a blank is no answer"
    )


def test_the_wide_layout_without_texts(tmp_path, book):
    (tmp_path / "c.csv").write_text("id,coder,opposition,support\na,x,1,\n")
    assert read_codings([tmp_path / "c.csv"], book) == {"a": {"x": {"opposition": "1"}}}


def test_an_export_of_a_tool_is_read_like_a_table(tmp_path, book):
    (tmp_path / "p.jsonl").write_text(
        '{"text": "x", "_input_hash": 1, "accept": ["support"], "answer": "accept", "_annotator_id": "anna"}\n'
        '{"text": "x", "_input_hash": 1, "accept": [], "answer": "accept", "_annotator_id": "ben"}\n'
    )
    (item,) = read_codings([tmp_path / "p.jsonl"], book).values()
    assert {coder: given["support"] for coder, given in item.items()} == {"anna": "1", "ben": "0"}


def test_who_coded_must_be_known(tmp_path, book):
    (tmp_path / "c.csv").write_text("id,text,labels\na,We saw it.,support\n")
    with pytest.raises(CommuniqueError, match=r"c\.csv does not say who coded a"):
        read_codings([tmp_path / "c.csv"], book)


def test_ids_that_are_mixed_up_are_named(tmp_path, book):
    (tmp_path / "x.csv").write_text("id,text,labels\na,We saw it.,support\n")
    (tmp_path / "y.csv").write_text("id,text,labels\na,It rained.,support\n")
    with pytest.raises(CommuniqueError, match="two different texts"):
        read_codings([tmp_path / "x.csv", tmp_path / "y.csv"], book)


def test_rows_that_are_no_statement_are_read_and_compared(tmp_path, book):
    head = "id,text,is_statement,speaker_right,opposition,support\n"
    (tmp_path / "anna.csv").write_text(head + "a,We saw it.,0,,,\nb,It rained.,1,1,1,0\nc,It snowed.,,0,,\n")
    (tmp_path / "ben.csv").write_text(head + "a,We saw it.,0,,,\nb,It rained.,1,0,1,0\nc,It snowed.,,,,\n")
    found = read_codings([tmp_path / "anna.csv", tmp_path / "ben.csv"], book)
    assert found["a"] == {"anna": {"is_statement": "0"}, "ben": {"is_statement": "0"}}
    assert found["c"] == {"anna": {"speaker_right": "0"}}
    figures = {one.name: one for one in agreement(found, book)}
    assert list(figures) == ["is_statement", "speaker_right", "opposition", "support", "sentiment"]
    assert (figures["is_statement"].items, figures["is_statement"].positives, figures["is_statement"].alpha) == (
        2,
        1,
        1,
    )
    assert figures["speaker_right"].share == 0
    assert [one.items for one in agreeing.pairs(found, book) if one.name == "is_statement"] == [2]

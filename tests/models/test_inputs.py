"""What the encoder sees: segments, windows, batches."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communique.corpus.records import Unit
from communique.models.inputs import Encoded, Example, InputFormat, encode, token_batches

FORM = InputFormat(max_text=24, max_context=16)


@pytest.fixture(scope="module")
def tokenizer(tiny_base):
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(str(tiny_base))


@pytest.mark.parametrize(
    ("fields", "speaker"),
    [
        ({"actor": "Ostra", "speaker": "a spokesman"}, "Ostra"),
        ({"speaker": "a spokesman"}, "a spokesman"),
        ({}, ""),
    ],
)
def test_an_example_names_the_actor_before_the_speaker(fields, speaker):
    unit = Unit("u", "d", "s", "We deny it.", 0, 11, before="It was said.", **fields)
    assert Example.of(unit) == Example("We deny it.", "It was said.", speaker)


@pytest.mark.parametrize(
    ("form", "example", "second"),
    [
        (FORM, Example("x"), None),
        (FORM, Example("x", "  "), None),
        (FORM, Example("x", "Before."), "Before."),
        (FORM, Example("x", "", "Ostra"), "(Ostra)"),
        (FORM, Example("x", "Before.", "Ostra"), "Before. (Ostra)"),
        (InputFormat(before=False), Example("x", "Before.", "Ostra"), "(Ostra)"),
        (InputFormat(speaker=False), Example("x", "Before.", "Ostra"), "Before."),
        (InputFormat(before=False, speaker=False), Example("x", "Before.", "Ostra"), None),
    ],
)
def test_the_second_segment(form, example, second):
    assert form.second(example) == second


def test_without_context_there_is_one_segment(tokenizer):
    (row,) = encode(tokenizer, [Example("We oppose the ban.")], FORM)
    assert set(row.token_type_ids) == {0}
    assert row.input_ids.count(tokenizer.sep_token_id) == 1


def test_the_sentence_comes_first_then_the_context(tokenizer):
    (row,) = encode(tokenizer, [Example("We oppose the ban.", "The levy was news.", "Ostra")], FORM)
    first = [token for token, kind in zip(row.input_ids, row.token_type_ids, strict=True) if kind == 0]
    assert tokenizer.decode(first, skip_special_tokens=True).startswith("we oppose the ban")
    assert tokenizer.decode(row.input_ids, skip_special_tokens=True).endswith("( ostra )")


def test_a_long_context_loses_its_beginning_and_keeps_the_speaker(tokenizer):
    context = "ban " * 60 + "ruling"
    (row,) = encode(tokenizer, [Example("We oppose the levy.", context, "Ostra")], FORM)
    assert len(row) <= FORM.max_text + FORM.max_context
    text = tokenizer.decode(row.input_ids, skip_special_tokens=True)
    assert text.startswith("we oppose the levy")
    assert text.endswith("ban ruling ( ostra )")


@pytest.mark.parametrize("max_context", [0, 1, 3])
def test_a_small_context_leaves_the_sentence_whole(tokenizer, max_context):
    form = InputFormat(max_text=24, max_context=max_context)
    (row,) = encode(tokenizer, [Example("ban " * 24, "The levy was news.", "Ostra")], form)
    assert row.input_ids.count(tokenizer.convert_tokens_to_ids("ban")) == 24
    assert (1 in row.token_type_ids) == (max_context > 0)


@pytest.fixture(scope="module")
def byte_level():
    """A tokenizer whose tokens are bytes, as RoBERTa's are for scripts it has not seen."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: n for n, token in enumerate(["<s>", "</s>", "<pad>", *letters])}
    made = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.post_processor = processors.RobertaProcessing(("</s>", 1), ("<s>", 0), add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(tokenizer_object=made, cls_token="<s>", sep_token="</s>", pad_token="<pad>")


@pytest.mark.parametrize("speaker", ["", "Ostra"])
def test_a_letter_of_several_tokens_is_counted_as_such(byte_level, speaker):
    text = "我们反对禁令。" * 3  # 21 letters, 63 tokens
    rows = encode(byte_level, [Example(text, "", speaker)], FORM)
    found = [byte_level.decode(row.input_ids, skip_special_tokens=True).removesuffix(f"({speaker})") for row in rows]
    assert len(rows) > 1
    assert all(window in text for window in found)
    assert text.startswith(found[0])
    assert text.endswith(found[-1])


def test_a_long_sentence_gives_windows_that_overlap_by_half(tokenizer):
    things = ["ban", "levy", "tariff", "ruling", "listing"]
    words = [things[n % 5] for n in range(100)]
    rows = encode(tokenizer, [Example("We oppose it."), Example(" ".join(words))], FORM)
    assert [row.example for row in rows] == [0, *[1] * (len(rows) - 1)]
    found = [tokenizer.decode(row.input_ids, skip_special_tokens=True).split() for row in rows[1:]]
    assert all(len(words) <= FORM.max_text for words in found)
    half = FORM.max_text // 2
    for n, window in enumerate(found):
        assert window == words[n * half : n * half + FORM.max_text]
    assert sum(len(window) for window in found[:-1]) - half * (len(found) - 1) + len(found[-1]) >= 100


def test_every_window_carries_the_context(tokenizer):
    rows = encode(tokenizer, [Example("ban " * 60, "The levy was news.", "Ostra")], FORM)
    assert len(rows) > 1
    assert all("ostra" in tokenizer.decode(row.input_ids) for row in rows)


@given(
    st.lists(
        st.builds(Example, st.text(max_size=200), st.text(max_size=120), st.text(max_size=30)), min_size=1, max_size=5
    )
)
def test_any_text_is_encoded_within_its_limits(tokenizer, examples):
    rows = encode(tokenizer, examples, FORM)
    assert {row.example for row in rows} == set(range(len(examples)))
    assert [row.example for row in rows] == sorted(row.example for row in rows)
    for row in rows:
        assert len(row.input_ids) == len(row.token_type_ids) <= FORM.max_text + FORM.max_context
        assert row.input_ids[0] == tokenizer.cls_token_id


def test_the_rows_do_not_hang_on_their_neighbours(tokenizer):
    examples = [Example("We oppose it."), Example("We welcome it.", "Talks.", "Ostra"), Example("ban " * 50)]
    together = encode(tokenizer, examples, FORM)
    for n, example in enumerate(examples):
        own = [(row.input_ids, row.token_type_ids) for row in together if row.example == n]
        assert own == [(row.input_ids, row.token_type_ids) for row in encode(tokenizer, [example], FORM)]


@given(st.lists(st.integers(1, 50), max_size=60), st.integers(1, 200))
def test_batches_hold_every_row_once_within_the_budget(lengths, budget):
    rows = [Encoded(n, (1,) * length, (0,) * length) for n, length in enumerate(lengths)]
    batches = list(token_batches(rows, budget))
    assert sorted(place for batch in batches for place in batch) == list(range(len(rows)))
    for batch in batches:
        widest = max(len(rows[place]) for place in batch)
        assert len(batch) == 1 or len(batch) * widest <= budget
    assert batches == list(token_batches(rows, budget))


@pytest.mark.parametrize("values", [{"max_text": 0}, {"max_text": -3}, {"max_text": 1}, {"max_context": -1}])
def test_impossible_formats_are_refused_at_construction(values):
    from communique.corpus.errors import CommuniqueError

    with pytest.raises(CommuniqueError, match=next(iter(values))):
        InputFormat(**values)

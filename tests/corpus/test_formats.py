"""The formats of annotation tools: what is written is what is read back, in every one of them."""

from __future__ import annotations

import json
import random
import zipfile
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from communique.corpus import codebook as codebooks
from communique.corpus.annotations import CodedUnit, outputs, read_units, write_units
from communique.corpus.errors import CommuniqueError

PLACES = {
    "csv": ("out.csv", None),
    "tsv": ("out.tsv", None),
    "xlsx": ("out.xlsx", None),
    "parquet": ("out.parquet", None),
    "jsonl": ("out.jsonl", None),
    "doccano": ("out.jsonl", "doccano"),
    "doccano-json": ("out.json", "doccano"),
    "label-studio": ("out.json", None),
    "prodigy": ("out.jsonl", "prodigy"),
    "datasets": ("out", None),
}
QUICK = [name for name in PLACES if name not in ("xlsx", "datasets")]
BOOK = codebooks.parse(
    {
        "name": "tiny",
        "groups": [
            {"name": "stance", "labels": ["opposition", "support"]},
            {"name": "sentiment", "choice": "single", "labels": ["negative", "neutral", "positive"]},
            {"name": "topic", "choice": "single", "labels": ["trade", "health"]},
        ],
    }
)
NASTY = [
    "=1+1", "+49 30", "-5 %", "@home", "\ttab", "'=quoted", "''", "a\nb", "a\r\nb", "a\rb", "a\u2028b", "a\x85b", "a\x0bb", "a\x1fb",
    'say "a", b;c|d#e', "[x", "{x", "_x0041_", "_x0041\r", "  outer  ", "naïve 中文 🙂", "\ufeffmark", "NaN", "007", "no label",
    "None", "1e5", "\ufffe", "<b>&amp;</b>",
]  # fmt: skip

texts = st.one_of(
    st.sampled_from(NASTY),
    st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=30),
)
filled = texts.map(lambda text: text if text.strip() else "x")
optional = st.one_of(st.just(""), filled)
columns = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=6).map(lambda name: f"c_{name}")
numbers = st.one_of(st.none(), st.floats(1e-6, 1, exclude_min=True))


@st.composite
def coded_units(draw, values=filled):
    """Up to six units of distinct ids and coders; an item has one text whoever codes it."""
    keys = draw(st.lists(st.tuples(filled, optional), max_size=6, min_size=1, unique=True))
    text = {name: draw(filled) for name in sorted({name for name, _ in keys})}
    return [draw(one_unit(name, text[name], coder, values)) for name, coder in keys]


@st.composite
def one_unit(draw, name, text, coder, values):
    state = {label: draw(st.sampled_from([1, 0, None])) for label in BOOK.multi}
    choices = {group.name: draw(st.sampled_from([*group.names, None])) for group in BOOK.single}
    pi = draw(numbers)
    return CodedUnit(
        id=name, text=text, coder=coder,
        labels=frozenset(label for label, answer in state.items() if answer),
        unknown=frozenset(label for label, answer in state.items() if answer is None),
        choices={group: answer for group, answer in choices.items() if answer},
        before=draw(optional), speaker=draw(optional), kind=draw(st.sampled_from(["", "company", "ngo"])),
        document=draw(st.one_of(st.just(name), filled)), split=draw(st.sampled_from(["", "train", "dev"])),
        register=draw(optional), type=draw(optional), note=draw(optional), pi=pi,
        weight=draw(st.one_of(st.just(1 / (pi or 1.0)), st.floats(1, 1e6))),
        suggested=draw(st.one_of(st.none(), st.frozensets(st.sampled_from(["support", "negative", "trade"])))),
        meta=draw(st.dictionaries(columns, values, max_size=2)),
    )  # fmt: skip


def bare(unit):
    """A unit as two formats have it in common: no matter where it was read, and without blank metadata."""
    meta = {key: value for key, value in unit.meta.items() if value not in ("", None)}
    return replace(unit, source="", meta=meta, choices=dict(unit.choices))


def there_and_back(units, folder, name, book=BOOK):
    file, form = PLACES[name]
    write_units(units, book, folder / file, form)
    return read_units(str(folder / file), book)


def assert_alike(found, units):
    def key(unit):
        return unit.id, unit.coder

    assert sorted(map(bare, found), key=key) == sorted(map(bare, units), key=key)


@pytest.mark.parametrize("name", QUICK)
@settings(max_examples=15)
@given(units=coded_units())
def test_every_format_comes_back(tmp_path_factory, name, units):
    if name == "label-studio":
        units = [replace(unit, suggested=units[0].suggested) for unit in units]
    assert_alike(there_and_back(units, tmp_path_factory.mktemp("f"), name), units)


json_values = st.recursive(
    st.one_of(filled, st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False), st.booleans()),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(columns, inner, max_size=2)),
    max_leaves=4,
)


@pytest.mark.parametrize("name", ["jsonl", "doccano", "label-studio", "prodigy"])
@settings(max_examples=10)
@given(units=coded_units(json_values))
def test_formats_of_json_keep_what_is_no_text(tmp_path_factory, name, units):
    units = [replace(unit, suggested=None) for unit in units]
    assert_alike(there_and_back(units, tmp_path_factory.mktemp("f"), name), units)


@pytest.mark.parametrize("name", ["xlsx", "datasets"])
@settings(max_examples=8)
@given(units=coded_units())
def test_the_slower_ones_come_back_too(tmp_path_factory, name, units):
    assert_alike(there_and_back(units, tmp_path_factory.mktemp("f"), name), units)


def many(count):
    """So many items of two coders, in documents, with texts that do harm."""
    rng = random.Random(7)
    for n in range(count):
        answers = {label: rng.choice([1, 0, None]) for label in BOOK.multi}
        yield CodedUnit(
            id=f"u{n}", text=f"{NASTY[n % len(NASTY)]} sentence {n}", coder="ab"[n % 2],
            labels=frozenset(label for label, answer in answers.items() if answer),
            unknown=frozenset(label for label, answer in answers.items() if answer is None),
            choices={"sentiment": rng.choice(["negative", "positive"])} if rng.random() < 0.7 else {},
            document=f"d{n // 20}", pi=(pi := rng.random() + 1e-6), weight=1 / pi, note=rng.choice(["", *NASTY]),
            meta={"desk": rng.choice(NASTY)},
        )  # fmt: skip


@pytest.mark.parametrize("name", [name for name in PLACES if name not in ("tsv", "doccano-json")])
def test_ten_thousand_items_come_back(tmp_path, name):
    units = list(many(10_000))
    assert_alike(there_and_back(units, tmp_path, name), units)


# --- missing, none, and no


STATES = {
    "not coded": {"unknown": frozenset(BOOK.multi)},
    "none applies": {},
    "skipped": {"unknown": frozenset(BOOK.multi), "coder": "anna"},
    "half": {"unknown": frozenset(["support"])},
    "tone only": {"unknown": frozenset(BOOK.multi), "choices": {"sentiment": "neutral"}},
    "all": {"labels": frozenset(BOOK.multi), "choices": {"sentiment": "neutral", "topic": "trade"}},
}


@pytest.mark.parametrize("name", PLACES)
def test_what_nobody_judged_is_no_no(tmp_path, name):
    units = [CodedUnit(**({"id": state, "text": "We saw it.", "labels": frozenset(), "document": state} | fields)) for state, fields in STATES.items()]  # fmt: skip
    assert_alike(there_and_back(units, tmp_path, name), units)


@pytest.mark.parametrize("name", PLACES)
def test_a_column_that_would_be_read_as_something_else_is_refused(tmp_path, name):
    unit = CodedUnit("a", "We saw it.", frozenset(), meta={"Label ": "x"})
    with pytest.raises(CommuniqueError, match="'Label '"):
        there_and_back([unit], tmp_path, name)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["csv", "datasets"])
def test_a_label_called_like_a_column_is_refused(tmp_path, name):
    book = codebooks.parse({"name": "b", "groups": [{"name": "g", "labels": ["note"]}]})
    with pytest.raises(CommuniqueError, match="'note'"):
        there_and_back([CodedUnit("a", "x", frozenset())], tmp_path, name, book)


# --- files in the tools' own layouts


def read(path, content, form=None):
    if isinstance(content, list):
        content = "".join(json.dumps(row) + "\n" for row in content)
    path.write_text(content, encoding="utf-8")
    return read_units(str(path), BOOK, form)


def test_an_export_of_doccano(tmp_path):
    first, second, third = read(
        tmp_path / "all.jsonl",
        [
            {"id": 11, "text": "We oppose it.", "unit_id": "u1", "pi": 0.25, "label": ["opposition", "sentiment: negative"], "Comments": ["unsure"]},
            {"id": 12, "text": "It rained.", "unit_id": "u2", "pi": None, "label": ["no label"], "Comments": []},
            {"id": 13, "text": "We saw it.", "desk": "four", "label": [], "Comments": []},
        ],
    )  # fmt: skip
    assert (first.id, first.labels, first.choices, first.unknown) == (
        "u1",
        {"opposition"},
        {"sentiment": "negative"},
        set(),
    )
    assert (first.weight, first.note) == (4.0, "unsure")
    assert (second.labels, second.unknown) == (set(), set()), "none applies"
    assert (third.id, third.unknown, third.meta) == ("13", set(BOOK.multi), {"desk": "four"}), "perhaps unread"


@pytest.mark.parametrize(
    "row",
    [{"text": "x", "labels": ["support"]}, {"data": "x", "label": ["support"]}, {"text": "x", "cats": ["support"]}],
)
def test_other_versions_of_doccano(tmp_path, row):
    (unit,) = read(tmp_path / "a.jsonl", [row], "doccano")
    assert (unit.text, unit.labels) == ("x", {"support"})


def test_an_export_of_confirmed_items_can_be_read_as_such(tmp_path):
    rows = [{"id": 13, "unit_id": "u1", "text": "We saw it.", "label": [], "Comments": []}]
    (unit,) = read(tmp_path / "a.jsonl", rows, "table")
    assert (unit.id, unit.labels, unit.unknown) == ("u1", set(), set())


def test_what_a_model_proposes_in_doccano_is_nobodys_judgement_until_confirmed(tmp_path):
    row = {"unit_id": "u1", "text": "We oppose it.", "label": ["opposition"], "prelabelled": True}
    (sent,) = read(tmp_path / "sent.jsonl", [row])
    assert (sent.suggested, sent.judged(BOOK)) == ({"opposition"}, False)
    (back,) = read(tmp_path / "back.jsonl", [row | {"Comments": []}])
    assert (back.suggested, back.labels, back.unknown) == (None, {"opposition"}, set())


def test_an_archive_of_doccano_has_a_file_for_each_coder(tmp_path):
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        for coder, label in (("anna", "support"), ("ben", "opposition")):
            row = {"id": 1, "text": "We saw it.", "label": [label], "Comments": []}
            archive.writestr(f"{coder}.jsonl", json.dumps(row) + "\n")
        archive.writestr("../readme.txt", "no")
    units = read_units(str(tmp_path / "export.zip"), BOOK)
    assert [(unit.id, unit.coder, set(unit.labels)) for unit in units] == [
        ("1", "anna", {"support"}),
        ("1", "ben", {"opposition"}),
    ]


def test_spans_of_doccano_are_refused(tmp_path):
    with pytest.raises(CommuniqueError, match="spans"):
        read(tmp_path / "a.jsonl", [{"text": "We saw it.", "label": [[0, 2, "support"]]}])


def choices(*names, group="stance"):
    return {"id": "x1", "from_name": group, "to_name": "text", "type": "choices", "value": {"choices": list(names)}}


TASK = {
    "id": 5, "inner_id": 1, "project": 83, "meta": {}, "data": {"text": "We oppose it.", "desk": "four"},
    "annotations": [
        {"id": 1001, "completed_by": 10, "was_cancelled": False, "lead_time": 4.2, "result": [choices("opposition", "support"), choices("negative", group="tone")]},
        {"id": 1002, "completed_by": {"id": 3, "email": "ben@example.org"}, "was_cancelled": False, "result": []},
        {"id": 1003, "completed_by": 11, "was_cancelled": True, "result": [choices("support")]},
    ],
    "predictions": [{"model_version": "m1", "score": 0.9, "result": [choices("support")]}],
}  # fmt: skip


def test_an_export_of_label_studio(tmp_path):
    one, two, three = read(tmp_path / "a.json", json.dumps([TASK]))
    assert {unit.id for unit in (one, two, three)} == {"5"}
    assert (one.coder, one.labels, one.choices, one.meta) == (
        "10",
        {"opposition", "support"},
        {"sentiment": "negative"},
        {"desk": "four"},
    )
    assert (two.coder, two.labels, two.unknown) == ("ben@example.org", set(), set()), "submitted without a choice"
    assert (three.coder, three.judged(BOOK)) == ("11", False), "skipped"
    assert one.suggested == {"support"}


def test_a_task_of_label_studio_that_nobody_opened(tmp_path):
    (unit,) = read(tmp_path / "a.json", json.dumps([TASK | {"annotations": [], "predictions": []}]))
    assert (unit.coder, unit.judged(BOOK), unit.suggested) == ("", False, None)


def test_the_short_export_of_label_studio(tmp_path):
    base = {"text": "We oppose it.", "annotator": 1, "created_at": "…", "updated_at": "…", "lead_time": 3.1}
    rows = [
        base | {"id": 1, "stance": "opposition", "sentiment": "negative", "annotation_id": 7},
        base | {"id": 2, "stance": {"choices": ["opposition", "support"]}, "annotation_id": 8},
        base | {"id": 3, "annotation_id": 9},
        base | {"id": 4, "annotation_id": None, "annotator": None},
    ]
    one, two, three, four = read(tmp_path / "a.json", json.dumps(rows))
    assert (one.labels, one.choices, one.coder, one.meta) == ({"opposition"}, {"sentiment": "negative"}, "1", {})
    assert two.labels == {"opposition", "support"}
    assert (three.labels, three.unknown) == (set(), set())
    assert not four.judged(BOOK)


def test_the_csv_of_label_studio(tmp_path):
    one, two = read(
        tmp_path / "a.csv",
        '"annotation_id","annotator","created_at","id","lead_time","sentiment","stance","text","updated_at"\n'
        '7,"1","…",1,3.1,"negative","opposition","We oppose it.","…"\n'
        '8,"1","…",2,3.1,"","{""choices"": [""opposition"", ""support""]}","We oppose it.","…"\n',
    )
    assert (one.labels, one.choices, one.coder) == ({"opposition"}, {"sentiment": "negative"}, "1")
    assert two.labels == {"opposition", "support"}


OPTIONS = [{"id": name, "text": name.title()} for name in ("opposition", "support")]


def test_an_export_of_prodigy(tmp_path):
    def task(text, **other):
        base = {"text": text, "_input_hash": hash(text), "_task_hash": 2, "options": OPTIONS, "_view_id": "choice"}
        return (
            base
            | {"config": {"choice_style": "multiple"}, "_session_id": "set-anna", "_annotator_id": "set-anna"}
            | other
        )

    units = read(
        tmp_path / "a.jsonl",
        [
            task("one", accept=["opposition"], answer="accept", meta={"source": "wire"}),
            task("two", accept=[], answer="accept"),
            task("three", accept=["support"], answer="ignore"),
            task("four", accept=["support"], answer="reject"),
            task("five", accept=["support"], answer="accept", options=OPTIONS[1:]),
            task("one", accept=["support"], answer="accept", _annotator_id="set-ben"),
        ],
    )
    found = {(unit.text, unit.coder[4:]): (set(unit.labels), set(unit.unknown)) for unit in units}
    assert found == {
        ("one", "anna"): ({"opposition"}, set()),
        ("two", "anna"): (set(), set()),
        ("three", "anna"): (set(), {"opposition", "support"}),
        ("four", "anna"): (set(), {"opposition"}),
        ("five", "anna"): ({"support"}, {"opposition"}),
        ("one", "ben"): ({"support"}, set()),
    }
    assert units[0].id == units[-1].id, "the same input"
    assert units[0].meta == {"source": "wire"}


def test_binary_tasks_of_prodigy_are_put_together(tmp_path):
    base = {"text": "We oppose it.", "_input_hash": 1, "_annotator_id": "anna"}
    (unit,) = read(
        tmp_path / "a.jsonl",
        [base | {"label": "opposition", "answer": "accept"}, base | {"label": "support", "answer": "reject"}],
    )
    assert (unit.labels, unit.unknown) == ({"opposition"}, set())
    (half,) = read(tmp_path / "b.jsonl", [base | {"label": "support", "answer": "reject"}])
    assert (half.labels, half.unknown) == (set(), {"opposition"})


def test_answers_of_prodigy_that_contradict_each_other_are_named(tmp_path):
    base = {"text": "We oppose it.", "_input_hash": 1, "_annotator_id": "anna", "label": "support"}
    with pytest.raises(CommuniqueError, match="support is answered twice by anna"):
        read(tmp_path / "a.jsonl", [base | {"answer": "accept"}, base | {"answer": "reject"}])


def test_tasks_for_prodigy_can_be_answered_there(tmp_path):
    unit = CodedUnit("u1", "We oppose it.", frozenset(), unknown=frozenset(BOOK.multi), speaker="Ostra", before="News.")
    write_units([unit], BOOK, tmp_path / "a.jsonl", "prodigy")
    task = json.loads((tmp_path / "a.jsonl").read_text())
    assert [option["text"] for option in task["options"]][:3] == ["opposition", "support", "sentiment: negative"]
    assert task["meta"] == {"speaker": "Ostra", "before": "News."}
    assert "accept" not in task
    answered = task | {"accept": ["support", "neutral"], "answer": "accept", "_annotator_id": "anna"}
    (back,) = read(tmp_path / "b.jsonl", [answered])
    assert (back.id, back.labels, back.choices, back.unknown) == ("u1", {"support"}, {"sentiment": "neutral"}, set())


def test_the_interface_of_label_studio_asks_every_question(tmp_path):
    from lxml import etree

    unit = CodedUnit("u1", "We oppose it.", frozenset(), unknown=frozenset(BOOK.multi))
    write_units([unit], BOOK, tmp_path / "a.json")
    assert sorted(tmp_path.iterdir()) == outputs(tmp_path / "a.json") == [tmp_path / "a.json", tmp_path / "a.xml"]
    view = etree.parse(str(tmp_path / "a.xml")).getroot()
    controls = {found.get("name"): found for found in view.iter("Choices")}
    assert {name: [choice.get("value") for choice in found] for name, found in controls.items()} == {
        group.name: list(group.names) for group in BOOK.groups
    }
    assert [controls[name].get("choice") for name in ("stance", "sentiment")] == ["multiple", "single-radio"]
    variables = {value[1:] for found in view.iter() if (value := found.get("value", "")).startswith("$")}
    (task,) = json.loads((tmp_path / "a.json").read_text())
    assert variables <= set(task["data"]), "Label Studio refuses tasks that lack a variable"
    assert task["annotations"] == []


def test_coders_who_are_no_members_of_label_studio_are_not_named_as_such(tmp_path):
    units = [CodedUnit("u1", "x", frozenset(), coder=coder) for coder in ("anna", "ben@example.org")]
    write_units(units, BOOK, tmp_path / "a.json")
    (task,) = json.loads((tmp_path / "a.json").read_text())
    assert [found.get("completed_by") for found in task["annotations"]] == [None, {"email": "ben@example.org"}]


def test_doccano_gets_its_labels_and_the_same_keys_in_every_row(tmp_path):
    units = [CodedUnit("a", "x", frozenset(), meta={"desk": 4}), CodedUnit("b", "y", frozenset(["support"]))]
    write_units(units, BOOK, tmp_path / "a.jsonl", "doccano")
    files = outputs(tmp_path / "a.jsonl", "doccano")
    labels = [label["text"] for label in json.loads(files[1].read_text())]
    assert labels == ["opposition", "support", "sentiment: negative", "sentiment: neutral", "sentiment: positive", "topic: trade", "topic: health", "no label"]  # fmt: skip
    rows = [json.loads(line) for line in files[0].read_text().splitlines()]
    assert rows[0].keys() == rows[1].keys()
    assert [row["label"] for row in rows] == [["no label"], ["support"]]


def test_a_data_set_has_splits_and_class_labels(tmp_path):
    import datasets

    units = [CodedUnit(s, "x", frozenset(), choices={"sentiment": "positive"}, split=s) for s in ("train", "dev")]
    write_units(units, BOOK, tmp_path / "ds")
    found = datasets.load_from_disk(str(tmp_path / "ds"))
    assert set(found) == {"train", "validation"}
    assert found["train"].features["sentiment"].names == ["negative", "neutral", "positive"]
    assert found["train"][0]["sentiment"] == 2
    assert found["train"][0]["opposition"] == 0


def test_a_data_set_with_lists_of_class_labels(tmp_path):
    from datasets import ClassLabel, Dataset, Features, List, Value

    features = Features({"text": Value("string"), "labels": List(ClassLabel(names=["support", "opposition"]))})
    Dataset.from_dict({"text": ["x", "y"], "labels": [[1], []]}, features=features).save_to_disk(str(tmp_path / "ds"))
    assert [set(unit.labels) for unit in read_units(str(tmp_path / "ds"), BOOK)] == [{"opposition"}, set()]


def test_another_folder_is_never_replaced(tmp_path):
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "notes.txt").write_text("mine")
    with pytest.raises(CommuniqueError, match="study"):
        write_units([CodedUnit("a", "x", frozenset())], BOOK, tmp_path / "study")
    assert (tmp_path / "study" / "notes.txt").read_text() == "mine"


# --- runs


def line(n, statement="d:s1", **other):
    return {
        "id": f"{statement}.{n}", "doc": "d", "statement": statement, "text": f"Sentence {n}.", "start": n, "end": n + 9,
        "speaker": "a spokesman", "actor": "Ostra", "actor_type": "company", "kind": "direct", "on_behalf_of": None, "title": "News",
        "date": None, "publisher": None, "meta": {"desk": "four", "labels": "support", "opposition": "1"},
        "labels": ["support"], "scores": {"opposition": 0.1, "support": 0.9}, "sentiment": "neutral", "sentiment_scores": {},
        "target": None, "flags": [],
    } | other  # fmt: skip


@pytest.fixture
def a_run(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    lines = [line(1), line(2), line(3), line(4), line(1, "d:s2", labels=[])]
    (folder / "units.jsonl").write_text("".join(json.dumps(row) + "\n" for row in lines))
    return folder


@pytest.mark.parametrize("inside", ["", "units.jsonl"])
def test_a_run_is_judged_by_nobody(a_run, inside):
    units = read_units(str(a_run / inside), BOOK)
    assert not any(unit.judged(BOOK) for unit in units), "not even where its input was coded"
    assert [sorted(unit.suggested) for unit in units] == [["neutral", "support"]] * 4 + [["neutral"]]
    assert {(unit.speaker, unit.kind, unit.document) for unit in units} == {("Ostra", "company", "d")}
    assert units[0].meta == {"title": "News", "desk": "four"}
    assert [unit.before for unit in units] == [
        "",
        "Sentence 1.",
        "Sentence 1. Sentence 2.",
        "Sentence 2. Sentence 3.",
        "",
    ]


def test_an_unfinished_run_is_refused(a_run):
    (a_run / "journal.jsonl").touch()
    with pytest.raises(CommuniqueError, match="--resume"):
        read_units(str(a_run), BOOK)


# --- what is wrong


@pytest.mark.parametrize(
    ("file", "content", "form", "words"),
    [
        ("a.json", "[1]", None, ["a.json", "list of objects"]),
        ("a.json", '[{"text": NaN}]', None, ["a.json", "NaN"]),
        ("a.json", "[{", None, ["a.json", "not valid JSON"]),
        ("a.json", '[{"words": "x"}]', None, ["a.json", "--from"]),
        ("a.json", '[{"data": {"review": "x"}}]', None, ["a.json", "review", "--text-column"]),
        ("a.json", '[{"data": {"text": "x"}, "annotations": [{"result": [{"type": "choices", "value": {"choices": ["joy"]}}]}]}]', None, ["joy", "opposition"]),
        ("a.json", '[{"data": {"text": "x"}, "annotations": [{"result": [{"type": "choices", "value": 1}, 2]}, 3]}]', "doccano", ["a.json"]),
        ("a.jsonl", '{"text": "x", "label": ["joy"]}\n', None, ["joy", "opposition"]),
        ("a.jsonl", '{"txt": "x", "label": []}\n', None, ["txt", "--text-column"]),
        ("a.jsonl", '{"text": "x", "accept": ["joy"], "answer": "accept"}\n', None, ["joy"]),
        ("a.jsonl", '{"text": "x", "accept": ["trade", "health"], "answer": "accept"}\n', None, ["topic", "trade", "health"]),
        ("a.jsonl", '{"id": "a", "text": "x", "labels": []}\n{"id": "a", "text": "y", "labels": []}\n', None, ["'a'", "different texts"]),
        ("a.jsonl", '{"id": "a", "text": "x", "labels": []}\n{"id": "a", "text": "x", "labels": []}\n', None, ["'a'", "twice"]),
        ("a.jsonl", '{"id": "a", "text": "x"}\n', "run", ["a.jsonl", "run"]),
        ("a.zip", "no archive", None, ["a.zip"]),
        ("a.qdc", "<CodeBook/>", None, ["a.qdc", "codebook"]),
        ("a.txt", "x", "datasets", ["a.txt", "save_to_disk"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(tmp_path, file, content, form, words):
    with pytest.raises(CommuniqueError) as error:
        read(tmp_path / file, content, form)
    for word in words:
        assert word in str(error.value)
    assert "\n" not in str(error.value)


@given(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), texts),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.dictionaries(
                st.sampled_from(
                    [
                        "text",
                        "data",
                        "annotations",
                        "result",
                        "value",
                        "choices",
                        "type",
                        "label",
                        "labels",
                        "accept",
                        "answer",
                        "options",
                        "id",
                        "meta",
                        "Comments",
                        "predictions",
                        "completed_by",
                        "missing",
                        "unit_id",
                        "scores",
                        "doc",
                        "statement",
                    ]
                ),
                inner,
                max_size=4,
            ),
        ),
        max_leaves=20,
    )
)
@pytest.mark.parametrize("form", ["doccano", "label-studio", "prodigy", "run", None])
def test_no_file_however_odd_ends_in_a_traceback(tmp_path_factory, form, row):
    folder = tmp_path_factory.mktemp("odd")
    row = (
        {"text": "x", **row}
        if isinstance(row, dict)
        else {"text": "x", "label": row, "accept": row, "answer": "accept"}
    )
    (folder / "a.jsonl").write_text(json.dumps(row) + "\n")
    (folder / "a.json").write_text(json.dumps([row, {"data": {"text": "x"}, "annotations": row}]))
    for file in ("a.jsonl", "a.json"):
        with suppress(CommuniqueError):
            read_units(str(folder / file), BOOK, form)

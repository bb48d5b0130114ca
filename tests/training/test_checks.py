"""What is said before training, and the dry run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from communique.corpus.annotations import CodedUnit
from communique.corpus.errors import CommuniqueError
from communique.training import checks, dataset, plan, splits
from communique.training.dataset import Dataset
from communique.training.recipe import Recipe


def unit(n, labels="", split="train", **more):
    known = {"text": f"Sentence {n}.", "document": f"d{n}", "choices": {"sentiment": "neutral"}}
    return CodedUnit(f"u{n}", labels=frozenset(labels.split()), split=split, **known | more)


def said(book, *units):
    return checks.warnings(Dataset(units, book))


def test_good_data_get_no_complaint(book):
    units = [
        unit(n, ("opposition", "support", "")[n % 3], choices={"sentiment": ("negative", "neutral", "positive")[n // 3 % 3]}, speaker=f"s{n % 7}")
        for n in range(120)
    ]  # fmt: skip
    assert [text for text in said(book, *units) if "definition" not in text] == []


@pytest.mark.parametrize(
    ("units", "words"),
    [
        ([unit(n, "support") for n in range(9)], ["support has 9 positives", "30"]),
        ([unit(n, "support") for n in range(9)], ["support has no negative example"]),
        (
            [unit(1, "support"), unit(2, unknown=frozenset({"opposition", "support"}), choices={})],
            ["1 of 2 sentences are not coded", "`no label`"],
        ),
        ([unit(1, text="We  SAW it."), unit(2, split="dev", text="we saw it.")], ["1 texts", "we saw it."]),
        (
            [unit(n, "support" if n < 40 else "", speaker="Ostra" if n < 38 else f"s{n % 9}") for n in range(100)],
            ["support", "95%", "38%", "speaker 'Ostra'"],
        ),
        (
            [unit(n, "support" if n < 20 else "", source="a.csv" if n < 20 else "b.csv") for n in range(100)],
            ["support", "100%", "20%", "source 'a.csv'"],
        ),
    ],
)
def test_each_flaw_is_named(book, units, words):
    assert any(all(word in text for word in words) for text in said(book, *units)), said(book, *units)


def test_labels_without_a_definition_are_named(book):
    assert "label neutral has no definition" in "\n".join(said(book, unit(1)))


def test_one_source_for_all_is_no_giveaway(book):
    units = [unit(n, "support" if n % 2 else "", source="a.csv") for n in range(100)]
    assert not [text for text in said(book, *units) if "source" in text]


def test_blanks_that_were_meant_as_no_are_refused(book):
    units = [unit(1, "support"), unit(2, unknown=frozenset({"support"})), unit(3, "opposition support")]
    with pytest.raises(CommuniqueError, match=r"support.*blank.*write 0"):
        checks.refuse(Recipe(data="c.csv"), Dataset(tuple(units), book))
    checks.refuse(Recipe(), Dataset((*units, unit(4)), book))


def test_double_codings_are_found(book):
    units = (unit(1, "support", coder="a"), unit(1, "", coder="b"), unit(2, "", coder="a"))
    found = checks.codings(Dataset(units, book))
    assert set(found) == {"u1"}
    assert found["u1"]["a"]["support"] == "1"
    assert found["u1"]["b"]["support"] == "0"


# --- splits


@pytest.fixture
def table_of(tmp_path, table, codebook_path):
    def call(rows, **options):
        path = table(tmp_path / "c.csv", [{"labels": "no label", "sentiment": "neutral"} | row for row in rows])
        return dataset.load(Recipe(data=str(path), codebook=str(codebook_path), **options))

    return call


def test_a_split_by_time_keeps_the_latest_for_dev(table_of):
    rows = [
        {"id": f"u{n}", "text": "x", "document": f"d{n // 2}", "date": f"2019-{n // 2 + 1:02}-01"} for n in range(20)
    ]
    data = table_of(rows, split="time")
    assert {u.document for u in data.split("dev").units} == {"d8", "d9"}
    with pytest.raises(CommuniqueError, match="date"):
        table_of([*rows, {"id": "u99", "text": "x", "document": "d9", "date": ""}], split="time")
    with pytest.raises(CommuniqueError, match="date"):
        table_of([{"id": "a", "text": "x"}], split="time")
    with pytest.raises(CommuniqueError, match=r"'31/12/2018'.*2025-03-14"):
        table_of([*rows, {"id": "u99", "text": "x", "document": "d9", "date": "31/12/2018"}], split="time")


@pytest.mark.parametrize("early", ["2018", "2018-12", "2018-12-31", "2018-12-31T23:59:59"])
def test_dates_may_be_exact_or_not(early):
    dates = ["2017-01-01"] * 11 + [early, "2019-01-01", "2019-02"]
    found = splits.divide([unit(n, meta={"date": day}) for n, day in enumerate(dates)], "time")
    assert [one.id for one in found if one.split == "dev"] == ["u11", "u12", "u13"]


def test_dates_and_targets_are_read_from_every_format(book, tmp_path, codebook_path):
    from communique.corpus.annotations import write_units
    from communique.models.inputs import InputFormat

    units = [unit(n, split="", meta={"date": f"2019-{n + 1:02}-01", "about": f"Ostra {n}"}) for n in range(9)]
    write_units(units, book, tmp_path / "tasks.json")
    form = InputFormat(target="about")
    recipe = Recipe(data=str(tmp_path / "tasks.json"), codebook=str(codebook_path), split="time", inputs=form)
    data = dataset.load(recipe)
    assert {u.document for u in data.split("dev").units} == {"d7", "d8"}
    assert data.examples[2].target == "Ostra 2"


def test_a_stratified_split_shares_rare_labels(table_of):
    rows = [
        {"id": f"u{n}", "text": "x", "document": f"d{n // 2}", "labels": "support" if n % 50 == 0 else "no label"}
        for n in range(700)
    ]
    data = table_of(rows, split="stratified")
    assert 1 <= data.split("dev").truth[:, 1].sum() <= 4
    assert 0.1 < len(data.split("dev")) / len(data) < 0.2
    assert not {*data.split("dev").documents} & {*data.split("train").documents}


def test_folds_hold_every_document_once_and_are_alike():
    units = [unit(n, "support" if n % 10 == 0 else "", document=f"d{n // 3}") for n in range(300)]
    found = splits.folds(units, 5, "1")
    assert sorted(name for fold in found for name in fold) == sorted({u.document for u in units})
    assert max(map(len, found)) - min(map(len, found)) <= 2
    positives = [sum("support" in u.labels for u in units if u.document in fold) for fold in found]
    assert max(positives) - min(positives) <= 1
    assert found != splits.folds(units, 5, "2")
    with pytest.raises(CommuniqueError, match="2 documents"):
        splits.folds(units[:6], 5, "1")


# --- the target column


def test_the_target_is_the_second_segment(table_of):
    from communique.models.inputs import Example, InputFormat

    rows = [{"id": f"u{n}", "text": "They met.", "document": f"d{n}", "about": f"Ostra {n}"} for n in range(3)]
    form = InputFormat(target="about")
    data = table_of(rows, inputs=form)
    assert data.examples[2] == Example("They met.", target="Ostra 2")
    assert form.second(replace(data.examples[2], before="Before.", speaker="Brellin")) == "Before. (Brellin) Ostra 2"
    assert data.digest != table_of(rows).digest
    assert all(example.target for example in data.split("train").examples)
    with pytest.raises(CommuniqueError, match="'topic'"):
        table_of(rows, inputs=InputFormat(target="topic"))


def test_scoring_shows_the_target_too():
    from communique.corpus.records import Unit
    from communique.models.inputs import Example

    unit_ = Unit("u", "d", "s", "They met.", 0, 9, meta={"about": "Ostra"})
    assert Example.of(unit_, "about") == Example("They met.", target="Ostra")
    assert Example.of(unit_) == Example("They met.")


# --- the dry run


@pytest.mark.parametrize("method", ["full", "lora", "linear", "few-shot"])
def test_the_plan(tiny_recipe, method):
    recipe = replace(tiny_recipe, method=method, rank=4, epochs=2)
    found = plan.plan(recipe, dataset.load(recipe))
    assert found.splits == {"train": (126, 18), "dev": (42, 6), "test": (42, 6)}
    assert found.positives == {"opposition": 54, "support": 54, "negative": 36, "neutral": 54, "positive": 36}
    assert 0 < found.learnt < found.weights
    assert np.isfinite(found.seconds)
    assert found.seconds > 0
    if method == "linear":
        assert found.learnt == 5 * 33
    assert "18 documents" in str(found)


def test_train_by_flags(run, coded_csv, codebook_path, tiny_base, tmp_path):
    from communique.training import recipe as recipes

    flags = [
        "--data",
        coded_csv,
        "--codebook",
        codebook_path,
        "--base",
        tiny_base,
        "--method",
        "linear",
        "--max-text",
        24,
    ]
    assert run("train", *flags, "--no-before", "-o", tmp_path / "model").code == 0
    found = recipes.load(tmp_path / "model" / "recipe.toml")
    assert (found.method, found.inputs.max_text, found.inputs.before) == ("linear", 24, False)
    (tmp_path / "r.toml").write_text('method = "full"\nepochs = 7\n')
    dry = run("train", tmp_path / "r.toml", *flags, "--dry-run")
    assert dry.code == 0
    assert "method: linear" in dry.out
    assert "126 units of 18 documents" in dry.out
    assert "warning: label neutral has no definition" in dry.err


def test_few_shot_has_rates_of_its_own():
    from communique.training import recipe as recipes

    assert recipes.parse({"method": "few-shot"}).epochs > recipes.parse({"method": "full"}).epochs
    assert recipes.parse({"method": "few-shot", "epochs": 3}).epochs == 3


@pytest.mark.parametrize(("arguments", "word"), [(["-o", "m"], "--data"), (["--data", "c.csv"], "--dry-run")])
def test_what_is_missing_is_said(run, arguments, word):
    found = run("train", *arguments)
    assert found.code == 2
    assert word in found.complaint


def test_coders_who_disagree_are_named(run, tmp_path, table, codebook_path, tiny_base):
    rows = [
        {"id": f"u{n}", "text": f"They met {n} times.", "document": f"d{n}", "coder": coder, "sentiment": "neutral",
         "labels": "support" if n % 2 else "opposition" if (n + (coder == "b")) % 3 else "no label"}
        for n in range(30) for coder in "ab"
    ]  # fmt: skip
    path = table(tmp_path / "c.csv", rows)
    found = run("train", "--data", path, "--codebook", codebook_path, "--base", tiny_base, "--dry-run")
    assert "coders disagree on opposition" in found.err
    assert "coders disagree on support" not in found.err

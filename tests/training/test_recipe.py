"""The recipe: TOML in, the same dataclass out, and nothing unknown."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communique.corpus.errors import CommuniqueError
from communique.models.inputs import InputFormat
from communique.training import recipe as recipes
from communique.training.recipe import Recipe, dump, load, parse

WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
SHARES = st.floats(0, 1, exclude_max=True)
RECIPES = st.builds(
    Recipe, name=WORDS, data=WORDS, codebook=WORDS, base=WORDS, method=st.sampled_from(recipes.METHODS),
    rank=st.integers(1, 256), epochs=st.integers(1, 50), batch=st.integers(1, 512),
    rate=st.floats(0, 1, exclude_min=True), warmup=SHARES, decay=st.floats(0, 1), smoothing=SHARES, warm_start=st.booleans(),
    positive_power=st.floats(0, 1), single_weight=st.floats(0, 10), context_dropout=SHARES, seed=st.integers(0, 2**31),
    threads=st.integers(0, 64),
    inputs=st.builds(InputFormat, st.integers(8, 512), st.integers(8, 512), st.booleans(), st.booleans()),
)  # fmt: skip


@given(RECIPES)
def test_what_is_written_is_read_back(recipe):
    assert parse(tomllib.loads(dump(recipe))) == recipe


@pytest.mark.parametrize("character", ["\t", "\n", "\0", "\x7f"])
def test_control_characters_survive(character):
    recipe = Recipe(name=f"a{character}b")
    assert parse(tomllib.loads(dump(recipe))) == recipe


def test_what_is_left_out_has_its_default():
    assert parse({}) == Recipe()
    assert parse({"inputs": {"max_text": 99}}).inputs == InputFormat(max_text=99)


def test_a_whole_number_does_for_a_share():
    assert parse({"rate": 1}).rate == 1


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({"epoks": 3}, ["'epoks'", "epochs", "unknown key"]),
        ({"inputs": {"max_words": 3}}, ["[inputs]", "'max_words'", "max_text"]),
        ({"epochs": "3"}, ["epochs", "'3'", "int"]),
        ({"epochs": 2.5}, ["epochs", "2.5"]),
        ({"epochs": True}, ["epochs", "True"]),
        ({"warm_start": 1}, ["warm_start", "1", "bool"]),
        ({"data": 3}, ["data", "3", "str"]),
        ({"method": "qlora"}, ["method", "'qlora'", "lora", "full"]),
        ({"rank": 0}, ["rank", "0", "at least 1"]),
        ({"method": "full", "rank": -1}, ["rank", "-1"]),
        ({"batch": 0}, ["batch", "0"]),
        ({"epochs": 0}, ["epochs", "0"]),
        ({"rate": 0.0}, ["rate", "above 0"]),
        ({"rate": -1.0}, ["rate", "-1.0"]),
        ({"warmup": 1.0}, ["warmup", "1.0"]),
        ({"smoothing": -0.1}, ["smoothing", "-0.1"]),
        ({"context_dropout": 2.0}, ["context_dropout", "2.0"]),
    ],
)
def test_what_is_wrong_is_named(raw, words):
    with pytest.raises(CommuniqueError) as error:
        parse(raw)
    assert "\n" not in str(error.value)
    for word in words:
        assert word in str(error.value)


@pytest.mark.parametrize("raw", [{"inputs": 3}, {"inputs": [1]}])
def test_inputs_that_are_no_table_are_named(raw):
    with pytest.raises(CommuniqueError, match="inputs"):
        parse(raw)


@pytest.mark.parametrize(
    "raw", [{"rate": float("nan")}, {"rate": float("inf")}, {"decay": -1.0}, {"seed": -1}, {"threads": -2}]
)
def test_numbers_that_train_nothing_are_named(raw):
    with pytest.raises(CommuniqueError, match=next(iter(raw))):
        parse(raw)


def test_a_rank_of_zero_saves_whole_weights_of_full_training():
    assert Recipe(method="full", rank=0).rank == 0


def test_paths_are_relative_to_the_recipe(tmp_path):
    (tmp_path / "coded.csv").write_text("x")
    (tmp_path / "recipe.toml").write_text('data = "coded.csv"\ncodebook = "core"\nbase = "some/hub-name"\n')
    found = load(tmp_path / "recipe.toml")
    assert found.data == str(tmp_path / "coded.csv")
    assert (found.codebook, found.base) == ("core", "some/hub-name")


def test_files_that_are_none_are_named(tmp_path):
    with pytest.raises(CommuniqueError, match=r"nowhere\.toml"):
        load(tmp_path / "nowhere.toml")
    for content in (b"epochs = [", b"name = 'gr\xf6\xdfe'"):
        (tmp_path / "bad.toml").write_bytes(content)
        with pytest.raises(CommuniqueError, match=r"bad\.toml") as error:
            load(tmp_path / "bad.toml")
        assert "\n" not in str(error.value)


def test_the_shipped_recipes_load():
    folder = Path(recipes.__file__).parent / "recipes"
    found = [load(path) for path in sorted(folder.glob("*.toml"))]
    assert "core" in {recipe.name for recipe in found}


def test_a_trained_model_keeps_its_recipe(tiny_model, tiny_recipe):
    assert load(tiny_model / "recipe.toml") == tiny_recipe
    assert replace(tiny_recipe, seed=2) != tiny_recipe

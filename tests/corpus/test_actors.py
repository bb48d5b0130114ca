"""The actors file and the names it resolves."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communique.corpus.errors import CommuniqueError
from communique.corpus.extraction import Actors
from communique.corpus.extraction.actors import by_shape
from communique.corpus.records import ACTOR_TYPES


@pytest.mark.parametrize(
    ("mention", "name", "kind"),
    [
        ("a Hikvision spokesperson", "Hikvision", "company"),
        ("Hangzhou Hikvision Digital Technology Co., Ltd.", "Hikvision", "company"),
        ("Dahua Technology", "Dahua", "company"),
        ("Huawei’s chief legal officer", "Huawei", "company"),
        ("ZTE Corp.", "ZTE", "company"),
        ("U.S. Secretary of Commerce Wilbur Ross", "US Department of Commerce", "government"),
        ("the Commerce Department", "US Department of Commerce", "government"),
        (
            "the Bureau of Industry and Security of the Department of Commerce",
            "US Bureau of Industry and Security",
            "government",
        ),
        (
            "the Department of Commerce’s Bureau of Industry and Security",
            "US Bureau of Industry and Security",
            "government",
        ),
        ("Chinese Foreign Ministry spokesman Geng Shuang", "China Ministry of Foreign Affairs", "government"),
        ("China’s commerce ministry", "China Ministry of Commerce", "government"),
        ("Beijing", "China", "government"),
        ("the Kremlin", "Russia", "government"),
        ("Canadian Prime Minister Justin Trudeau", "Canada", "government"),
        ("the Estonian Prime Minister Kaja Kallas", "Estonia", "government"),
        ("the Norwegian Ministry of Foreign Affairs", "Norway Ministry of Foreign Affairs", "government"),
        ("French Finance Minister", "France Finance Ministry", "government"),
        ("MOZ", "Mozambique", "government"),
        ("Human Rights Watch", "Human Rights Watch", "ngo"),
        ("the U.N. human rights office", "UN Human Rights Office", "igo"),
        ("the European Commission", "European Commission", "igo"),
        ("the US Chamber of Commerce", "US Chamber of Commerce", "industry"),
        ("WHO", "World Health Organization", "igo"),
    ],
)
def test_resolves(mention: str, name: str, kind: str) -> None:
    assert Actors.load().resolve(mention) == (name, kind)


@pytest.mark.parametrize(
    "mention", ["", "who", "a gap in the wall", "a Chinese company", "the target", "analysts", "an American singer"]
)
def test_does_not_resolve(mention: str) -> None:
    assert Actors.load().resolve(mention) is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Solvane Inc.", "company"),
        ("Halden Robotics Ltd", "company"),
        ("Norland Ministry of Trade", "government"),
        ("Brellin Environment Agency", "government"),
        ("Lakeshore Hospitals Association", "industry"),
        ("University of Torvik", "other"),
        ("Norland Human Rights Centre", "ngo"),
        ("Maren Holt", None),
    ],
)
def test_shape(name: str, kind: str | None) -> None:
    assert by_shape(name) == kind


def test_a_file_of_ones_own_is_laid_on_top(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("company:\n  Solvane: Solvane Inc.; Old Solvane Works\nngo:\n  Hikvision: []\n", encoding="utf-8")
    actors = Actors.load(path)
    assert actors.resolve("a lawyer for Old Solvane Works") == ("Solvane", "company")
    assert actors.resolve("Hikvision") == ("Hikvision", "ngo")
    assert actors.resolve("Dahua") == ("Dahua", "company")
    assert Actors.load().resolve("Hikvision") == ("Hikvision", "company")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("firm:\n  Solvane: []\n", "'firm'"),
        ("- a\n- b\n", "no actors"),
        ("company: [\n", "cannot read"),
        ("{{{", "cannot read"),
        ("company: 3\n", "company must list"),
        ("company: [{Solvane: x}]\n", "company must list"),
        ("company: {Solvane: 3}\n", "'Solvane'"),
    ],
)
def test_a_bad_file_is_named(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(CommuniqueError, match=said) as error:
        Actors.load(path)
    assert "bad.yaml" in str(error.value)
    assert "\n" not in str(error.value)


def test_the_shipped_file_is_loaded_once() -> None:
    assert Actors.load() is Actors.load()


@given(st.text(max_size=80))
def test_any_mention_is_read(mention: str) -> None:
    found = Actors.load().resolve(mention)
    assert found is None or found[1] in ACTOR_TYPES

"""Targets of acts: what is opposed, supported, denied, demanded, condemned or said to do harm."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communique.corpus.extraction import Actors, extract
from communique.corpus.extraction.parties import Parties
from communique.corpus.extraction.targets import LABELS, target_of, targets_of
from communique.corpus.records import Document, Statement, Target, Unit
from communique.corpus.segmentation import statement_units

PROGRAM = Path(__file__).parents[2] / "benchmarks" / "targets.py"


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    spec = importlib.util.spec_from_file_location("targets_benchmark", PROGRAM)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def actors(bench: ModuleType) -> Actors:
    return Actors.load(bench.DATA / "target_actors.yaml")


def found(text: str, *labels: str, actors: Actors | None = None, met: tuple[Statement, ...] = ()) -> Target | None:
    unit = Unit("u", "d", "s", text, 100, 100 + len(text), actor="Halden Roe", actor_type="company")
    return target_of(unit, labels, Parties(actors or Actors.load(), met))


def test_the_annotated_units_come_out_as_well_as_they_did(bench, actors):
    cases = [one for one in bench.cases() if one.held_out]
    total = sum((bench.count(one, one.found(actors)) for one in cases), bench.Counter())
    assert len(cases) == 45
    assert total["exact"] >= 38
    assert total["overlap"] >= 41
    assert total["kind"] >= 40
    assert total["actor"] >= 40


def test_offsets_are_into_the_document():
    text = "We strongly oppose the tariffs on glass."
    target = found(text, "opposition")
    assert (target.text, target.start, target.end) == ("the tariffs on glass", 119, 139)
    assert target.kind == "government_action"


def test_other_labels_have_no_target():
    assert found("We oppose the tariffs.", "security", "human_rights") is None
    assert found("We oppose the tariffs.") is None


def test_repression_and_a_listing_are_not_the_same_thing(actors):
    repression = found("We condemn Kestria's repression of its poets.", "condemnation", actors=actors)
    listing = found("We condemn Kestria's listing of our firm.", "condemnation", actors=actors)
    assert (repression.kind, listing.kind) == ("government_conduct", "government_action")
    assert repression.actor == listing.actor == "Kestria"


@pytest.mark.parametrize("text", ["We oppose it.", "They must stop.", "That is a lie.", "No.", ""])
def test_a_pronoun_that_finds_nothing_gives_no_target(text):
    assert found(text, *LABELS) is None


def test_a_pronoun_does_not_reach_into_another_statement(actors):
    one = Unit("a", "d", "s1", "The ban took effect.", 0, 20)
    for statement, wanted in (("s1", "The ban"), ("s2", None)):
        two = Unit("b", "d", statement, "We oppose it.", 21, 34)
        targets = targets_of([one, two], [(), ("opposition",)], Parties(actors))
        assert (targets[1].text if targets[1] else None) == wanted


def test_the_ministry_is_the_only_one_that_the_document_has(actors):
    def said(name: str) -> Statement:
        return Statement(name, "d", "x", 0, 1, "direct", actor=name, actor_type="government")

    text = "We reject the ministry's decision."
    assert found(text, "opposition", actors=actors, met=(said("Ministry of Tin"),)).actor == "Ministry of Tin"
    both = (said("Ministry of Tin"), said("Ministry of Salt"))
    assert found(text, "opposition", actors=actors, met=both).actor is None


def test_speakers_of_the_document_are_known_by_the_first_word_of_their_names():
    met = Statement("s", "d", "x", 0, 1, "direct", actor="Ullmark Tin Corp", actor_type="company")
    target = found("We condemn Ullmark for its silence.", "condemnation", met=(met,))
    assert (target.text, target.actor, target.kind) == ("Ullmark", "Ullmark Tin Corp", "company_conduct")


@given(st.text(max_size=80), st.sets(st.sampled_from(LABELS)))
def test_no_text_raises(text, labels):
    target = found(f"We oppose {text} and deny that {text}", *labels)
    assert target is None or target.end > target.start >= 100


@given(
    st.lists(
        st.sampled_from(
            [
                "We",
                "oppose",
                "it",
                "the",
                "ban",
                "this",
                "that",
                "and",
                "by",
                "of",
                "Kestria",
                "must",
                ".",
                ",",
                "denies",
                "against",
            ]
        )
    )
)
def test_a_target_joins_back_to_its_document(actors, words):
    document = Document("d", "The ban is new. " + " ".join(words), speaker="Ostra Minerals")
    statements = extract(document, actors)
    units = [unit for one in statements for unit in statement_units(document, one)]
    for target in targets_of(units, [LABELS] * len(units), Parties(actors, statements)):
        assert target is None or document.text[target.start : target.end] == target.text


def test_an_endless_sentence_is_read_only_so_far():
    assert found("and " * 200_000 + "we oppose the ban", "opposition") is None
    assert found("We oppose " + "the " * 200_000, "opposition") is None

"""Who is given what, in the constructions that news use: written for these tests, and every name in them is invented."""

from __future__ import annotations

import pytest

from communique.corpus.extraction import extract
from communique.corpus.records import Document, Statement


def found(sentence: str) -> list[Statement]:
    text = f"Some words on a quarry open this article.\n\n{sentence}\n\nThe quarry opened in 1987."
    statements = extract(Document("d", text))
    for one in statements:
        assert text[one.start : one.end] == one.text
    return list(statements)


@pytest.mark.parametrize(
    ("sentence", "wanted"),
    [
        (
            "“We did nothing wrong,” said Orrin Dace, chief executive of Veltrane Optics, adding that the firm would appeal.",
            [("Orrin Dace", "We did nothing"), ("Orrin Dace", "the firm would appeal")],
        ),
        (
            "“We asked for the samples,” Ostra Minerals said, urging the agency to wait.",
            [("Ostra Minerals", "We asked"), ("Ostra Minerals", "urging the agency")],
        ),
        (
            "Ilse Marrand (Liberal), chair of the trade committee, said the levy would stay.",
            [("Ilse Marrand", "the levy would stay")],
        ),
        (
            "The Tamar Chamber of Commerce – which has nine hundred members – said the levy was a mistake.",
            [("The Tamar Chamber of Commerce", "the levy was a mistake")],
        ),
        ("Teo Lindqvara, citing “the mood of the country,” said the talks would resume.", [("Teo", "the talks would")]),
        (
            "Halden Roe opened a plant last year and said this week that it would close the older one.",
            [("Halden Roe", "it would close")],
        ),
        ("Several observers said the plant had never been safe.", [("Several observers", "the plant had never")]),
        (
            "The Oduvian Foreign Ministry refused to name the firms but said the list was complete.",
            [("The Oduvian Foreign Ministry", "refused to name"), ("The Oduvian Foreign Ministry", "the list was")],
        ),
    ],
)
def test_the_source_reaches_what_it_says(sentence: str, wanted: list[tuple[str, str]]) -> None:
    statements = found(sentence)
    shown = [(one.speaker, one.text) for one in statements]
    assert len(statements) == len(wanted), shown
    for one, (speaker, begins) in zip(statements, wanted, strict=True):
        assert (one.speaker or "").startswith(speaker), shown
        assert one.text.startswith(begins), shown


@pytest.mark.parametrize(
    "sentence",
    [
        "Ostra Minerals declined to comment.",
        "Ostra Minerals did not respond to a request for comment.",
        "Ostra Minerals could not be reached for comment.",
        "Ostra Minerals had no immediate comment.",
        "Ostra Minerals refused to name its suppliers.",
        "Calls to Ostra Minerals were not returned.",
        "Requests for comment to Ostra Minerals went unanswered.",
    ],
)
def test_silence_is_a_statement_of_whoever_is_silent(sentence: str) -> None:
    [silence] = found(sentence)
    assert silence.no_comment
    assert (silence.speaker, silence.actor, silence.actor_type) == ("Ostra Minerals", "Ostra Minerals", "company")


@pytest.mark.parametrize(
    "sentence",
    [
        "Ostra Minerals did not say whether it would appeal.",
        "If asked, Ostra Minerals would say that it was ready.",
        "The so-called “green” mine opened in May.",
        "“Will you answer?” a reporter asked.",
        "Calls to the harbour grew louder as boats were not returned to it.",
    ],
)
def test_what_nobody_says_is_no_statement(sentence: str) -> None:
    assert found(sentence) == []


@pytest.mark.parametrize(
    ("sentence", "actor", "behalf"),
    [
        ("A lawyer for Veltrane Optics said the listing was unlawful.", "Veltrane Optics", "Veltrane Optics"),
        (
            "Speaking on behalf of Veltrane Optics, lawyer Mira Ost said the listing was unlawful.",
            "Veltrane Optics",
            "Veltrane Optics",
        ),
        (
            "The Tamar Chamber of Commerce, which represents Veltrane Optics, said the listing was unlawful.",
            "Tamar Chamber of Commerce",
            "Veltrane Optics",
        ),
        ("Lawyer Mira Ost said the listing was unlawful.", None, None),
    ],
)
def test_on_whose_behalf(sentence: str, actor: str | None, behalf: str | None) -> None:
    [statement] = found(sentence)
    assert (statement.actor, statement.on_behalf_of) == (actor, behalf)


def test_a_reported_accusation_stays_with_its_source() -> None:
    [accusation] = found("Residents of the valley accuse Ostra Minerals of poisoning the river.")
    assert accusation.speaker == "Residents of the valley"
    assert "Ostra Minerals" not in (accusation.actor or "")

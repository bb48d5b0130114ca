"""Statements, found in texts written for these tests: every person, company and agency in them is invented."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from communique.corpus.extraction import extract
from communique.corpus.extraction.names import introductions
from communique.corpus.readers import read
from communique.corpus.records import Document, Statement

DEMO = Path(__file__).resolve().parents[2] / "demo" / "documents"
SEED = Path(__file__).resolve().parents[3] / "shared" / "seed" / "000_91bcff2193117d39.txt"


@dataclass(frozen=True)
class Want:
    """What one statement must be: its kind, words it begins with, words of its speaker, its actor and type."""

    kind: str
    begins: str
    speaker: str = ""
    actor: str | None = ""
    type: str | None = None


def statements(text: str, **fields: object) -> tuple[Statement, ...]:
    return extract(Document(id="d", text=text, **fields))  # type: ignore[arg-type]


def check(text: str, wanted: list[Want], **fields: object) -> None:
    found = statements(text, **fields)
    for statement in found:
        assert text[statement.start : statement.end] == statement.text
        if statement.speaker_start is not None:
            assert text[statement.speaker_start : statement.speaker_end] == statement.speaker
    shown = "\n".join(f"{s.kind} {s.rule} <{s.speaker}> {s.actor}/{s.actor_type}: {s.text}" for s in found)
    assert len(found) == len(wanted), shown
    for statement, want in zip(found, wanted, strict=True):
        assert statement.kind == want.kind, shown
        assert statement.text.startswith(want.begins), shown
        assert want.speaker in (statement.speaker or ""), shown
        if want.actor != "":
            assert statement.actor == want.actor, shown
        if want.type is not None:
            assert statement.actor_type == want.type, shown


QUARRY = """Brellin accuses Ostra Minerals of poisoning its river

Residents of the valley have lived for years with the colour of the water.

The Brellin Environment Agency said on Tuesday that Ostra Minerals Inc. had released untreated water into the Tamar river on at least nine days since March.

“We will not allow a company to treat our river as a drain,” said Maren Holt, director of the Brellin Environment Agency. “The permit is suspended from tonight.”

Ostra Minerals denied the allegation and accused the agency of ignoring its own measurements. In a statement, the company said it “has never exceeded a single limit.”

"We have asked for the samples," Pavel Rusk, a spokesman for Ostra Minerals, told reporters, "and we are still waiting for them."

He added that the firm would appeal to the courts.

The mine opened in 1987.
"""


def test_quarry_article() -> None:
    check(
        QUARRY,
        [
            Want(
                "indirect",
                "Ostra Minerals Inc. had released",
                "Brellin Environment Agency",
                "Brellin Environment Agency",
                "government",
            ),
            Want("direct", "We will not allow", "Maren Holt", "Brellin Environment Agency", "government"),
            Want("direct", "The permit is suspended", "Maren Holt", "Brellin Environment Agency"),
            Want("indirect", "denied the allegation and accused", "Ostra Minerals", "Ostra Minerals Inc.", "company"),
            Want("mixed", "it “has never exceeded", "the company", "Ostra Minerals Inc.", "company"),
            Want("direct", "We have asked for the samples", "Pavel Rusk", "Ostra Minerals Inc.", "company"),
            Want("direct", "and we are still waiting", "Pavel Rusk", "Ostra Minerals Inc."),
            Want("indirect", "the firm would appeal", "He", "Ostra Minerals Inc.", "company"),
        ],
    )


EMBARGO = """Kestrovia’s foreign ministry on Friday condemned the sanctions as “an act of economic war”.

China's Foreign Ministry spokesperson Wei Luan told a news conference that Beijing firmly opposes the measure.

The European Commission declined to comment. Veltrix Corp did not immediately respond to a request for comment.

According to the Kestrovia Chamber of Commerce, exports fell by a third in May.

Exports will fall further, according to the World Bank.

“It is a mistake,” a senior official at the Treasury Department said.

Washington has urged its allies to follow.

Officials did not say when the talks would resume. If asked, the ministry would say nothing.
"""


def test_embargo_article() -> None:
    check(
        EMBARGO,
        [
            Want("mixed", "condemned the sanctions as “an act of economic war”", "Kestrovia’s foreign ministry"),
            Want("indirect", "Beijing firmly opposes", "Wei Luan", "China Ministry of Foreign Affairs", "government"),
            Want("indirect", "declined to comment", "European Commission", "European Commission", "igo"),
            Want("indirect", "did not immediately respond", "Veltrix Corp", "Veltrix Corp", "company"),
            Want(
                "indirect",
                "exports fell by a third",
                "Kestrovia Chamber of Commerce",
                "Kestrovia Chamber of Commerce",
                "industry",
            ),
            Want("indirect", "Exports will fall further", "World Bank", "World Bank", "igo"),
            Want("direct", "It is a mistake", "a senior official", "US Department of the Treasury", "government"),
            Want("indirect", "urged its allies", "Washington", "United States", "government"),
        ],
    )


LISTING = """NORHAVEN - Kestrovia's trade ministry vowed on Wednesday to take "necessary measures" after Norland listed eight firms.

"We urge Norland to withdraw the decision," foreign ministry spokesman Ilo Varga told a daily briefing. He declined to elaborate.

A Lumora Inc. spokeswoman said the company was deeply disappointed. eMobil Corp. Chairman Petra Lind said the listing would change little.

Solvane Inc., which did not respond to a request for comment, has denied wrongdoing in the past.

Amnesty International's director, Joan Ebner, welcomed the decision, calling it "long overdue."

"This is a start," she said. "But it's not enough."

Sen. Dale Orrin tweeted: "Good. These companies help repress their own people."
"""


def test_listing_article() -> None:
    check(
        LISTING,
        [
            Want("mixed", "vowed on Wednesday", "Kestrovia's trade ministry"),
            Want("direct", "We urge Norland", "foreign ministry spokesman Ilo Varga"),
            Want("indirect", "declined to elaborate", "He"),
            Want("indirect", "the company was deeply", "A Lumora Inc. spokeswoman", "Lumora Inc.", "company"),
            Want("indirect", "the listing would change", "Petra Lind", type="company"),
            Want("indirect", "did not respond to a request for comment", "Solvane Inc.", "Solvane Inc.", "company"),
            Want("indirect", "denied wrongdoing", "Solvane Inc.", "Solvane Inc.", "company"),
            Want("mixed", "welcomed the decision", "Joan Ebner", "Amnesty International", "ngo"),
            Want("direct", "This is a start", "she", "Amnesty International", "ngo"),
            Want("direct", "But it's not enough", "she", "Amnesty International", "ngo"),
            Want("direct", "Good. These companies", "Sen. Dale Orrin", "US Congress", "government"),
        ],
    )


def test_no_comment_is_marked() -> None:
    found = [s for s in statements(EMBARGO) if s.no_comment]
    assert [s.actor for s in found] == ["European Commission", "Veltrix Corp"]


RELEASE = """Halden Robotics Responds to Import Ruling

TORVIK, Norland, May 4, 2025 (PRNewswire) -- Halden Robotics Ltd., a maker of warehouse machines, today announced that it will contest the import ruling of the Norland Trade Office.

The ruling is wrong in fact and in law. Halden Robotics complies with every export regulation of the countries in which it works.

“We built this company on trust, and we will defend it,” said Liv Aaker, chief executive of Halden Robotics. “Our customers will see no change in service.”

Halden Robotics will continue to honour all orders.

About Halden Robotics
Halden Robotics builds machines that lift, sort and carry.

Media Contact
press@haldenrobotics.example
"""


def test_release() -> None:
    check(
        RELEASE,
        [
            Want("release", "Halden Robotics Ltd., a maker", "", "Halden Robotics Ltd.", "company"),
            Want("direct", "We built this company", "Liv Aaker", "Halden Robotics Ltd.", "company"),
            Want("direct", "Our customers will see", "Liv Aaker", "Halden Robotics Ltd.", "company"),
            Want("release", "Halden Robotics will continue", "", "Halden Robotics Ltd.", "company"),
        ],
    )


LETTER = """March 3, 2026

Office of Clinical Software
12 Harbour Street

Re: Docket 17, proposed rule on clinical software

Dear Director Amberley,

On behalf of the Lakeshore Hospitals Association, we appreciate the opportunity to comment on the proposed rule. Our members run forty hospitals.

We strongly oppose section 4. It would cost our members a year of work, and it would not make a single patient safer.

Respectfully submitted,

Ida Corren
President
Lakeshore Hospitals Association
"""


def test_letter() -> None:
    check(LETTER, [Want("release", "On behalf of the Lakeshore", "", "Lakeshore Hospitals Association", "industry")])
    assert statements(LETTER)[0].text.endswith("a single patient safer.")


BRIEFING = """Department Press Briefing – June 2, 2031

Orla Fenn, Department Spokesperson

2:04 p.m. EDT

MS. FENN: Good afternoon. We condemn the arrests in Kestrovia.

QUESTION: Will there be sanctions?

MS. FENN: I will not get ahead of the Secretary.

QUESTION: Is that a no?

MS. FENN: It is what I said.
"""


def test_briefing() -> None:
    check(
        BRIEFING,
        [
            Want("direct", "Good afternoon. We condemn", "MS. FENN"),
            Want("direct", "I will not get ahead", "MS. FENN"),
            Want("direct", "It is what I said.", "MS. FENN"),
        ],
        publisher="US State Department",
        kind="government",
    )
    assert {s.actor for s in statements(BRIEFING, publisher="US State Department", kind="government")} == {
        "US Department of State"
    }


INLINE = (
    "# Remarks by President Biden Before Departure\nSouth Lawn 9:12 A.M. EDT THE PRESIDENT: Good morning. (Laughter.) "
    "Q Mr. President, will you sign the bill? THE PRESIDENT: Yes, I will. Q When? THE PRESIDENT: Soon. 9:14 A.M. EDT"
)


def test_inline_turns() -> None:
    check(
        INLINE,
        [
            Want("direct", "Good morning. (Laughter.)", "THE PRESIDENT", "The White House", "government"),
            Want("direct", "Yes, I will.", "THE PRESIDENT", "The White House"),
            Want("direct", "Soon.", "THE PRESIDENT", "The White House"),
        ],
    )
    assert statements(INLINE)[-1].text == "Soon."


MARKED = """**Interviewer:** What went wrong at the plant?

**Dana Orrel:** We trusted a supplier that lied to us.

**Interviewer:** Will you pay the villagers?

**Dana Orrel:** We will pay every one of them.
"""


def test_bold_turns() -> None:
    check(
        MARKED,
        [Want("direct", "We trusted a supplier", "Dana Orrel"), Want("direct", "We will pay every", "Dana Orrel")],
    )


def test_continued_paragraphs_are_one_quotation() -> None:
    text = "Norland Rail said in a statement:\n\n“We regret the delay on the northern line.\n\n“We will repay every ticket.”\n\nTrains ran again on Monday."
    check(text, [Want("direct", "We regret the delay", "Norland Rail")])
    assert statements(text)[0].text.endswith("We will repay every ticket.")


def test_open_quotation_ends_with_its_paragraph() -> None:
    text = "“We will fight the ruling, said Ana Brandt, head of Solvane Inc.\n\nThe court sits in May."
    found = statements(text)
    assert all(s.end <= text.index("\n") for s in found)
    assert all(s.confidence <= 0.5 for s in found if s.kind == "direct")


def test_nested_and_single_quotations() -> None:
    check(
        "‘Nobody told us “stop” until the very end,’ said Ana Brandt, head of Solvane Inc.",
        [Want("direct", "Nobody told us “stop”", "Ana Brandt", "Solvane Inc.", "company")],
    )
    check(
        "“They said ‘never’ and they meant it, didn’t they,” Solvane Inc. said.",
        [Want("direct", "They said ‘never’", "Solvane Inc.", "Solvane Inc.", "company")],
    )


def test_doubled_single_marks() -> None:
    check("''We shall appeal this ruling,'' Solvane Inc. said.", [Want("direct", "We shall appeal", "Solvane Inc.")])


def test_guillemets() -> None:
    check(
        "« We shall appeal this ruling », said Ana Brandt of Solvane Inc.",
        [Want("direct", "We shall appeal", "Ana Brandt")],
    )


def test_statement_read_and_continued() -> None:
    text = (
        "Solvane Inc. released a statement on Monday rejecting the report.\n\n“The report is false,” the statement read.\n\n"
        "“We will answer it in court,” the statement continued."
    )
    check(
        text,
        [
            Want("indirect", "rejecting the report", "Solvane Inc.", "Solvane Inc.", "company"),
            Want("direct", "The report is false", "the statement", "Solvane Inc.", "company"),
            Want("direct", "We will answer it", "the statement", "Solvane Inc.", "company"),
        ],
    )


def test_spokesperson_and_lawyer_speak_for_another() -> None:
    text = "“The claim has no merit,” a lawyer for Solvane Inc. said. A Solvane Inc. spokesperson said the case would be dropped."
    assert [s.on_behalf_of for s in statements(text)] == ["Solvane Inc.", "Solvane Inc."]


@pytest.mark.parametrize(
    "text",
    [
        "The so-called “smart city” was finished in May.",
        "Her novel “The Long Winter” sold well.",
        "The company did not say when the plant would reopen.",
        "If the ministry says that the plan is dead, work will stop.",
        "The protests in the capital lasted three days.",
        "The demands of the union were met.",
        "Minister Says Plan Is Dead\n\nThe plant opened in May.",
    ],
)
def test_no_statement(text: str) -> None:
    assert statements(text) == ()


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("Solvane Inc. protested the decision, calling for a reconsideration.", "protested the decision, calling for"),
        ("Solvane Inc. pledged to repair the dam.", "pledged to repair"),
        ("Solvane Inc. welcomed the ruling.", "welcomed the ruling"),
        ("Solvane Inc. apologised to its customers.", "apologised to its customers"),
        ("Solvane Inc. has called on the government to act.", "called on the government"),
        ("Solvane Inc. warned that prices would rise.", "warned that prices would rise"),
        ("Solvane Inc. announced that it will close two plants.", "it will close two plants"),
        ("Solvane Inc. also pointed out that it had hired an auditor.", "it had hired an auditor"),
        ("Solvane Inc. said prices would rise.", "prices would rise"),
        ("Prices would rise, Solvane Inc. said on Monday.", "Prices would rise"),
    ],
)
def test_reported_speech(text: str, begins: str) -> None:
    found = statements(text)
    assert len(found) == 1, found
    assert found[0].text.startswith(begins)
    assert (found[0].kind, found[0].actor_type) == ("indirect", "company")


def test_two_reports_in_one_sentence() -> None:
    found = statements(
        "Solvane Inc. said it would appeal, but Ana Brandt of the Norland Labour Union said the appeal would fail."
    )
    assert [s.text for s in found] == ["it would appeal", "the appeal would fail."]


def test_body_start_is_kept() -> None:
    text = "“Not this,” said Solvane Inc.\n\n“But this one,” said Solvane Inc."
    found = statements(text, meta={"body_start": text.index("“But")})
    assert [s.text for s in found] == ["But this one,"]


def test_speaker_field_is_the_voice() -> None:
    (found,) = statements("We deny this. It never happened.", speaker="Solvane Inc.", kind="company")
    assert (found.kind, found.actor, found.text) == ("release", "Solvane Inc.", "We deny this. It never happened.")


def test_ids_are_in_order() -> None:
    found = statements(QUARRY)
    assert [s.id for s in found] == [f"d:s{n}" for n in range(1, len(found) + 1)]
    assert [s.start for s in found] == sorted(s.start for s in found)


# -- the documents of the demonstration


def demo(name: str) -> tuple[Statement, ...]:
    return tuple(s for found in read([str(DEMO / name)]) if isinstance(found, Document) for s in extract(found))


def test_demo_article() -> None:
    ministry, firm = "Kestrian Ministry of Trade", "Veltrane Optics"
    check(
        (DEMO / "news-article.txt").read_text(encoding="utf-8"),
        [
            Want("indirect", "it will add Veltrane", "Kestrian Ministry", ministry, "government"),
            Want("indirect", "their equipment had been", "Kestrian Ministry", ministry, "government"),
            Want("direct", "No technology made", "Trade Minister Ilse Marrand", ministry, "government"),
            Want("direct", "We will review every", "Ilse Marrand", ministry, "government"),
            Want("indirect", "it regretted the decision", "Veltrane Optics", firm, "company"),
            Want("direct", "These accusations", "Orrin Dace", firm, "company"),
            Want("direct", "We have never sold", "Orrin Dace", firm, "company"),
            Want("indirect", "urged Kestria", "Oduvian", "Oduvian Foreign Ministry", "government"),
            Want("direct", "This is bullying", "spokesman Teo Lindqvara", "Oduvian Foreign Ministry", "government"),
            Want("indirect", "welcomed the listing", "Rights Observatory", "Rights Observatory", "ngo"),
            Want("indirect", "it came too late", "Rights Observatory", "Rights Observatory", "ngo"),
            Want("indirect", "declined to comment", "Halden Roe Ltd.", "Halden Roe Ltd.", "company"),
        ],
    )


def test_demo_page() -> None:
    found = demo("ministry-page.html")
    assert [s.text.split()[0] for s in found] == ["The", "Those"]
    assert {(s.actor, s.actor_type) for s in found} == {("Foreign Ministry of Oduvia", "government")}


@pytest.mark.parametrize(
    ("name", "actors"),
    [
        ("press-release.md", ["Marisport Chemicals plc"] * 4),
        ("comment-letter.pdf", ["Kestrian Association of Sensor Makers"]),
        (
            "statements.csv",
            [
                "Brightmoor Devices Inc.",
                "Kestrian Chamber of Commerce",
                "Lorvian Data Authority",
                "International Sensor Alliance",
                "Halden Roe Ltd.",
            ],
        ),
    ],
)
def test_demo_releases(name: str, actors: list[str]) -> None:
    assert [s.actor for s in demo(name)] == actors


# -- who is who within a text


@pytest.mark.parametrize(
    ("text", "actor", "kind"),
    [
        ("“It is over,” said Ilse Marrand.", None, None),
        ("“It is over,” said Jane Doe, a spokeswoman for Halden Roe.", "Halden Roe", "company"),
        ("“It is over,” Environment Minister Ilse Marrand said.", None, "government"),
        ("“It is over,” Solmark CEO Ilse Marrand said.", "Solmark", "company"),
        ("Solmark said it would appeal.", "Solmark", "other"),
        ("Lens maker Solmark Dree said prices would rise.", "Solmark Dree", "company"),
        ("Solmark Dree, a maker of lenses, said prices would rise.", "Solmark Dree", "company"),
        (
            "The Norland Ministry of Trade and Industry said it would appeal.",
            "Norland Ministry of Trade and Industry",
            "government",
        ),
    ],
)
def test_who_speaks(text: str, actor: str | None, kind: str | None) -> None:
    (found,) = statements(text)
    assert (found.actor, found.actor_type) == (actor, kind)


def test_an_office_is_of_the_ministry_of_its_own_country() -> None:
    text = (
        "The Kestrian Ministry of Trade and the Oduvian Ministry of Trade met on Monday.\n\n"
        "“We agree,” said Oduvian Trade Minister Ana Brandt.\n\n“So do we,” said Kestria's trade minister.\n\n"
        "“They should hurry,” said Lorvian Trade Minister Odd Kern."
    )
    assert [s.actor for s in statements(text)] == ["Oduvian Ministry of Trade", "Kestrian Ministry of Trade", None]


def test_a_person_without_an_organisation_is_no_earlier_speaker() -> None:
    text = "Solvane Inc. said the river was clean.\n\n“It is not,” said Maren Holt. “I live there,” she added."
    assert [s.actor for s in statements(text)] == ["Solvane Inc.", None, None]


def test_two_subjects_keep_the_first() -> None:
    found = statements("Solvane Inc. and Halden Roe Ltd. met. Solvane and Halden Roe rejected the plan.")
    assert [s.actor for s in found] == ["Solvane Inc."]


def test_saying_goes_with_the_last_speaker() -> None:
    found = statements("MARISPORT, 4 May 2031 - Solvane Inc. denied the charge, saying its pipes were sound.")
    assert [(s.actor, s.text) for s in found] == [
        ("Solvane Inc.", "denied the charge"),
        ("Solvane Inc.", "its pipes were sound."),
    ]


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("Solvane Inc. said it would appeal, but critics have called the plan hopeless.", "it would appeal"),
        ("Solvane Inc. said it would appeal, while Norland has not set a date.", "it would appeal"),
        ("Solvane Inc. said it would appeal; the court sits in May.", "it would appeal"),
        ("Solvane Inc. said the water was clean – a claim that no study supports.", "the water was clean"),
        ("Solvane Inc. said the water was clean, an assertion that no study supports.", "the water was clean"),
        ("Solvane Inc. said it had lost money, but it would appeal.", "it had lost money, but it would appeal."),
        ("Solvane Inc. said sales fell, while costs rose.", "sales fell, while costs rose."),
    ],
)
def test_content_ends_where_the_journalist_goes_on(text: str, content: str) -> None:
    assert statements(text)[0].text == content


# -- transcripts and the fields


PAGE = "Question: What is your response?\n\nSpokeswoman Brandt: We reject it.\n\nQuestion: Why?\n\nSpokeswoman Brandt: It is false."


def test_a_spokeswoman_is_her_publishers() -> None:
    found = statements(PAGE, publisher="Ministry of Trade of Norland", kind="government")
    assert [(s.text, s.actor, s.on_behalf_of) for s in found] == [
        ("We reject it.", "Ministry of Trade of Norland", "Ministry of Trade of Norland"),
        ("It is false.", "Ministry of Trade of Norland", "Ministry of Trade of Norland"),
    ]


def test_an_interview_is_not_its_newspapers() -> None:
    text = PAGE.replace("Spokeswoman Brandt", "Dana Orrel")
    assert {s.actor for s in statements(text, publisher="The Norhaven Times")} == {None}


# -- the issuer of a text without any fields


SPEECH = (
    "Mr. President,\n\nI congratulate you on your election. The General Assembly meets in a dark hour. The war in "
    "Afghanistan goes on, and the people there suffer. We have always defended the law, and we shall defend it again. "
    "Our debt to this Organization is great, and we thank the Assembly for its patience."
)
SUBMISSION = (
    "[Transcription] FILENAME: final.pdf | CONTENT: We welcome the chance to answer the paper. We build lenses, and our "
    "customers trust us. We ask the Department of Industry, Science and Resources to act, and we will help it to."
)


@pytest.mark.parametrize(
    ("text", "name", "actor"),
    [
        (SPEECH, "pool-general-debate-2014-gbr-a1b2c3.txt", "United Kingdom"),
        (SPEECH, "GBR_69_2014.txt", "United Kingdom"),
        (SPEECH, "speech.txt", None),
        (SUBMISSION, "srai-solmark-lenses-pty-ltd-submission-to-the-inquiry-a1b2c3.txt", "Solmark Lenses Pty Ltd"),
        (SUBMISSION, "final-submission.txt", None),
        (SUBMISSION.replace("We build", "At Solmark-Dree we build"), "solmark-dree-submission.txt", "Solmark-Dree"),
        (SUBMISSION, "thoughtworks-submission-to-the-inquiry.txt", "Thoughtworks"),
    ],
)
def test_the_file_name_is_the_last_resort(text: str, name: str, actor: str | None) -> None:
    found = extract(Document(id=name, text=text, source=f"pool/{name}"))
    assert [(s.kind, s.actor) for s in found] == [("release", actor)]


def test_the_text_goes_before_the_file_name() -> None:
    (found,) = extract(Document(id="acme-comment-on-rule.txt", text=LETTER))
    assert found.actor == "Lakeshore Hospitals Association"


def test_a_web_article_of_the_white_house() -> None:
    text = (
        "# Bridges Are Back\n\nToday, President Donald J. Trump opened the new bridge at Norhaven, and America is proud. "
        "We are building again, and our roads are the best in the world."
    )
    assert [(s.kind, s.actor) for s in statements(text)] == [("release", "The White House")]


def test_a_release_under_the_byline_of_an_office() -> None:
    text = (
        "Joint Statement of the United States of America and Norland on Bridges\n\nOffice of the Spokesperson\n\n"
        "The following statement was released by both governments. We will build bridges, and our engineers will meet."
    )
    assert [s.actor for s in statements(text)] == ["US Department of State"]


@pytest.mark.shared
@pytest.mark.skipif(not SEED.exists(), reason="the shared folder is not here")
def test_seed_article() -> None:
    check(
        SEED.read_text(encoding="utf-8"),
        [
            Want(
                "indirect", "it will add 28", "Bureau of Industry", "US Bureau of Industry and Security", "government"
            ),
            Want("direct", "The U.S. government", "Wilbur Ross", "US Department of Commerce", "government"),
            Want("direct", "This action will ensure", "Wilbur Ross", "US Department of Commerce", "government"),
            Want("indirect", "protesting the U.S.", "Dahua", "Dahua", "company"),
            Want("direct", "As a global business", "the statement", "Dahua", "company"),
            Want("direct", "Dahua is actively", "the statement", "Dahua", "company"),
            Want("mixed", "the company has\u00a0been working", "a Hikvision spokesperson", "Hikvision", "company"),
            Want("direct", "Hikvision strongly opposes", "the statement", "Hikvision", "company"),
            Want("direct", "Hikvision, as the security", "the statement", "Hikvision", "company"),
            Want("indirect", "the company retained", "The spokesperson", "Hikvision", "company"),
            Want("direct", "Punishing Hikvision", "statement", "Hikvision", "company"),
        ],
    )


PIECES = st.sampled_from(
    ["“", "”", '"', "'", "’", "‘", "«", "»", "(", ")", "[", "\n", "\n\n", " ", ". ", ", ", ": ", "said ", "Solvane Inc. ", "he ", "that ", "Q ",
     "MR. FENN: ", "THE PRESIDENT: ", "according to ", "We ", "Dear Sir,\n", "Sincerely,\n", "# ", "**", "> ", "the statement read", "denied ",
     "and added ", "\u00a0", "\ud800", "\x00", "İ", "ﬁ", "--", "—", "###", "About Us\n", "U.S. ", "''"]
)  # fmt: skip


@given(st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=60).map("".join)))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_is_read(text: str) -> None:
    found = statements(text)
    for statement in found:
        assert text[statement.start : statement.end] == statement.text
        assert statement.text.strip() == statement.text != ""
        if statement.speaker_start is not None:
            assert text[statement.speaker_start : statement.speaker_end] == statement.speaker
    direct = [s for s in found if s.kind == "direct"]
    assert all(before.end <= after.start for before, after in itertools.pairwise(direct))


def seconds(text: str) -> float:
    start = time.process_time()
    statements(text)
    return time.process_time() - start


@pytest.mark.parametrize(
    "unit",
    [
        '"',
        "“",
        "”",
        "'",
        " 'a",
        "''",
        "(",
        "[",
        " ",
        "\n",
        "a",
        "X-",
        ". ",
        "A. ",
        '"\n',
        "word ",
        "he said ",
        "“a said ",
        "MR. A: b ",
        "Aa of Inc ",
        "Aa Bb ",
        "Aa Bb (AB) ",
        "A (B (",
        "Aa, Bb and Cc of the ",
        "Aa. Bb. ",
        "Aa CEO ",
        "Ministry of ",
        "Trade Minister Aa Bb said it. ",
        "of the and ",
        "2014-gbr-",
    ],
)
def test_time_grows_with_length_only(unit: str) -> None:
    size = 60_000
    text = unit * (2 * size // len(unit))
    short, long = seconds(text[:size]), seconds(text)
    assert long <= 4 * short + 0.5


@pytest.mark.parametrize(
    "unit",
    [
        "A ",
        "Aa Bb ",
        "Aa of the ",
        "(",
        "Aa (",
        "Aa Bb (Cc",
        "A.",
        "A. ",
        "a.b.c.",
        ". . .",
        "word ",
        "Aa-Bb",
        "Aa, ",
        "of ",
        "Ltd ",
        "Aa & ",
    ],
)
def test_names_are_found_in_linear_time(unit: str) -> None:
    took = []
    for size in (50_000, 100_000, 200_000):
        text = (unit * (size // len(unit) + 1))[:size]
        start = time.process_time()
        assert sum(1 for _ in introductions(text)) <= size
        took.append(time.process_time() - start)
    assert took[1] <= 3 * took[0] + 0.3
    assert took[2] <= 3 * took[1] + 0.3


@pytest.mark.parametrize("unit", [".", ". ", "!?", "…"])
def test_a_run_of_stops_is_searched_in_linear_time(unit: str) -> None:
    took = []
    for size in (20_000, 80_000):
        text = "We oppose it " + unit * (size // len(unit)) + "a"
        start = time.process_time()
        extract(Document("a.txt", text))
        took.append(time.process_time() - start)
    assert took[1] <= 6 * took[0] + 0.5


def test_introductions() -> None:
    text = "In May the Norland Data Office (NDO) met Solvane Inc. and Halden Roe Ltd. at the Kestrian Ministry of Trade in Oslo."
    assert list(introductions(text)) == [
        ("Norland Data Office", "NDO"),
        ("Norland Data Office", "Norland Data Office"),
        ("Solvane Inc.", "Solvane"),
        ("Halden Roe Ltd.", "Halden"),
        ("Kestrian Ministry of Trade", "Kestrian Ministry of Trade"),
    ]


def test_a_listed_company_is_the_issuer_and_not_its_exchange() -> None:
    text = (
        "MARISPORT, March 3, 2025 (NEWSWIRE) - Veltrane Optics Corporation (Nasdaq: VELT) (“Veltrane” or the “Company”), a maker of "
        "lenses, today announced it received a letter from the Listing Staff of The Nasdaq Stock Market granting it an extension.\n\n"
        "The Company intends to regain compliance and will monitor its share price. We remain confident in our plan.\n\n"
        "The extension has no effect on the Company's stock, which continues to trade on the Nasdaq Capital Market.\n"
    )
    found = extract(Document("release.txt", text))
    assert {statement.actor for statement in found} == {"Veltrane Optics Corporation"}
    assert {statement.actor_type for statement in found} == {"company"}

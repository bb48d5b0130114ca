"""REFI-QDA codebooks: ours there and back, and those of other programs."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from communique.corpus import codebook as codebooks
from communique.corpus.annotations import read_codebook, write_codebook
from communique.corpus.annotations._refi import NAMESPACE
from communique.corpus.errors import CommuniqueError

NAMES = st.from_regex(r"[a-z][a-z0-9]{0,5}", fullmatch=True)
TEXTS = st.one_of(
    st.sampled_from(
        ["", "a\n---\nb", "---", "\n---\n", "\n---\ninclude: [x]", "a\r\nb", " x ", "<b>&amp;", "a\u2028b", "- x: y"]
    ),
    st.text(st.characters(categories=["L", "N", "P", "Z"]), max_size=20),
)
LISTS = st.lists(TEXTS, max_size=2)


@st.composite
def books(draw):
    names = draw(st.lists(NAMES, min_size=4, max_size=6, unique=True))
    labels = [
        {
            "name": name,
            "definition": draw(TEXTS),
            "include": draw(LISTS),
            "exclude": draw(LISTS),
            "positive": draw(LISTS),
        }
        for name in names
    ]
    groups = [
        {
            "name": "one",
            "choice": draw(st.sampled_from(["multi", "single"])),
            "labels": labels[:2],
            "description": draw(TEXTS),
        },
        {"name": draw(st.sampled_from(["two", names[0]])), "labels": labels[2:], "notes": draw(LISTS)},
    ]
    raw = {"name": draw(NAMES), "version": draw(TEXTS), "title": draw(TEXTS), "unit": draw(TEXTS), "groups": groups}
    return codebooks.parse(
        raw | {"instructions": draw(LISTS), "rulings": draw(LISTS), "crosswalk": {"Other (1991)": names}}
    )


@given(books())
@example(codebooks.core())
def test_a_codebook_comes_back(tmp_path_factory, book):
    folder = tmp_path_factory.mktemp("qdc")
    write_codebook(book, folder / "a.qdc")
    assert read_codebook(folder / "a.qdc") == book


def test_what_is_written_is_as_the_standard_says(tmp_path, book):
    """The elements and attributes of REFI-QDA 1.5, section 5.2."""
    from lxml import etree

    write_codebook(book, tmp_path / "a.qdc")
    root = etree.parse(str(tmp_path / "a.qdc")).getroot()
    allowed = {"CodeBook": {"origin"}, "Codes": set(), "Code": {"guid", "name", "isCodable"}, "Description": set(),
               "Sets": set(), "Set": {"guid", "name"}, "MemberCode": {"guid"}}  # fmt: skip
    for element in root.iter():
        assert element.tag.startswith(f"{{{NAMESPACE}}}")
        assert set(element.attrib) == allowed[etree.QName(element).localname]
    guids = [element.get("guid") for element in root.iter() if element.get("name")]
    assert len(set(guids)) == len(guids) == 2 + 5 + 1
    assert all(re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", guid) for guid in guids)
    assert {member.get("guid") for member in root.iter(f"{{{NAMESPACE}}}MemberCode")} < set(guids)
    codable = {element.get("name"): element.get("isCodable") for element in root.iter(f"{{{NAMESPACE}}}Code")}
    assert (codable["stance"], codable["opposition"]) == ("false", "true")


def test_codes_keep_their_identity_from_one_export_to_the_next(tmp_path, book):
    for name in ("a.qdc", "b.qdc"):
        write_codebook(book, tmp_path / name)
    assert (tmp_path / "a.qdc").read_bytes() == (tmp_path / "b.qdc").read_bytes()


NVIVO = """<?xml version="1.0" encoding="utf-8"?>
<CodeBook xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" origin="Some Program 14" xmlns="urn:QDA-XML:codebook:1:0">
  <Codes>
    <Code guid="1FF58B12-6F6F-4B0C-8BE5-BBDC91F55294" name="Human Rights (general)" color="#46AA00" isCodable="true">
      <Description>Speaks of rights.</Description>
    </Code>
    <Code guid="51191CEE-BF78-4E92-9DF8-3AE66721E038" name="Stance" isCodable="true">
      <Code guid="14C4E248-F726-42CB-B1CD-A65D6A86F296" name="Opposition" isCodable="true">
        <Code guid="14C4E248-F726-42CB-B1CD-A65D6A86F297" name="Légal action" isCodable="true"/>
      </Code>
    </Code>
    <Code guid="9FCD0F84-AA08-4765-B1B1-57A39966042A" name="主题" isCodable="false">
      <Code guid="9FCD0F84-AA08-4765-B1B1-57A39966042B" name="2nd round" isCodable="true"/>
    </Code>
  </Codes>
  <Sets><Set guid="ECA18D76-2B8B-4F26-BC1D-19ECA19FB3F0" name="A set"><MemberCode guid="1FF58B12-6F6F-4B0C-8BE5-BBDC91F55294"/></Set></Sets>
</CodeBook>"""


def test_a_codebook_of_another_program(tmp_path):
    (tmp_path / "My study.qdc").write_text(NVIVO, encoding="utf-8")
    book = read_codebook(tmp_path / "My study.qdc")
    assert book.name == "my_study"
    assert {group.name: group.names for group in book.groups} == {
        "stance": ("stance", "opposition", "legal_action"), "group_2": ("nd_round",), "codes": ("human_rights_general",),
    }  # fmt: skip
    assert book.groups[2].labels[0].definition == "Speaks of rights."
    assert all(group.choice == "multi" for group in book.groups)


def test_the_other_program_finds_its_own_names_again(tmp_path):
    (tmp_path / "a.qdc").write_text(NVIVO, encoding="utf-8")
    write_codebook(read_codebook(tmp_path / "a.qdc"), tmp_path / "b.qdc")
    names = re.findall(r'<Code [^>]*name="([^"]*)"', (tmp_path / "b.qdc").read_text(encoding="utf-8"))
    assert set(names) >= {"Human Rights (general)", "Stance", "Opposition", "Légal action", "主题", "2nd round"}
    assert read_codebook(tmp_path / "b.qdc") == read_codebook(tmp_path / "a.qdc")


def code(*names):
    return "".join(f'<Code guid="1" name="{name}" isCodable="true"/>' for name in names)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("no XML", ["a.qdc", "XML"]),
        ("<Project/>", ["a.qdc", "codebook alone"]),
        ("<CodeBook/>", ["a.qdc", "no codes"]),
        (f"<CodeBook><Codes>{code('Trade', 'trade!')}</Codes></CodeBook>", ["'Trade'", "'trade!'", "rename"]),
        ('<!DOCTYPE x [<!ENTITY a "b">]><CodeBook><Codes/></CodeBook>', ["a.qdc", "DTD"]),
        ("<CodeBook><Codes>" + '<Code name="x">' * 100_000, ["a.qdc", "XML"]),
    ],
)
def test_what_is_wrong_is_named(tmp_path, content, words):
    (tmp_path / "a.qdc").write_text(content)
    with pytest.raises(CommuniqueError) as error:
        read_codebook(tmp_path / "a.qdc")
    for word in words:
        assert word in str(error.value)
    assert "\n" not in str(error.value)


def test_a_missing_file_and_control_characters_are_named(tmp_path):
    with pytest.raises(CommuniqueError, match=r"nowhere\.qdc"):
        read_codebook(tmp_path / "nowhere.qdc")
    book = codebooks.parse({"name": "b", "groups": [{"name": "g", "labels": [{"name": "x", "definition": "a\x01b"}]}]})
    with pytest.raises(CommuniqueError, match="control characters"):
        write_codebook(book, tmp_path / "a.qdc")
    assert not list(tmp_path.iterdir())


def test_yaml_is_written_as_such(tmp_path, book):
    write_codebook(book, tmp_path / "a.yaml")
    assert read_codebook(tmp_path / "a.yaml") == book

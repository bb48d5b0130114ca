"""The readers: every file and row gives one document or one error, and nothing raises."""

import csv
import datetime
import inspect
import io
import itertools
import json
import os
import random
import subprocess
import sys
import time
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from communique.corpus import readers
from communique.corpus.readers import _docx, _entry, _jsonl, _parquet, _pdf, _unwrap, count, read
from communique.corpus.records import Document, InputError

QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
SECRET = "zanzibar"  # stands in bad inputs, and may not come out in a reason


def one(path, **options):
    found = list(read([str(path)], **options))
    assert len(found) == 1, found
    return found[0]


def fails(path, *words, **options):
    error = one(path, **options)
    assert isinstance(error, InputError), error
    assert "\n" not in error.reason
    assert SECRET not in error.reason
    for word in words:
        assert word in error.reason
    return error


def put(folder, name, content):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def pdf_bytes(pages, info=""):
    """A PDF by hand: one Courier font, the lines of each page below one another."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "", "<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>"]
    kids = []
    for lines in pages:
        shown = " ".join(f"({line}) Tj T*" for line in lines)
        stream = f"BT /F1 10 Tf 14 TL 50 750 Td {shown} ET"
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {len(objects)} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    objects.append(f"<< {info} >>")
    body, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n".encode()
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R /Info {size - 1} 0 R >>\n"
    return body + end.encode() + f"startxref\n{len(body)}\n%%EOF\n".encode()


# --- text and Markdown -------------------------------------------------------------------------------------------


@QUICK
@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1))
def test_text_is_the_file(tmp_path, text):
    found = one(put(tmp_path, "a.txt", text))
    if isinstance(found, Document):
        assert found.text == text.removeprefix("\ufeff")
        assert found.row is None
        assert found.id == "a.txt"
    else:
        assert not text.removeprefix("\ufeff").strip() or text.startswith("---")


def test_newlines_and_bom(tmp_path):
    assert one(put(tmp_path, "a.txt", b"\xef\xbb\xbfOne.\r\nTwo.\rThree.\n")).text == "One.\r\nTwo.\rThree.\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("“We oppose” the decision — said the company’s spokesman.", "cp1252"),
        ("El Gobierno de España rechazó la decisión.", "cp1252"),
        ("The company’s “plan” – and Hissène Habré’s trial.", "mac_roman"),
        ("The company’s plan.", "mac_roman"),
        (
            "Rząd Polski stwierdził, że decyzja była niesłuszna, a firma złożyła protest. Ministerstwo oświadczyło, że będzie się odwoływać.",
            "cp1250",
        ),
        ("中国外交部发言人表示坚决反对美方的错误做法，要求立即纠正。", "gb18030"),
        ("Министерство иностранных дел заявило решительный протест", "cp1251"),
    ],
)
def test_encoding_is_guessed_and_noted(tmp_path, text, encoding):
    found = one(put(tmp_path, "a.txt", text.encode(encoding)))
    assert found.text == text
    assert found.meta["encoding"] == encoding


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
def test_marked_encodings(tmp_path, encoding):
    found = one(put(tmp_path, "a.txt", "Été 中".encode(encoding)))
    assert found.text == "Été 中"


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (b" \n\t", "empty"),
        (b"zanzibar\0\xff", "binary"),
        (b"zanzibar\0", "NUL"),
        (b"\xff\xfeabc", "UTF-16"),
        (bytes(random.Random(1).randbytes(4000)).replace(b"\0", b""), "binary"),
    ],
)
def test_bad_text(tmp_path, content, word):
    fails(put(tmp_path, "a.txt", content), word)


def test_front_matter(tmp_path):
    head = "---\ntitle: A reply\ndate: 2019-10-08\npublisher: 360\nkind: Company\ntags: [a, b]\nmore: {x: 1}\n---\n"
    found = one(put(tmp_path, "a.md", head.replace("\n", "\r\n") + "We oppose.\n"))
    assert found.text[found.meta["body_start"] :] == "We oppose.\n"
    assert (found.title, found.date, found.publisher, found.kind) == ("A reply", "2019-10-08", "360", "company")
    assert found.meta == {"tags": ["a", "b"], "body_start": len(head) + head.count("\n")}


@pytest.mark.parametrize(
    "text", ["---\nprose\n---\nmore", "No matter", "---\nnever closed", "---\n- a\n---\nmore", "---"]
)
def test_no_front_matter(tmp_path, text):
    found = one(put(tmp_path, "a.md", text))
    assert found.text == text
    assert "body_start" not in found.meta


def test_bad_front_matter(tmp_path):
    fails(put(tmp_path, "a.md", "---\ntitle: Zed: zanzibar\n---\nBody"), "front matter", "line 2", "quote")
    fails(put(tmp_path, "b.md", "---\ntitle: Zed\n---\n \n"), "empty")


@pytest.mark.parametrize(
    "value", ["!!bool maybe", "!!timestamp foo", '!!int ""', "!!float 1" + ":1" * 200, "{[a]: b}", "2024-13-45"]
)
def test_a_value_that_yaml_cannot_make_is_one_error(tmp_path, value):
    put(tmp_path, "a.md", f"---\nx: {value}\n---\nBody")
    put(tmp_path, "b.md", "Body")
    bad, good = read([str(tmp_path)])
    assert isinstance(bad, InputError)
    assert "front matter" in bad.reason
    assert isinstance(good, Document)


def test_front_matter_that_refers_to_itself_is_refused_at_once(tmp_path):
    grow = "".join(
        f"{b}: &{b} {{<<: [{', '.join([f'*{a}'] * 9)}]}}\n" for a, b in itertools.pairwise("abcdefghijklmnop")
    )
    fails(put(tmp_path, "a.md", f"---\na: &a {{x: 1}}\n{grow}---\nBody"), "front matter", "line 3", "begin with *")
    assert one(put(tmp_path, "b.md", "---\n*Note* to readers\n---\nBody")).text.startswith("---")


def test_unknown_kind_is_kept(tmp_path):
    found = one(put(tmp_path, "a.md", "---\nkind: cult\n---\nBody"))
    assert found.kind is None
    assert found.meta["kind"] == "cult"


@pytest.mark.parametrize(
    ("name", "limit"), [("a.txt", "FILE_LIMIT"), ("a.html", "HTML_LIMIT"), ("a.pdf", "FILE_LIMIT")]
)
def test_too_large(tmp_path, name, limit):
    path = tmp_path / name
    with open(path, "wb") as handle:
        handle.truncate(getattr(_entry, limit) + 1)
    fails(path, "MB", "split")


# --- HTML, PDF, Word ---------------------------------------------------------------------------------------------

PAGE = """<html lang="en"><head><title>Reply</title><meta property="og:site_name" content="Acme Corp">
<meta property="article:published_time" content="2019-10-08T10:00:00Z"></head><body><nav>Home</nav><article><h1>Our reply</h1>
<p>Acme strongly opposes the decision of the ministry, and it will seek relief in court.</p>
<p>“We comply with all laws,” <b>said</b> a spokesman for the company on Tuesday.</p></article>
<script>zanzibar()</script></body></html>"""


def test_html(tmp_path):
    found = one(put(tmp_path, "a.HTM", PAGE))
    assert "in court.\n\n“We comply with all laws,” said a spokesman" in found.text
    assert "zanzibar" not in found.text
    assert (found.title, found.date, found.publisher) == ("Our reply", "2019-10-08", "Acme Corp")


def test_html_declared_encoding(tmp_path):
    page = PAGE.replace("<head>", '<head><meta charset="windows-1251">').replace("spokesman", "представитель")
    found = one(put(tmp_path, "a.html", page.replace("“", '"').replace("”", '"').encode("cp1251")))
    assert "представитель" in found.text
    assert found.meta["encoding"] == "windows-1251"


@pytest.mark.parametrize("markup", ["<html></html>", "<p>", "{}"])
def test_html_without_article(tmp_path, markup):
    fails(put(tmp_path, "a.html", markup), "no article")


def test_pdf(tmp_path):
    lines = [
        "Acme strongly opposes the deci-",
        "sion of the ministry and seeks",
        "relief.",
        "A second paragraph starts here.",
    ]
    path = put(
        tmp_path, "a.pdf", pdf_bytes([lines, ["Last page."]], "/Title (Reply) /CreationDate (D:20191008100000Z)")
    )
    found = one(path)
    assert found.text.split("\n\n") == [
        "Acme strongly opposes the decision of the ministry and seeks relief.",
        "A second paragraph starts here.",
        "Last page.",
    ]
    assert found.title == "Reply"
    assert found.meta["created"].startswith("2019-10-08T10:00:00")


def test_pdf_encrypted(tmp_path):
    from pypdf import PdfReader, PdfWriter

    source = PdfReader(io.BytesIO(pdf_bytes([["zanzibar"]])))
    for name, password in (("closed.pdf", "secret"), ("open.pdf", "")):
        writer = PdfWriter(clone_from=source)
        writer.encrypt(password, "owner", algorithm="RC4-128")
        writer.write(tmp_path / name)
    fails(tmp_path / "closed.pdf", "encrypted", "without a password")
    assert one(tmp_path / "open.pdf").text == "zanzibar"  # anyone may read it


def test_pdf_bad(tmp_path):
    fails(put(tmp_path, "a.pdf", b"zanzibar"), "damaged")
    fails(put(tmp_path, "b.pdf", pdf_bytes([[]])), "no text")


def test_pdf_limits(tmp_path, monkeypatch):
    path = put(tmp_path, "a.pdf", pdf_bytes([["x" * 100]]))
    monkeypatch.setattr(_pdf, "CHARACTERS", 10)
    fails(path, "split")
    monkeypatch.setattr(_pdf, "MEMORY", 30_000_000)
    fails(path, "PDF")
    monkeypatch.setattr(_pdf, "SECONDS", 0.01)
    fails(path, "seconds")


def test_unwrap_running_heads_and_hyphens():
    page = "ACME REPORT\nThe long-term plan of the company is a\nlong-\nterm matter, and compli-\nance is its heart; we said\n{}"
    text = _unwrap.paragraphs([page.format(n) for n in range(1, 5)])
    assert "ACME" not in text
    assert "a long-term matter, and compliance is its heart; we said" in text
    assert not any(c.isdigit() for c in text)


@QUICK
@given(st.lists(st.text("aB1-.•— \n\u00ad", max_size=30), max_size=5))
def test_unwrap_keeps_words(pages):
    assert "\n\n\n" not in _unwrap.paragraphs(pages)


def test_docx(tmp_path):
    import docx

    document = docx.Document()
    document.core_properties.title = "Reply"
    document.add_paragraph("We oppose")
    document.add_paragraph("")
    document.add_table(1, 2).cell(0, 1).text = "in a cell"
    document.add_paragraph("the\tdecision.\nNow.")
    document.save(tmp_path / "a.docx")
    found = one(tmp_path / "a.docx")
    assert found.text == "We oppose\n\nin a cell\n\nthe\tdecision.\nNow."
    assert found.title == "Reply"


def test_docx_tracked_changes(tmp_path):
    import docx
    from docx.oxml import parse_xml

    document = docx.Document()
    ns = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    paragraph = document.add_paragraph("We ")
    for piece in (
        "<w:ins {}><w:r><w:t>firmly </w:t></w:r></w:ins>",
        "<w:del {}><w:r><w:delText>no</w:delText></w:r></w:del>",
        "<w:moveFrom {}><w:r><w:t>moved</w:t></w:r></w:moveFrom>",
        "<w:sdt {}><w:sdtContent><w:r><w:t>oppose</w:t></w:r></w:sdtContent></w:sdt>",
    ):
        paragraph._p.append(parse_xml(piece.format(ns)))
    document.save(tmp_path / "a.docx")
    assert one(tmp_path / "a.docx").text == "We firmly oppose"


def test_docx_bad(tmp_path, monkeypatch):
    import docx

    fails(put(tmp_path, "a.docx", b"zanzibar"), "damaged")
    docx.Document().save(tmp_path / "b.docx")
    fails(tmp_path / "b.docx", "empty")
    monkeypatch.setattr(_docx, "UNPACKED_LIMIT", 1000)
    fails(tmp_path / "b.docx", "attack")


def archive(path, parts):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as handle:
        for name, content in parts.items():
            handle.writestr(name, content)
    return path


@pytest.mark.parametrize("name", ["a.docx", "a.xlsx"])
def test_office_attacks(tmp_path, name):
    fails(archive(tmp_path / name, {"a.xml": b"\0" * 30_000_000}), "attack")
    fails(archive(tmp_path / name, {str(n): b"" for n in range(10_001)}), "attack")
    for head in ("", '<?xml version="1.0"?>\n', "<!-- <a> -->"):
        bomb = f'{head}<!DOCTYPE a [<!ENTITY b "zanzibar">]><a>&b;</a>'
        fails(archive(tmp_path / name, {"a.xml": bomb}), "DTD")
        fails(archive(tmp_path / name, {"a.xml": bomb.encode("utf-16")}), "DTD")
    fails(archive(tmp_path / name, {"a.xml": "<a/>"}), "damaged")


@pytest.mark.parametrize("name", ["a.docx", "a.xlsx", "a.parquet", "a.html", "a.jsonl", "a.csv"])
def test_mutated_files_never_raise(tmp_path, name):
    import docx

    random_ = random.Random(7)
    if name == "a.docx":
        document = docx.Document()
        document.add_paragraph("We oppose.")
        document.save(tmp_path / name)
    else:
        table_files([{"id": str(n), "text": f"We oppose {n}."} for n in range(20)], tmp_path)
        put(tmp_path, "a.html", PAGE)
    good = (tmp_path / name).read_bytes()
    for _ in range(12):
        data = bytearray(good[: random_.randrange(1, len(good) + 1)])
        for _ in range(random_.randrange(8)):
            data[random_.randrange(len(data))] = random_.randrange(256)
        for found in read([str(put(tmp_path, "m" + name, bytes(data)))]):
            assert isinstance(found, (Document, InputError))


# --- tables ------------------------------------------------------------------------------------------------------


def table_files(rows, folder):
    """Write the rows in every format; all their cells are texts."""
    import openpyxl
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = list(rows[0])
    put(folder, "a.jsonl", "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    for suffix, delimiter in ((".csv", ","), (".tsv", "\t")):
        with open(folder / f"a{suffix}", "w", newline="", encoding="utf-8") as handle:
            writer = csv.DictWriter(handle, names, delimiter=delimiter, quoting=csv.QUOTE_ALL)
            writer.writeheader()
            writer.writerows(rows)
    pq.write_table(pa.Table.from_pylist(rows), folder / "a.parquet")
    book = openpyxl.Workbook()
    for line in [names, *([row[name] for name in names] for row in rows)]:
        book.active.append(line)
        for cell in book.active[book.active.max_row]:
            cell.data_type = "s"
    book.save(folder / "a.xlsx")


def readable(alphabet):
    return st.text(alphabet, min_size=1, max_size=30).filter(str.strip)


ANY = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
IN_XML = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff_")


@settings(QUICK, max_examples=25)
@given(texts=st.lists(readable(ANY), min_size=1, max_size=4))
def test_round_trip(tmp_path, texts):
    rows = [{"id": f"r{n}", "text": text, "note": text} for n, text in enumerate(texts)]
    import pyarrow as pa
    import pyarrow.parquet as pq

    put(tmp_path, "a.jsonl", "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet")
    for suffix, delimiter in ((".csv", ","), (".tsv", "\t")):
        with open(tmp_path / f"a{suffix}", "w", newline="", encoding="utf-8") as handle:
            writer = csv.DictWriter(handle, list(rows[0]), delimiter=delimiter, quoting=csv.QUOTE_ALL)
            writer.writeheader()
            writer.writerows(rows)
    for name in ("a.jsonl", "a.parquet", "a.csv", "a.tsv"):
        found = list(read([str(tmp_path / name)]))
        assert [d.text for d in found] == texts
        assert [d.id for d in found] == [row["id"] for row in rows]
        assert [d.meta for d in found] == [{"note": text} for text in texts]
        assert [d.row for d in found] == list(range(1, len(texts) + 1))


@settings(QUICK, max_examples=15)
@given(texts=st.lists(readable(IN_XML), min_size=1, max_size=4))
def test_round_trip_excel(tmp_path, texts):
    table_files([{"text": text} for text in texts], tmp_path)
    assert [d.text for d in read([str(tmp_path / "a.xlsx")])] == texts


@QUICK
@given(
    lines=st.lists(st.lists(st.sampled_from(["a", "b", '"', "", "é", "\0", "c d"]), min_size=1, max_size=4), min_size=1)
)
def test_rows_are_conserved_in_csv(tmp_path, lines):
    body = [",".join(cell.replace('"', '""""') for cell in cells) for cells in lines]
    expected = sum(bool(line) for line in body)
    found = list(read([str(put(tmp_path, "a.csv", "text,x\n" + "\n".join(body) + "\n"))]))
    assert len(found) == (expected or 1)
    if expected:
        assert [d.row for d in found] == list(range(1, expected + 1))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=[])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["text", "id", "kind", "x"]), inner),
    max_leaves=6,
)


@QUICK
@given(rows=st.lists(JSON | st.fixed_dictionaries({"text": JSON}), min_size=1), cut=st.integers(0, 30))
def test_rows_are_conserved_in_jsonl(tmp_path, rows, cut):
    lines = [json.dumps({"text": "We oppose."}), *(json.dumps(row) for row in rows)]
    lines[-1] = lines[-1][: max(1, len(lines[-1]) - cut)]
    found = list(read([str(put(tmp_path, "a.jsonl", "\n".join(lines)))]))
    assert [d.row for d in found] == list(range(1, len(lines) + 1))
    for document in found:
        if isinstance(document, Document):
            json.dumps([document.id, document.text, document.meta], allow_nan=False, ensure_ascii=False).encode()


def test_columns(tmp_path):
    row = {"id": 7, "Text": "We oppose.", "title": "T", "date": "2019", "publisher": "P", "speaker": "S", "kind": "ngo"}
    found = one(put(tmp_path, "a.jsonl", json.dumps({**row, "before": "B", "x": {"y": [1, None]}})))
    expected = Document("7", "We oppose.", "T", "2019", "P", "S", "ngo", "B", None, str(tmp_path / "a.jsonl"), 1)
    assert found == Document(
        **{k: getattr(expected, k) for k in Document.__slots__ if k != "meta"}, meta={"x": {"y": [1, None]}}
    )


def test_missing_id_and_unknown_kind(tmp_path):
    found = one(put(tmp_path, "a.csv", "text,kind\nWe oppose.,Cult\n"))
    assert found.id == "a.csv:1"
    assert found.kind is None
    assert found.meta == {"kind": "Cult"}


def test_text_column(tmp_path):
    path = put(tmp_path, "a.csv", "body;text\nWe oppose.;other\n")
    found = one(path, text_column="body")
    assert found.text == "We oppose."
    assert found.meta == {"text": "other"}
    fails(path, "no column 'speech'", "'body', 'text'", "--text-column", text_column="speech")


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl", "a.parquet", "a.xlsx"])
def test_no_text_column_is_one_error(tmp_path, name):
    table_files([{"body": SECRET, "n": "1"}] * 3, tmp_path)
    assert fails(tmp_path / name, "'body'", "--text-column NAME").row is None


def test_late_text_column_in_jsonl(tmp_path):
    lines = ["{}"] * 3 + ['{"text": "We oppose."}', "{}"]
    found = list(read([str(put(tmp_path, "a.jsonl", "\n".join(lines)))]))
    assert [isinstance(d, Document) for d in found] == [False] * 3 + [True, False]
    fails(put(tmp_path, "b.jsonl", "{}\n" * (_jsonl.PATIENCE + 1)), "no column")


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ('{"text": "zanzibar"', "not valid JSON"),
        ('{"text": "a", "x": NaN}', "NaN"),
        ('{"text": "a", "x": -Infinity}', "Infinity"),
        ('{"text": "a", "x": 1e999}', "too large"),
        ('{"text": "zanzibar", "text": "b"}', "twice"),
        ('{"text": "zanzibar\\ud800"}', "Unicode"),
        ('{"text": "a", "x": {"\\ud800": 1}}', "Unicode"),
        ('{"text": "zanzibar\\u0000"}', "NUL"),
        ('{"text": null}', "empty"),
        ('{"text": "  "}', "empty"),
        ('{"text": 5}', "number"),
        ('{"text": true}', "true or false"),
        ('{"text": ["zanzibar"]}', "list"),
        ('{"text": "a", "id": [1]}', "id"),
        ('{"x": 1}', "no column"),
        ("[1]", "not an object"),
        ('{"text": "a", "x": ' + "[" * 60 + "]" * 60 + "}", "nested"),
        ('{"text": "a", "x": ' + "[" * 100_000 + "]" * 100_000 + "}", "nested"),
        ('{"text": "a", "x": ' + "1" * 5000 + "}", "number"),
        ('{"text": "' + "a" * 1_000_001 + '"}', "1,000,001"),
    ],
)
def test_bad_json_rows(tmp_path, line, word):
    good = '{"text": "fine\u2028line"}'
    found = list(read([str(put(tmp_path, "a.jsonl", f"{good}\n{line}\n\n{good}"))]))
    assert [d.row for d in found] == [1, 2, 4]
    assert found[0].text == found[2].text == "fine\u2028line"
    assert isinstance(found[1], InputError)
    assert word in found[1].reason
    assert SECRET not in found[1].reason


@pytest.mark.parametrize(
    ("line", "word"),
    [
        (b"zanzibar", "1 cells"),
        (b"a,b,c", "3 cells"),
        (b'"zanzibar" x,b', "quotation"),
        (b",b", "empty"),
        (b"zanzi\xffbar,b", "Unicode"),
        (b"zanzi\0bar,b", "NUL"),
        (b"a" * 1_000_001 + b",b", "1,000,001"),
    ],
)
def test_bad_csv_rows(tmp_path, line, word, monkeypatch):
    from communique.corpus.readers import _encoding

    monkeypatch.setattr(_encoding, "HEAD", 10)  # the bad byte comes after what is looked at
    path = put(tmp_path, "a.csv", b'text,x\n"007 None",\n' + line + b"\nlast,\n")
    found = list(read([str(path)]))
    assert [d.row for d in found] == [1, 2, 3]
    assert found[0].text == "007 None"
    assert isinstance(found[1], InputError)
    assert word in found[1].reason
    assert SECRET not in found[1].reason


def test_unclosed_quote(tmp_path, monkeypatch):
    from communique.corpus.readers import _delimited

    path = put(tmp_path, "a.csv", 'text,x\nfirst,1\n"zanzibar,2\nthird,3\n')
    first, error = read([str(path)])
    assert first.text == "first"
    assert error.row == 2
    assert "quotation" in error.reason
    monkeypatch.setattr(_delimited, "RECORD_LIMIT", 50)
    put(tmp_path, "b.csv", "text,x\nfirst,1\n" + "z" * 60)
    assert [d.row for d in read([str(tmp_path / "b.csv")])] == [1, 2]


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("a.csv", "", "empty"),
        ("a.csv", "text,x\n", "empty"),
        ("a.csv", "text,x,x\n1,2,3\n", "two columns"),
        ("a.csv", '"zanzibar', "header"),
        ("a.jsonl", "\n\n", "empty"),
        ("a.jsonl", "", "empty"),
        ("a.parquet", "", "empty"),
        ("a.parquet", "zanzibar", "damaged"),
        ("a.xlsx", "", "empty"),
        ("a.xlsx", "zanzibar", "damaged"),
        ("a.csv", b"\xff\xfezan", "encoding"),
    ],
)
def test_bad_tables(tmp_path, name, content, word):
    fails(put(tmp_path, name, content), word)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_encodings_and_delimiters(tmp_path, encoding, delimiter):
    text = (
        delimiter.join(["id", "text", ""]) + "\r\n" + delimiter.join(["é1", '"One,\r\ntwo; ""thrée"""', "z"]) + "\r\n"
    )
    found = one(put(tmp_path, "a.csv", text.encode(encoding)))
    assert found.id == "é1"
    assert found.text == 'One,\r\ntwo; "thrée"'
    assert found.meta["column_3"] == "z"


def test_excel_cells(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["cover page"])
    sheet = book.create_sheet("data")
    when = datetime.datetime(2019, 10, 8)
    for line in [
        [],
        ["id", "text", "date", "n"],
        [1, "We_x000D_\noppose.", when, 2.5],
        [],
        [2, 5],
        [3, when],
        [4, None],
        [5, "a", None, None, 9],
    ]:
        sheet.append(line)
    book.save(tmp_path / "a.xlsx")
    found = list(read([str(tmp_path / "a.xlsx")]))
    assert found[0].text == "We\r\noppose."
    assert (found[0].id, found[0].date, found[0].meta) == ("1", "2019-10-08", {"n": 2.5})
    assert [word in d.reason for d, word in zip(found[1:4], ("number", "date", "empty"), strict=True)] == [True] * 3
    assert found[4].meta == {"n": None, "column_5": 9}
    assert [d.row for d in found] == [1, 3, 4, 5, 6]


def test_parquet_cells(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {
        "id": pa.array([1.0, None], pa.float64()),
        "text": pa.array(["We oppose.", None], pa.large_string()).dictionary_encode(),
        "date": pa.array([datetime.date(2019, 10, 8), None]),
        "at": pa.array([1, None], pa.timestamp("ns")),
        "x": pa.array([float("nan"), 1.5]),
        "raw": pa.array([b"ab\xff", None]),
        "list": pa.array([[1, 2], None]),
    }
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    first, second = read([str(tmp_path / "a.parquet")])
    assert (first.id, first.date) == ("1", "2019-10-08")
    assert first.meta == {"at": "1970-01-01", "x": None, "raw": "ab\\xff", "list": [1, 2]}
    assert "empty" in second.reason
    assert second.id == "a.parquet:2"


# --- paths -------------------------------------------------------------------------------------------------------


def test_folder(tmp_path):
    for name in ("b.txt", "a/z.txt", "a/.hidden.txt", ".git/x.txt", "c.py", "a.txt", "t.csv"):
        put(tmp_path, name, "text\nx\n")
    found = list(read([str(tmp_path)]))
    assert [d.id for d in found] == ["a/z.txt", "a.txt", "b.txt", "t.csv:1"]
    assert [d.row for d in found] == [None, None, None, 1]
    assert found[0].source == str(tmp_path / "a" / "z.txt")


def test_ids_that_would_collide(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("a/x.txt", "a/y.txt", "b/x.txt", "c/x.txt"):
        put(tmp_path, name, "x")
    assert [d.id for d in read(["a", "b"])] == ["a/x.txt", "y.txt", "b/x.txt"]
    assert [d.id for d in read(["b/x.txt", "c/x.txt", "a/y.txt"])] == ["b/x.txt", "c/x.txt", "y.txt"]
    assert [d.id for d in read(["a", "c/x.txt"])] == ["a/x.txt", "y.txt", "c/x.txt"]
    assert [d.id for d in read(["*/x.txt"])] == ["a/x.txt", "b/x.txt", "c/x.txt"]


def test_each_file_once(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    put(tmp_path, "a/x.txt", "x")
    put(tmp_path, "a/b/y.txt", "y")
    assert [d.id for d in read(["a", "a/x.txt", "./a", "a/x.txt"])] == ["b/y.txt", "x.txt"]
    assert [d.id for d in read(["a", "a/b"])] == ["x.txt", "y.txt"]
    assert [d.id for d in read(["a/b", "a/b/y.txt"])] == ["y.txt"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("no.txt", ["no such file"]),
        ("", ["no such file"]),
        ("a\0b", ["no such file"]),
        ("*.txt", ["pattern", ".txt, .md"]),
        ("c.py", [".py", ".txt, .md", ".xlsx"]),
        ("noext", ["no suffix"]),
        ("pipe.txt", ["not a regular file", "-"]),
        ("loop.txt", ["circle"]),
        ("empty", ["no readable file"]),
    ],
)
def test_bad_paths(tmp_path, monkeypatch, name, words):
    monkeypatch.chdir(tmp_path)
    put(tmp_path, "c.py", "x")
    put(tmp_path, "noext", "x")
    (tmp_path / "empty").mkdir()
    if name == "pipe.txt":
        os.mkfifo("pipe.txt")
    if name == "loop.txt":
        os.symlink("loop.txt", "loop.txt")
    fails(name, *words)


def test_links_and_unreadable_below_a_folder(tmp_path):
    put(tmp_path, "in/a.txt", "x")
    put(tmp_path, "out.txt", "y")
    os.symlink("..", tmp_path / "in" / "up")
    os.symlink("../out.txt", tmp_path / "in" / "b.txt")
    os.symlink("c.txt", tmp_path / "in" / "c.txt")
    os.mkfifo(tmp_path / "in" / "d.txt")
    found = list(read([str(tmp_path / "in")]))
    assert [d.id for d in found[:2]] == ["a.txt", "b.txt"]
    assert all(isinstance(d, InputError) for d in found[2:])
    assert len(found) == 5


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_no_permission(tmp_path):
    put(tmp_path, "a.txt", "x").chmod(0)
    fails(tmp_path / "a.txt", "permissions")


def test_strange_names(tmp_path):
    put(tmp_path, "a[1].txt", "x")
    assert one(tmp_path / "a[1].txt").id == "a[1].txt"
    assert next(read(tmp_path / "a[1].txt")).id == "a[1].txt"
    with open(os.fsencode(tmp_path) + b"/\xff.txt", "wb") as handle:
        handle.write(b"x")
    assert [d.id for d in read([str(tmp_path)])] == ["a[1].txt", "\\udcff.txt"]


def test_deep_folders(tmp_path):
    deep = tmp_path.joinpath(*["d"] * 300)
    put(deep, "a.txt", "x")
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack(0)) + 150)  # less than a frame for each folder
    try:
        found = list(read([str(tmp_path)]))
    finally:
        sys.setrecursionlimit(usual)
    assert [d.id for d in found] == ["d/" * 300 + "a.txt"]


# --- laziness ----------------------------------------------------------------------------------------------------


def test_large_files_start_at_once(tmp_path):
    path = put(tmp_path, "a.jsonl", '{"text": "first"}\n')
    with open(path, "r+b") as handle:
        handle.truncate(50_000_000_000)  # sparse; nobody could read it in a test
    start = time.perf_counter()
    assert next(read([str(path)])).text == "first"
    assert time.perf_counter() - start < 5


def test_folders_start_at_once(tmp_path, monkeypatch):
    for n in range(50):
        put(tmp_path, f"{n:02}.txt", "x")
    opened = []
    monkeypatch.setattr(_entry, "check_size", lambda entry, limit=None: opened.append(entry.path))
    assert list(itertools.islice(read([str(tmp_path)]), 3))[2].id == "02.txt"
    assert len(opened) == 3


def test_parquet_is_read_in_batches(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"text": [str(n) for n in range(_parquet.BATCH * 3)]}), tmp_path / "a.parquet")
    found = read([str(tmp_path / "a.parquet")])
    assert next(found).text == "0"
    found.close()
    assert [d.text for d in itertools.islice(read([str(tmp_path / "a.parquet")]), 600)][-1] == "599"


PIPE = """
from communique.corpus.readers import read
for d in read(["-"]):
    print(d.id, d.row, getattr(d, "text", None) or d.reason, flush=True)
"""


def test_stdin_comes_line_by_line():
    with subprocess.Popen([sys.executable, "-c", PIPE], stdin=-1, stdout=-1) as process:
        for n in range(1, 4):
            process.stdin.write(f'{{"text": "é{n}"}}\n'.encode())
            process.stdin.flush()
            assert process.stdout.readline().decode() == f"stdin:{n} {n} é{n}\n"  # before the pipe is closed
        process.stdin.close()
        assert process.stdout.read() == b""


class Stdin:
    def __init__(self, data):
        self.buffer = io.BytesIO(data)


@pytest.mark.parametrize(
    ("data", "texts"),
    [
        (b"\xef\xbb\xbfOne.\r\n\n Two.", ["One.", " Two."]),
        (b'\n {"text": "One."}\n{"text": "Two."}', ["One.", "Two."]),
        (b"One.\nzanzibar\xff\n\0", ["One.", "Unicode", "NUL"]),
        (b"", ["empty"]),
    ],
)
def test_stdin(monkeypatch, data, texts):
    monkeypatch.setattr(sys, "stdin", Stdin(data))
    found = list(read(["-"]))
    for document, text in zip(found, texts, strict=True):
        assert getattr(document, "text", None) == text or text in document.reason
    assert not sys.stdin.buffer.closed


def test_stdin_without_buffer(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("One.\n"))
    assert one("-").text == "One."


def test_too_long_a_line_is_one_error(tmp_path, monkeypatch):
    monkeypatch.setattr(_jsonl, "LINE_LIMIT", 40)
    good = '{"text": "fine"}\n'
    found = list(read([str(put(tmp_path, "a.jsonl", good + '{"text": "' + "z" * 200 + '"}\n' + good))]))
    assert [isinstance(d, Document) for d in found] == [True, False, True]


def test_suffixes():
    assert readers.DOCUMENT_SUFFIXES == (".txt", ".md", ".html", ".htm", ".pdf", ".docx")
    assert readers.TABLE_SUFFIXES == (".csv", ".tsv", ".jsonl", ".ndjson", ".parquet", ".xlsx")


# --- how many there are, for the time that is left


def test_rows_and_documents_are_counted(tmp_path):
    import pyarrow as pa
    from pyarrow import parquet

    (tmp_path / "a.txt").write_text("We oppose it.")
    (tmp_path / "b.csv").write_text("id,text\n1,We deny it.\n2,We regret it.\n")
    (tmp_path / "c.jsonl").write_text('{"text": "We deny it."}\n' * 4)
    parquet.write_table(pa.table({"text": ["We deny it."] * 5}), tmp_path / "d.parquet")
    assert count([str(tmp_path)]) == 1 + 2 + 4 + 5 == len(list(read([str(tmp_path)])))


def test_what_cannot_be_counted_is_one(tmp_path):
    (tmp_path / "broken.parquet").write_bytes(b"PAR1")
    assert count([str(tmp_path / "broken.parquet"), str(tmp_path / "nowhere.txt")]) == 2
    assert count(["-"]) is None

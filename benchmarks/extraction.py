"""Statements found against PolNeAR, political news with every attribution marked (Newell, Margolin and Ruths, 2018).

    python benchmarks/extraction.py [FOLDER] [--part train|dev] [--documents N] [--misses N]
    python benchmarks/extraction.py --articles      # the same of the project's own articles that no training saw
    python benchmarks/extraction.py --articles t4   # those of one writer
    python benchmarks/extraction.py --cost          # what rules, tagger and classifier take of the processor, on these articles

PolNeAR's news are not ours to ship: give its folder, by default ../shared/data/public/PolNeAR. `--rules` measures the rules
without the tagger, `--say` the tagger without what somebody is reported to believe, wish or plan, `--tagger FOLDER` another
tagger than the shipped one. Counted are the
attributions that have a source, a cue and a content, by quote type: direct (the content is a quotation), mixed (it holds
one) and indirect. A statement and a content match by overlap where they share more than half of the shorter one. The
statements in one content (a quotation of several sentences, or one split by its cue) are taken together. Exact: the same
span, but for quotation marks, the stops at its ends and a "that" at its beginning, which PolNeAR's contents have and our
statements and articles do not; a statement that begins with its own cue ("denied that …") is
compared without it, since PolNeAR's contents have none. Source and cue are compared where contents match. Both sets mark
attributions within attributions, and PolNeAR also what somebody does to a claim ("his defence of the plan"), which communique
does not look for: recall of indirect speech has a ceiling below one. The row "said" has only the contents whose cue is one of
communique's reporting verbs.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import torch

import communique
from communique.corpus import marked
from communique.corpus.extraction import Draft, extract, marks
from communique.corpus.extraction.cues import LEXICON
from communique.corpus.records import Document, Statement
from communique.corpus.segmentation import statement_units
from communique.inference.predictor import Predictor
from communique.models import tagger as taggers

FOLDER = Path(__file__).parents[2] / "shared" / "data" / "public" / "PolNeAR"
MARKS = " \t\r\n“”\"'‘’.,;:!?—–-"
OPEN = "“\"‘'«"
TYPES = ("direct", "mixed", "indirect")
Span = tuple[int, int]


@dataclass(frozen=True)
class Attribution:
    """One marked attribution; a content in two parts is one span from the first to the last."""

    content: Span
    sources: tuple[Span, ...]
    cues: tuple[Span, ...]
    type: str
    said: bool


def trimmed(text: str, span: Span) -> Span:
    start, end = span
    while start < end and text[start] in MARKS:
        start += 1
    if text.startswith("that ", start, end):
        start += len("that ")
    while end > start and text[end - 1] in MARKS:
        end -= 1
    return start, end


def quote_type(text: str, start: int, end: int) -> str:
    if text[start] in OPEN:
        return "direct"
    return "mixed" if any(mark in text[start:end] for mark in '“"') else "indirect"


def attributions(path: Path, text: str) -> Iterator[Attribution]:
    """Yield what a brat file marks."""
    spans: dict[str, tuple[Span, ...]] = {}
    events: list[dict[str, str]] = []
    for line in path.read_text(encoding="utf-8").split("\n"):
        fields = line.split("\t")
        if line.startswith("T") and len(fields) > 1:
            places = fields[1].split(" ", 1)[1].split(";")
            spans[fields[0]] = tuple((int(a), int(b)) for a, b in (place.split() for place in places))
        elif line.startswith("E") and len(fields) > 1:
            events.append(dict(part.split(":", 1) for part in fields[1].split()))
    for event in events:
        if {"Content", "Source", "Cue"} <= set(event):
            parts = spans[event["Content"]]
            start, end = min(a for a, _ in parts), max(b for _, b in parts)
            kind = quote_type(text, start, end)
            cue = spans[event["Cue"]]
            yield Attribution((start, end), spans[event["Source"]], cue, kind, is_said(text, cue, kind))


def is_said(text: str, cue: tuple[Span, ...], kind: str) -> bool:
    words = text[cue[0][0] : cue[-1][1]].lower().split()
    return kind == "indirect" and any(known.tier != "weak" for word in words for known in LEXICON.get(word, ()))


def documents(folder: Path, part: str, most: int) -> Iterator[tuple[Document, list[Attribution]]]:
    paths = sorted((folder / part / "attributions").glob("*.ann"))
    random.Random(7).shuffle(paths)
    for path in paths[:most] if most else paths:
        source = folder / part / "text" / f"{path.stem}.txt"
        if not source.is_file():  # some texts are stored under the name without its annotator's code
            source = source.with_name(f"{path.stem.rsplit('_', 1)[0]}.txt")
        with source.open(encoding="utf-8", newline="") as file:
            text = file.read()
        yield Document(path.stem, text), list(attributions(path, text))


def held_out(writer: str) -> Iterator[tuple[Document, list[Attribution]]]:
    """Yield the project's own articles that are kept for evaluation; headlines, which report nothing, are not counted."""
    for article in marked.articles():
        if article.held_out and article.document.id.startswith(writer):
            text, title = article.document.text, len(article.document.title or "")
            found = [one for one in article.attributions if one.source and one.cue[0] > title]
            kinds = [(one, quote_type(text, *one.content)) for one in found]
            yield (
                article.document,
                [
                    Attribution(one.content, (one.source,), (one.cue,), kind, is_said(text, (one.cue,), kind))
                    for one, kind in kinds
                ],
            )


def shared(a: Span, b: Span) -> int:
    return max(0, min(a[1], b[1]) - max(a[0], b[0]))


def best(one: Statement, right: list[Attribution]) -> Attribution | None:
    """Return the attribution whose content `one` is, or is part of."""
    scored = [(shared((one.start, one.end), a.content), n) for n, a in enumerate(right)]
    fit = [(s, n) for s, n in scored if 2 * s > min(one.end - one.start, right[n].content[1] - right[n].content[0])]
    return right[max(fit, key=lambda pair: (pair[0], -pair[1]))[1]] if fit else None


def matches(found: list[Statement], right: list[Attribution]) -> list[tuple[list[Statement], Attribution]]:
    """Return each attribution that was found with the statements in it; a second one of the same words counts too."""
    groups: dict[int, list[Statement]] = defaultdict(list)
    for one in found:
        attribution = best(one, right)
        if attribution is not None:
            groups[id(attribution)].append(one)
    pairs = [(groups[id(a)], a) for a in right if id(a) in groups]
    for a in right:
        again = [group for group, other in pairs if other.content == a.content]
        if id(a) not in groups and again:
            pairs.append((again[0], a))
    return pairs


def touches(start: int | None, end: int | None, places: tuple[Span, ...]) -> bool:
    return start is not None and end is not None and any(shared((start, end), place) for place in places)


def whole(places: tuple[Span, ...]) -> Span:
    return min(a for a, _ in places), max(b for _, b in places)


def count(text: str, found: list[Statement], right: list[Attribution]) -> dict[str, Counter[str]]:
    by: dict[str, Counter[str]] = defaultdict(Counter)
    for statement in found:
        by[statement.kind]["found"] += 1
    for one in right:
        by[one.type]["wanted"] += 1
        by["said"]["wanted"] += one.said
    for group, one in matches(found, right):
        first = group[0]
        cued = next((statement for statement in group if statement.cue_start is not None), None)
        for tally in (by[one.type], by["said"]) if one.said else (by[one.type],):
            tally["matched"] += 1
            begin = first.cue_end if first.cue_start == first.start and first.cue_end else first.start
            tally["exact"] += trimmed(text, (begin, group[-1].end)) == trimmed(text, one.content)
            source = (first.speaker_start, first.speaker_end)
            tally["source"] += touches(*source, one.sources)
            tally["source exact"] += source == whole(one.sources)
            if cued is not None:
                tally["with cue"] += 1
                tally["cue"] += touches(cued.cue_start, cued.cue_end, one.cues)
                tally["cue exact"] += (cued.cue_start, cued.cue_end) == whole(one.cues)
    for statement in found:
        by[statement.kind]["hits"] += best(statement, right) is not None
    by["said"] += Counter({name: by["indirect"][name] for name in ("found", "hits")})
    return by


def f1(p: float, r: float) -> float:
    return 2 * p * r / (p + r) if p + r else 0.0


def row(name: str, c: Counter[str]) -> str:
    hits = c["matched"]
    p, r = c["hits"] / max(c["found"], 1), hits / max(c["wanted"], 1)
    exact_p, exact_r = c["exact"] / max(c["found"] - c["hits"] + hits, 1), c["exact"] / max(c["wanted"], 1)
    source = f"source {c['source'] / max(hits, 1):.3f} (exact {c['source exact'] / max(hits, 1):.3f})"
    cue = f"cue {c['cue'] / max(c['with cue'], 1):.3f} (exact {c['cue exact'] / max(c['with cue'], 1):.3f})"
    return (
        f"{name:<9} {c['found']:>5} found {c['wanted']:>5} marked | overlap P {p:.3f} R {r:.3f} F1 {f1(p, r):.3f} | "
        f"exact P {exact_p:.3f} R {exact_r:.3f} F1 {f1(exact_p, exact_r):.3f} | {source} | {cue}"
    )


def errors(text: str, found: list[Statement], right: list[Attribution]) -> Iterator[str]:
    """Yield what was missed and what was found wrongly."""
    pairs = matches(found, right)
    hit, used = {id(one) for _, one in pairs}, {id(statement) for group, _ in pairs for statement in group}
    for one in right:
        if id(one) not in hit:
            words = [" ".join(text[a:b].split())[:110] for a, b in (whole(one.sources), whole(one.cues), one.content)]
            yield f"MISS {one.type:<8} {words[0]} | {words[1]} | {words[2]}"
    for statement in found:
        if id(statement) not in used:
            yield f"WRONG {statement.rule:<20} {statement.speaker} | {statement.cue} | {' '.join(statement.text.split())[:110]}"


def cost() -> None:
    """Print the processor seconds of each step from articles to labels, on one thread."""
    torch.set_num_threads(1)
    tagger, predictor, articles = taggers.load(), Predictor(communique.load()), list(marked.articles())
    tagger(["Rain fell."])
    predictor.predict([])
    times = [time.process_time()]
    drafts = [Draft(article.document) for article in articles]
    sentences = [sentence for draft in drafts for sentence in draft.sentences]
    times.append(time.process_time())
    found = iter(tagger(sentences))
    times.append(time.process_time())
    statements = [draft.statements([next(found) for _ in draft.sentences]) for draft in drafts]
    units = [
        unit
        for article, here in zip(articles, statements, strict=True)
        for one in here
        for unit in statement_units(article.document, one)
    ]
    times.append(time.process_time())
    predictor.predict(units)
    times.append(time.process_time())
    reading, tagging, joining, labelling = (after - before for before, after in pairwise(times))
    print(f"{len(articles)} articles, {len(sentences)} sentences to tag, {len(units)} units to label")
    print(f"rules {reading + joining:.1f} s, tagger {tagging:.1f} s, classifier {labelling:.1f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--part", default="dev", choices=("train", "dev"))
    parser.add_argument("--documents", type=int, default=0, help="only so many, drawn with a fixed seed")
    parser.add_argument("--misses", type=int, default=0, help="print so many errors, drawn at random")
    parser.add_argument("--articles", nargs="?", const="", metavar="WRITER", help="the project's own held-out articles")
    parser.add_argument("--rules", action="store_true", help="without the tagger")
    parser.add_argument("--say", action="store_true", help="the tagger without beliefs, wishes and plans")
    parser.add_argument("--tagger", type=Path, default=taggers.SHIPPED)
    parser.add_argument("--cost", action="store_true", help="measure the time of each step instead")
    chosen = parser.parse_args()
    if chosen.cost:
        cost()
        return
    if chosen.articles is None and not (chosen.folder / chosen.part).is_dir():
        sys.exit(f"PolNeAR is not at {chosen.folder}; it comes from github.com/networkdynamics/PolNeAR")
    total: dict[str, Counter[str]] = defaultdict(Counter)
    shown: list[str] = []
    marker = None if chosen.rules else taggers.load(chosen.tagger)
    if chosen.say:
        marks.ATTITUDES = frozenset(["say"])
    own = chosen.articles is not None
    read = held_out(chosen.articles) if own else documents(chosen.folder, chosen.part, chosen.documents)
    for document, right in read:
        found = list(extract(document, marker=marker))
        for name, counts in count(document.text, found, right).items():
            total[name] += counts
        shown += errors(document.text, found, right)
    for line in random.Random(3).sample(shown, min(chosen.misses, len(shown))):
        print(line)
    for name in TYPES:
        print(row(name, total[name]))
    print(row("said", total["said"]))
    print(row("all", sum((total[name] for name in TYPES), Counter())))


if __name__ == "__main__":
    main()

"""What the fake vendor says: an answer out of the sources in the prompt, so that a demonstration looks like the real thing."""

import hashlib
import json
import math
import re
from collections.abc import Callable, Sequence
from typing import Any

from ai.prompts.continuing import GO_ON
from ai.providers.events import Source
from ai.providers.extractive import compose
from ai.providers.words import stems

WORD_OF_MESSAGE = re.compile(r"The word of this message is (\w+)\.")
UNHAPPY = re.compile(r"\b(?:stuck|frustrated|upset|angry|useless|disappointed)\b")
NEVER = re.compile(r"\bnever\b", re.IGNORECASE)
SORT = re.compile(r"Sort the block \w+ question, as one JSON object\.\s*\Z")
ORDERED = re.compile(r'\{"intent": "\w+"\}')
PLAIN = "This is an answer of the fake vendor. It read {count} messages and the last one has {length} characters."


def answer(messages: Sequence[Any]) -> str:
    """The whole answer, or what is missing of it when the request wants one continued."""
    texts = [str(message.get("content") or "") for message in messages if isinstance(message, dict)]
    if texts and texts[-1] == GO_ON and len(texts) >= 3:
        whole, so_far = _answer(texts[:-2]), texts[-2]
        return whole[len(so_far) :] if whole.startswith(so_far) and whole != so_far else f" {whole}"
    return _answer(texts)


def _answer(texts: Sequence[str]) -> str:
    for text in reversed(texts):
        if word := WORD_OF_MESSAGE.match(text):
            return _deed(text, word[1])
    return PLAIN.format(count=len(texts), length=len(texts[-1]) if texts else 0)


def _deed(text: str, word: str) -> str:
    """What the message asks for: the answer to a question, unless it has a block that only another deed has."""
    deeds: dict[str, Callable[[str], str]] = {
        "transcript": _report,
        "mark scheme": lambda scheme: _marks(scheme, _block(text, word, "answer")),
        "the learner's last words": lambda tried: _lead(text, word, tried),
        "syllabus point": lambda point: _explain(point, _sources(text, word)),
        "sentences": lambda sentences: _checked(sentences, _sources(text, word)),
        "profile": _profile,
        "turns to sum up": _notes,
    }
    for kind, deed in deeds.items():
        if words := _block(text, word, kind):
            return deed(words)
    question = _block(text, word, "question")
    return _sorted(question) if SORT.search(text) else compose(question, _sources(text, word), None).text


def _notes(turns: str) -> str:
    """What a model says of a thread: what was asked."""
    return f"The learner asked: {'; '.join(re.findall(r'^Learner: (.*)$', turns, re.MULTILINE))[:400]}"


def _report(said: str) -> str:
    """What a model says of a transcript: the beginning as its summary, and a guess how it feels."""
    unhappy = sorted(set(UNHAPPY.findall(said.lower())))
    report = {
        "summary": " ".join(said.split())[:300],
        "sentiment": "negative" if unhappy else "neutral",
        "reason": f"Because of: {', '.join(unhappy)}." if unhappy else "A talk about the matter.",
        "people": ["Nobody At All", *re.findall(r"^(\w+):", said, re.MULTILINE)],
        "terms": [],
    }
    return json.dumps(report)


def _marks(scheme: str, written: str) -> str:
    """What a model says of an answer: full marks for each point of which a sentence has a third of the words."""
    parts = [part for part in re.split(r"(?<=[.!?])\s+|\n+", written) if part.strip()]
    points = []
    for number, marks, text in re.findall(r"^(\d+)\. \((\d+) of \d+\) (.*)$", scheme, re.MULTILINE):
        wanted = stems(text)
        best = max(parts, key=lambda part: len(wanted & stems(part)), default="")
        is_there = 3 * len(wanted & stems(best)) >= len(wanted) > 0
        reason = "You say this." if is_there else "You do not say this."
        awarded, quote = (int(marks), best) if is_there else (0, "")
        points.append({"number": int(number), "awarded": awarded, "quote": quote, "reason": reason})
    return json.dumps({"points": points, "summary": "Marked point by point by the fake vendor."})


def _lead(text: str, word: str, tried: str) -> str:
    """What a model says in a coaching session: a verdict by the words in common, and what comes next for it."""
    wanted = set(re.findall(r"\w{4,}", _block(text, word, "what a good answer would say").lower()))
    share = len(wanted & set(re.findall(r"\w{4,}", tried.lower()))) / (len(wanted) or 1)
    verdict = "understood" if share > 0.4 else "partly" if share > 0.15 else "not_yet"
    say = _block(text, word, f"what comes next when {verdict}")
    return json.dumps({"verdict": verdict, "misconception": "", "say": f"You say: {tried.split('.', maxsplit=1)[0][:60]}. {say}"})


def _explain(point: str, sources: Sequence[Source]) -> str:
    """What a model says of a syllabus point: sentences of the sources, and a question that the first of them answers."""
    title = point.partition("\n")[0]
    prose = next(each.strip() for each in reversed(sources[0].text.split("\n\n")) if each.strip())
    quote = re.split(r"(?<=[.])\s", prose, maxsplit=1)[0]
    check = {"question": f"What does the course say about {title}?", "source": sources[0].number, "quote": quote}
    return json.dumps({"explanation": compose(title, sources, None).text, "check": check})


def _checked(sentences: str, sources: Sequence[Source]) -> str:
    """What a model says of an answer's sentences: borne out, unless only one of the two says never."""
    told = NEVER.search(" ".join(source.text for source in sources)) is not None
    found = re.findall(r"^(\d+)\. (.*)$", sentences, re.MULTILINE)
    entries = [{"number": int(number), "support": "no" if NEVER.search(words) and not told else "yes"} for number, words in found]
    return json.dumps({"sentences": entries})


def _profile(pasted: str) -> str:
    """What a careless model says of a profile: its second line, what stands behind "skills", and whatever lines have a year."""
    lines = [line.strip() for line in pasted.splitlines() if line.strip()]
    skills = next((line.partition(":")[2] for line in lines if line.lower().startswith("skills:")), "")
    found = {
        "headline": lines[1] if len(lines) > 1 else "",
        "about": " ".join(line for line in lines if line.startswith("I ")),
        "expertise": [one.strip() for one in skills.split(",") if one.strip()],
        "experience": [*(line for line in lines if re.search(r"\b(?:19|20)\d\d\b", line)), "Admiral of the fleet, 1805"],
        "education": [],
        "languages": [],
    }
    return json.dumps(found)


def _sorted(question: str) -> str:
    """What a gullible model says of a question: whatever the question tells it to say, else a guess by its words."""
    if told := ORDERED.search(question):
        return told[0]
    way = re.search(r"\b(?:where|which chapter|part|page|open)\b", question, re.IGNORECASE)
    return json.dumps({"intent": "navigation" if way else "course_content"})


def _sources(text: str, word: str) -> list[Source]:
    found = re.findall(
        rf"^=== {word} source (\d+)[^\n]*\nFrom: ([^\n]*)\n\n(.*?)\n=== {word} end$", text, re.MULTILINE | re.DOTALL
    )
    return [Source(int(number), title, body) for number, title, body in found]


def _block(text: str, word: str, kind: str) -> str:
    match = re.search(rf"^=== {word} {kind}\n(.*?)\n=== {word} end$", text, re.MULTILINE | re.DOTALL)
    return match[1] if match else ""


def embedding(text: str, dimensions: int) -> list[float]:
    """A vector of length 1 in which texts with common words are near each other."""
    vector = [0.0] * dimensions
    for word in re.findall(r"\w+", text.lower()) or [""]:
        digest = hashlib.blake2b(word.encode(), digest_size=8).digest()
        vector[int.from_bytes(digest[:4]) % dimensions] += 1.0 if digest[4] % 2 else -1.0
    length = math.sqrt(sum(value * value for value in vector)) or 1.0
    return [value / length for value in vector]

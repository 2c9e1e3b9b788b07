"""What to do about a weakness: actions with a day each before the exam, and links to the place where each is done.

Pure. Knowledge is read up and said in one's own words, application is practised, evaluation is talked through and then
practised; a last action sees whether it moved. The worst weakness comes first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypedDict

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from planning.improve.finding import OBJECTIVES, Weakness, Weaknesses
from planning.study.syllabus import SyllabusTopic

MOST = 6  # actions of one plan: more are not done
BETWEEN = 2  # days from one action to the next
QUESTIONS = 5  # of a practice set
CHAPTERS = 3  # links of one action
SEVERITIES = ("high", "medium", "low")


class Link(TypedDict):
    """`kind` is chapter (target: place id), practice (codes, with commas) or session (words of a topic)."""

    kind: str
    title: str
    target: str


class Action(TypedDict):
    id: str
    action: str
    target_weakness: str
    due_date: str
    completed: bool
    resources: list[str]
    syllabus_points: list[str]
    links: list[Link]


@dataclass(frozen=True, slots=True)
class _Advice:
    action: str
    target: str
    points: list[str]
    links: list[Link]


def actions(found: Weaknesses, topics: Sequence[SyllabusTopic], *, today: date, exam_date: date | None) -> list[Action]:
    """The actions in the stored shape, in the order of their days; none when nothing is weak."""
    by_code = {topic.code: topic for topic in topics}
    ranked = sorted(
        ((name, weakness) for name in OBJECTIVES for weakness in found[name]),
        key=lambda pair: SEVERITIES.index(pair[1]["severity"]),
    )
    advice = [_advice(name, weakness, by_code) for name, weakness in ranked[: MOST - 1]]
    if advice:
        advice.append(_again(ranked, by_code))
    dates = due_dates(len(advice), today, exam_date)
    return [_action(number, each, day) for number, (each, day) in enumerate(zip(advice, dates, strict=True), start=1)]


def due_dates(count: int, today: date, exam_date: date | None) -> list[date]:
    """A day for each action, at an even pace, the last one before the exam; never in the past."""
    last = exam_date - timedelta(days=1) if exam_date else today + timedelta(days=BETWEEN * count)
    room = max((last - today).days, 0)
    step = min(BETWEEN, room / count) if count else 0
    return [today + timedelta(days=min(int(step * number), room)) for number in range(1, count + 1)]


def _advice(name: str, weakness: Weakness, by_code: Mapping[str, SyllabusTopic]) -> _Advice:
    make = {"AO1": _read_up, "AO2": _apply, "AO3": _talk}[name]
    codes = weakness["syllabus_points"]
    text, links = make(codes, _names(codes, by_code), by_code)
    return _Advice(text, f"{name} - {weakness['category']}", codes, links)


def _read_up(codes: Sequence[str], names: str, by_code: Mapping[str, SyllabusTopic]) -> tuple[str, list[Link]]:
    links = [*_chapters(codes, by_code), _practice(codes)]
    return _("Read up %(names)s, and write each idea down in one sentence of your own") % {"names": names}, links


def _apply(codes: Sequence[str], names: str, by_code: Mapping[str, SyllabusTopic]) -> tuple[str, list[Link]]:
    text = _("Practise %(names)s, and tie each answer to the case in the question: its names, its numbers, its situation")
    return text % {"names": names}, [_practice(codes), *_chapters(codes, by_code)]


def _talk(codes: Sequence[str], names: str, by_code: Mapping[str, SyllabusTopic]) -> tuple[str, list[Link]]:
    text = _("Weigh up %(names)s: an argument, what speaks against it, and a conclusion with its reason")
    topic: Link = {"kind": "session", "title": _("Talk it through with the coach"), "target": names}
    return text % {"names": names}, [topic, _practice(codes)]


def _again(ranked: Sequence[tuple[str, Weakness]], by_code: Mapping[str, SyllabusTopic]) -> _Advice:
    codes = list(dict.fromkeys(code for _name, weakness in ranked for code in weakness["syllabus_points"]))[:8]
    worst_name, worst = ranked[0]
    text = _("Practise the same points once more, and see here whether it moved")
    return _Advice(text, f"{worst_name} - {worst['category']}", codes, [_practice(codes)])


def _action(number: int, advice: _Advice, day: date) -> Action:
    return {
        "id": f"action-{number}",
        "action": advice.action,
        "target_weakness": advice.target,
        "due_date": day.isoformat(),
        "completed": False,
        "resources": [link["title"] for link in advice.links],
        "syllabus_points": list(advice.points),
        "links": advice.links,
    }


def _names(codes: Sequence[str], by_code: Mapping[str, SyllabusTopic]) -> str:
    titles = [by_code[code].title if code in by_code else code for code in codes[:CHAPTERS]]
    return ", ".join(f"“{title}”" for title in titles) or _("what was asked")


def _chapters(codes: Sequence[str], by_code: Mapping[str, SyllabusTopic]) -> list[Link]:
    places = {by_code[code].place_id: by_code[code].place_title for code in codes if code in by_code and by_code[code].place_id}
    text = _("Chapter: %(title)s")
    return [
        {"kind": "chapter", "title": text % {"title": title}, "target": place} for place, title in list(places.items())[:CHAPTERS]
    ]


def _practice(codes: Sequence[str]) -> Link:
    title = ngettext("Practice: questions on %(count)d point", "Practice: questions on %(count)d points", len(codes))
    return {"kind": "practice", "title": title % {"count": len(codes)}, "target": ",".join(codes)}


def carried_over(new: list[Action], old: Sequence[Mapping[str, Any]]) -> list[Action]:
    """The new actions, ticked where an action against the same weakness was ticked before."""
    done = {(item["target_weakness"], item["action"]) for item in old if item["completed"]}
    return [{**item, "completed": (item["target_weakness"], item["action"]) in done} for item in new]

"""What of a trainer's coach anybody but the trainer may know. One function in the database decides, for the page, the API, the
preview and the prompt alike; nothing here reads the trainer's row itself.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection

TONES = {
    "plain": "",
    "warm": "Be warm and encouraging, without praise that was not earned.",
    "brief": "Be brief: no more sentences than the matter needs.",
    "curious": "End with one short question that lets the learner think a step further.",
}
SHARED_BY_ROW = """
SELECT persona_shared(p.share_level, p.coach_name, u.name, p.tone, p.greeting, p.picture_hash, p.linkedin_profile_url,
                      p.trainer_info)
  FROM ai_coach_trainer_personalization p JOIN users u ON u.id = p.trainer_id WHERE p.id = %s
"""


@dataclass(frozen=True, slots=True)
class Persona:
    """The coach as a learner may see it. `picture` is the hash of its picture; what is not shared is empty."""

    name: str
    tone: str = "plain"
    greeting: str = ""
    picture: str = ""
    expertise: tuple[str, ...] = ()
    headline: str = ""
    about: str = ""
    experience: tuple[str, ...] = ()
    education: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    linkedin: str = ""
    is_full: bool = field(default=False)


def persona_for(course_id: UUID, learner_id: UUID) -> Persona | None:
    """The coach that this learner has in the course. Behind their door, or the system's."""
    return _one("SELECT coach_persona(%s, %s)", [course_id, learner_id])


def previewed(row_id: UUID) -> Persona | None:
    """The same of one row of settings, behind its trainer's door."""
    return _one(SHARED_BY_ROW, [row_id])


def picture_for(course_id: UUID, learner_id: UUID) -> bytes | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coach_persona_picture(%s, %s)", [course_id, learner_id])
        found = cursor.fetchone()
    return bytes(found[0]) if found and found[0] else None


def read(shared: Any) -> Persona | None:
    """What the database gave, as a value."""
    found: Mapping[str, Any] | None = json.loads(shared) if isinstance(shared, str) else shared
    if not found:
        return None
    lists: dict[str, Any] = {name: _lines(found.get(name)) for name in ("expertise", "experience", "education", "languages")}
    texts: dict[str, Any] = {
        name: str(found.get(name) or "") for name in ("name", "tone", "greeting", "picture", "headline", "about", "linkedin")
    }
    return Persona(**texts, **lists, is_full="about" in found)


def manner(persona: Persona | None) -> dict[str, str]:
    """What the coach's prompt takes: who it speaks as, which is data, and how, which is one of ours."""
    return {"speaks_as": _who(persona), "manner": TONES.get(persona.tone, "")} if persona else {}


def _who(persona: Persona) -> str:
    parts = [f"Name of the coach: {persona.name}"]
    parts += [f"Fields of the trainer: {', '.join(persona.expertise)}"] if persona.expertise else []
    parts += [f"The trainer: {text}" for text in (persona.headline, persona.about[:600]) if text]
    return "\n".join(parts)


def _one(sql: str, values: list[Any]) -> Persona | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found = cursor.fetchone()
    return read(found[0]) if found else None


def _lines(value: Any) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, list) else ()

"""What the mentor may be told of a learner's concepts, for its prompt: plain lines, short; whoever sends them fences them."""

from datetime import datetime
from uuid import UUID

from courses.models import LearningConcept
from planning.concepts.seeing import Seen, seen_all
from planning.learning_plan_models import LearningPlan
from planning.learning_plans.showing import due_today

MOST = 6  # concepts
MOST_STEPS = 3  # of today
LONGEST = 1600  # characters altogether


def pursued(user_id: UUID, concept_id: UUID | None, now: datetime) -> str:
    """The learner's active concepts with progress and next step, the one that a thread is about first, and what is planned for
    today. Empty when nothing is pursued. Behind the learner's door.
    """
    rows = LearningConcept.objects.there().filter(user_id=user_id, is_active=True, completion_percentage__lt=100)
    about = list(LearningConcept.objects.there().filter(user_id=user_id, pk=concept_id)) if concept_id else []
    others = [each for each in rows.order_by("-last_studied", "created_at")[:MOST] if each.pk != concept_id]
    found = seen_all([*about, *others])
    if not found:
        return ""
    lines = [_line(each, is_about=each.concept.pk == concept_id) for each in found]
    return "\n".join([*lines, *_today(user_id, now)])[:LONGEST]


def _line(each: Seen, *, is_about: bool) -> str:
    parts = [f"- {each.concept.name}: {each.concept.percent} %"]
    parts += [f"next: {each.next_part.title}"] if each.next_part else []
    parts += [f"needs first: {', '.join(need.name for need in each.needs)}"] if each.needs else []
    if is_about:
        parts += ["this conversation is about it"]
        parts += [f"wish: {wish}" for wish in each.concept.custom_prompts]
    return "; ".join(parts)


def _today(user_id: UUID, now: datetime) -> list[str]:
    plans = list(LearningPlan.objects.filter(user_id=user_id, is_active=True))
    lines = due_today(plans, now)[:MOST_STEPS]
    return [f"- Planned for today: {', '.join(line.step.title for line in lines)}"] if lines else []

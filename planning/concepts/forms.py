"""The shape of a concept as a person fills it in, and nothing else."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from courses.models import Course, LearningConcept
from planning.concepts import adding
from planning.concepts.adding import Wanted
from planning.concepts.choosing import CourseChoices
from planning.concepts.seeing import own_concepts

LINES = {"rows": 4}


class ConceptForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=200)
    description = forms.CharField(
        label=_("Why, and what for"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    objectives = forms.CharField(
        label=_("Objectives"),
        required=False,
        max_length=adding.MOST_OBJECTIVES * (adding.LONGEST_LINE + 2),
        widget=forms.Textarea(attrs=LINES),
        help_text=_("One in each line: what you want to be able to say or do. You show each of them in your own words."),
    )
    difficulty = forms.ChoiceField(label=_("Difficulty"), choices=LearningConcept.Difficulty.choices)
    estimated_hours = forms.IntegerField(
        label=_("Hours that it takes altogether"),
        required=False,
        min_value=1,
        max_value=1000,
        help_text=_("Left open, it is estimated from the chapters, labs and objectives."),
    )
    prerequisites = forms.MultipleChoiceField(
        label=_("Needs first"), required=False, widget=forms.CheckboxSelectMultiple, help_text=_("A plan puts these before it.")
    )
    course = forms.ChoiceField(label=_("Course"), required=False)
    places = forms.MultipleChoiceField(
        label=_("Chapters and labs"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("What you read and try there moves the concept."),
    )
    prompts = forms.CharField(
        label=_("What the mentor should heed"),
        required=False,
        max_length=adding.MOST_PROMPTS * (adding.LONGEST_LINE + 2),
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One wish in each line, such as “examples from databases”."),
    )

    def __init__(
        self, data: Any = None, *, learner: User, courses: list[CourseChoices], concept: LearningConcept | None = None
    ) -> None:
        super().__init__(data, initial=_initial(concept))
        self.courses = {choice.course.slug: choice.course for choice in courses}
        others = own_concepts(learner).exclude(pk=concept.pk) if concept else own_concepts(learner)
        known = [(choice.course.slug, choice.course.title) for choice in courses]
        self._choices("prerequisites", [(str(other.pk), other.name) for other in others])
        self._choices("course", [("", _("None, my own")), *known])
        self._choices("places", _places(courses))
        for name in ("prerequisites", "places"):
            if not self.fields[name].choices:  # type: ignore[attr-defined]
                del self.fields[name]

    def _choices(self, name: str, choices: list[Any]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def wanted(self, *, concept: LearningConcept | None) -> Wanted:
        good = self.cleaned_data
        course: Course | None = self.courses.get(good["course"])
        return Wanted(
            name=good["name"],
            description=good["description"],
            difficulty=good["difficulty"],
            estimated_hours=good["estimated_hours"],
            prerequisites=[UUID(each) for each in good.get("prerequisites", ())],
            objectives=good["objectives"].splitlines(),
            prompts=good["prompts"].splitlines(),
            course=course,
            topic=concept.topic if concept and course and concept.course_id == course.pk else None,
            places=_within(course, good.get("places", ())),
        )


class CorrectionForm(forms.Form):
    percent = forms.IntegerField(label=_("Progress in per cent"), min_value=0, max_value=100)
    why = forms.CharField(label=_("Why"), max_length=500, required=False)


def _within(course: Course | None, values: list[str]) -> list[str]:
    """The chosen places of the chosen course; what was chosen of another one does not count."""
    cut = [value.partition("/") for value in values]
    return [place for slug, _slash, place in cut if course and slug == course.slug]


def _places(courses: list[CourseChoices]) -> list[Any]:
    """Grouped by course when there are several."""
    groups = [
        (choice.course.title, [(f"{choice.course.slug}/{place.value}", place.name) for place in choice.places])
        for choice in courses
        if choice.places
    ]
    return groups if len(groups) > 1 else [place for _title, places in groups for place in places]


def _initial(concept: LearningConcept | None) -> dict[str, Any]:
    if concept is None:
        return {"difficulty": LearningConcept.Difficulty.BEGINNER}
    slug = concept.course.slug if concept.course else ""
    return {
        "name": concept.name,
        "description": concept.description or "",
        "objectives": "\n".join(concept.learning_objectives),
        "difficulty": concept.difficulty,
        "estimated_hours": concept.estimated_hours,
        "prerequisites": concept.prerequisites,
        "course": slug,
        "places": [f"{slug}/{place_id}" for place_id in concept.place_ids],
        "prompts": "\n".join(concept.custom_prompts),
    }

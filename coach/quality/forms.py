"""What trainers type: a set, a question, a file of questions."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.models import Course
from learning.evaluating.questions import Expected
from learning.quality.keeping import MOST_PLACES
from learning.quality_models import LONGEST_ANSWER, LONGEST_NAME, LONGEST_QUESTION

LARGEST_FILE = 2 * 1024 * 1024  # bytes


class SetForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME, help_text=_("For example “After the first day”."))
    course = forms.ChoiceField(label=_("Course"))

    def __init__(self, *args: Any, courses: list[Course], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["course"]).choices = [(course.slug, course.title) for course in courses]


class QuestionForm(forms.Form):
    """A question with the places and the answer that are expected, of which one is needed."""

    question = forms.CharField(label=_("Question"), max_length=LONGEST_QUESTION)
    expected = forms.MultipleChoiceField(
        label=_("Expected places"), required=False, help_text=_("Any one of them is right."), widget=forms.SelectMultiple
    )
    answer = forms.CharField(
        label=_("Expected answer"),
        max_length=LONGEST_ANSWER,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("In a few words: how many of them come in the coach's answer is counted."),
    )

    def __init__(self, *args: Any, places: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = cast(forms.MultipleChoiceField, self.fields["expected"])
        chosen.choices = list(places.items())
        chosen.widget.attrs["size"] = min(6, max(2, len(places)))

    def clean(self) -> dict[str, Any]:
        good = super().clean() or {}
        if not self.errors and not good.get("expected") and not good.get("answer"):
            raise forms.ValidationError(_("Choose a place, or write what the answer should say."))
        if len(good.get("expected") or ()) > MOST_PLACES:
            raise forms.ValidationError(_("Choose fewer places."))
        return good

    def wanted(self) -> Expected:
        good = self.cleaned_data
        return Expected(" ".join(good["question"].split()), tuple(good["expected"]), good["answer"])


class FileForm(forms.Form):
    file = forms.FileField(label=_("File"), help_text=_("Lines of JSON, as “Export” makes them."))

    def clean_file(self) -> bytes:
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise forms.ValidationError(_("The file is larger than 2 MB."))
        return bytes(file.read())

"""The form of a question in Django admin: what is saved is a new version, by the same deed as an import."""

from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from planning.authoring.lines import answer_lines, choice_lines, entries, scheme_lines
from planning.exam_models import MOST_MARKS, Question, QuestionVersion
from planning.importing import BadQuestions, Draft, QuestionDraft, checked, compare
from planning.importing.rows import question as read_question

FORMATS = [("markdown", gettext_lazy("Markdown")), ("plain", gettext_lazy("Plain text"))]


def _area(rows: int) -> forms.Widget:
    return UnfoldAdminTextareaWidget(attrs={"rows": rows})


class QuestionForm(forms.ModelForm):
    """Fields of the current version beside those of the question. `draft` is there once the form is valid."""

    draft: QuestionDraft

    codes = forms.CharField(
        label=gettext_lazy("Syllabus points"),
        required=False,
        help_text=gettext_lazy("Codes, with spaces between them."),
        widget=UnfoldAdminTextInputWidget(),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=QuestionVersion.Kind.choices, widget=UnfoldAdminSelectWidget())
    title = forms.CharField(label=gettext_lazy("Title"), required=False, max_length=300, widget=UnfoldAdminTextInputWidget())
    text = forms.CharField(label=gettext_lazy("Question"), widget=_area(6))
    text_format = forms.ChoiceField(label=gettext_lazy("Format"), choices=FORMATS, widget=UnfoldAdminSelectWidget())
    marks = forms.IntegerField(
        label=gettext_lazy("Maximum marks"), min_value=1, max_value=MOST_MARKS, widget=UnfoldAdminIntegerFieldWidget()
    )
    choices = forms.CharField(
        label=gettext_lazy("Choices"),
        required=False,
        help_text=gettext_lazy("Of a multiple choice, one a line; or as {“text”: …, “weight”: percent, “feedback”: …}."),
        widget=_area(5),
    )
    answer = forms.CharField(
        label=gettext_lazy("Right answers"),
        required=False,
        help_text=gettext_lazy(
            "One a line: right choices; true or false; accepted words, * for anything; 3.14, 3.14:0.01 or 3..4; left -> right."
        ),
        widget=_area(4),
    )
    scheme = forms.CharField(
        label=gettext_lazy("Mark scheme"),
        required=False,
        help_text=gettext_lazy("One point a line: AO2 1: what earns the mark /| the same in other words."),
        widget=_area(8),
    )
    model_answer = forms.CharField(label=gettext_lazy("Model answer"), required=False, widget=_area(6))
    feedback = forms.CharField(label=gettext_lazy("Shown to everybody afterwards"), required=False, widget=_area(3))

    class Meta:
        model = Question
        fields = ("subject", "code", "active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and self.instance.current:
            self.initial.update(_said(self.instance, self.instance.current))

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return said
        question = self._question(said)
        if question:
            self._check(question, said.get("subject") or self.instance.subject)
        return said

    def _question(self, said: dict[str, Any]) -> QuestionDraft | None:
        try:
            lists = {name: entries(said[name]) for name in ("choices", "answer", "scheme")}
        except ValueError as error:
            self.add_error(None, _("A line that begins with { is no JSON: %s") % error)
            return None
        if said["kind"] == QuestionVersion.Kind.TRUE_FALSE:
            lists["answer"] = (lists["answer"] or [""])[0]
        fields = {name: said[name] for name in ("kind", "title", "text", "marks", "model_answer", "feedback", "active")}
        faults: list[Any] = []
        code = said.get("code") or self.instance.code
        found = read_question({**fields, **lists, "code": code, "points": said["codes"].replace(",", " ").split()}, 0, faults)
        for fault in faults:
            self.add_error(None, fault.message)
        return replace(found, text_format=said["text_format"]) if found else None

    def _check(self, question: QuestionDraft, subject: Any) -> None:
        draft = Draft("form", (question,))
        try:
            compare(subject, checked(draft))
        except BadQuestions as bad:
            for fault in bad.faults:
                self.add_error(None, fault.message)
        self.draft = question


def _said(question: Question, version: QuestionVersion) -> dict[str, Any]:
    key = version.answer_key
    return {
        "codes": " ".join(point.code for point in question.points.all()),
        "kind": version.kind,
        "title": version.title,
        "text": version.text,
        "text_format": version.text_format,
        "marks": version.maximum_marks,
        "choices": choice_lines(version, key),
        "answer": answer_lines(version, key),
        "scheme": scheme_lines(list(version.scheme_points.all())),
        "model_answer": key.model_answer,
        "feedback": key.feedback,
    }


class ImportForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV, JSON or GIFT, up to 5 MB. Nothing changes before you have seen what would change."),
    )

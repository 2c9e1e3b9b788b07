"""The shape of an upload, and of what is looked for."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from courses.models import Course
from learning.models import VoiceTranscript
from learning.transcripts.files import LARGEST_TEXT, UploadRefused
from learning.transcripts.receiving import LONGEST_TITLE, check_size
from learning.transcripts.seeing import LONGEST_SEARCH, Wanted
from learning.transcripts.sounds import LARGEST_RECORDING

TEXTS = ".vtt,.srt,.txt,text/plain,text/vtt"
SOUNDS = ".mp3,.m4a,.wav,.webm,.ogg,.flac,audio/*"


class TranscriptForm(forms.Form):
    course = forms.ChoiceField(label=_("Course"))
    title = forms.CharField(label=_("Title"), max_length=LONGEST_TITLE, required=False, help_text=_("Else the name of the file."))
    file = forms.FileField(label=_("File"), max_length=1000, allow_empty_file=True)

    def __init__(self, *args: Any, courses: list[Course], takes_sound: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["course"].choices = [(course.slug, course.title) for course in courses]  # type: ignore[attr-defined]
        sizes = {"text": LARGEST_TEXT // 2**20, "sound": LARGEST_RECORDING // 2**20}
        if takes_sound:
            self.fields["file"].help_text = (
                _("Text, WebVTT or SRT up to %(text)d MB, or a recording (MP3, M4A, WAV, WebM, Ogg) up to %(sound)d MB.") % sizes
            )
        else:
            self.fields["file"].help_text = (
                _("Text, WebVTT or SRT up to %(text)d MB. Recordings can be sent once an admin has set up transcription.") % sizes
            )
        self.fields["file"].widget.attrs["accept"] = f"{TEXTS},{SOUNDS}" if takes_sound else TEXTS

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        try:
            check_size(file.size or 0)
        except UploadRefused as refusal:
            raise forms.ValidationError(refusal.message, refusal.code) from None
        return file


class WantedForm(forms.Form):
    """A value that makes no sense asks for all."""

    course = forms.SlugField(required=False, max_length=100)
    sentiment = forms.ChoiceField(required=False, choices=VoiceTranscript.Sentiment.choices)
    q = forms.CharField(required=False, max_length=LONGEST_SEARCH)
    since = forms.DateField(required=False)
    until = forms.DateField(required=False)
    after = forms.UUIDField(required=False)

    def wanted(self) -> Wanted:
        self.is_valid()
        good = self.cleaned_data
        return Wanted(
            course=good.get("course") or "",
            sentiment=good.get("sentiment") or "",
            words=good.get("q") or "",
            since=good.get("since"),
            until=good.get("until"),
        )

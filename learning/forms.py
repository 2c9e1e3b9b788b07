"""The shape of an upload."""

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

LARGEST_ARCHIVE = 50 * 1024 * 1024  # bytes; unpacked it may be larger, within the limits of the importer


class UploadForm(forms.Form):
    archive = forms.FileField(
        label=_("Course as .tar.gz"),
        help_text=_("A folder of Markdown pages or an Open edX export. Nothing changes before you have seen what would change."),
        widget=forms.ClearableFileInput(attrs={"accept": ".gz,.tgz,.tar,application/gzip"}),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_archive(self) -> UploadedFile:
        archive: UploadedFile = self.cleaned_data["archive"]
        if (archive.size or 0) > LARGEST_ARCHIVE:
            raise forms.ValidationError(_("The archive is larger than %(limit)d MB."), params={"limit": LARGEST_ARCHIVE // 2**20})
        return archive

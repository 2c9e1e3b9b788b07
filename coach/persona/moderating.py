"""What an admin may change of a trainer's coach: its words, its tone, whether it is shown, and how much of the trainer is shared,
which can only become less: what trainers share is theirs to widen.
"""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from coach.models import Personalization
from coach.persona.forms import checked_linkedin
from coach.persona.keeping import one_line

LEVELS = Personalization.ShareLevel.values  # from the least to the most


class ModeratedForm(forms.ModelForm):
    class Meta:
        model = Personalization
        fields = ("personalization_enabled", "coach_name", "greeting", "tone", "share_level", "linkedin_profile_url")
        widgets = {
            "greeting": UnfoldAdminTextareaWidget(attrs={"rows": 2}),
            "linkedin_profile_url": UnfoldAdminTextInputWidget(),
        }

    def clean_coach_name(self) -> str:
        return one_line(self.cleaned_data["coach_name"])

    def clean_greeting(self) -> str:
        return one_line(self.cleaned_data["greeting"])

    def clean_linkedin_profile_url(self) -> str | None:
        return checked_linkedin(self.cleaned_data["linkedin_profile_url"] or "") or None

    def clean_share_level(self) -> Any:
        wanted = self.cleaned_data["share_level"]
        if LEVELS.index(wanted) > LEVELS.index(self.initial["share_level"]):
            raise forms.ValidationError(_("Only the trainer may share more."), "wider")
        return wanted

"""Prompts that are tried, in Django admin: which there are, how they do, what they say, and what was done to them.

Every deed is a form that works without script, and leaves one row in the record.
"""

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget

from accounts.admin import ReadOnlyAdmin, RoleAdmin
from accounts.models import User
from ai.charts.spreadsheet import written
from ai.models import PromptVariant, VariantEvent
from ai.prompts.fencing import stable
from ai.prompts.files import compared, is_present, present, versions
from ai.variants import changing, pictures, results, wording
from ai.variants.changing import VariantRefused

LIST = "admin:ai_promptvariant_changelist"
RESULTS = "admin:ai_promptvariant_results"
STATES = {"control": "info", "tried": "success", "stopped": "warning", "harm": "danger"}
BUTTON = (
    '<button type="submit" formmethod="post" formaction="{}" '
    'class="border border-base-200 cursor-pointer font-medium px-2 py-1 rounded-default dark:border-base-700">{}</button>'
)


class VariantForm(forms.ModelForm):
    """Offers the prompt files that are there, and says so when another is named."""

    class Meta:
        model = PromptVariant
        fields = ("feature", "version", "name", "weight")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "version" in self.fields:
            choices = [(name, name) for feature in PromptVariant.Feature.values for name in versions(feature)]
            self.fields["version"] = forms.ChoiceField(
                label=_("Prompt file"),
                choices=choices,
                widget=UnfoldAdminSelectWidget,
                help_text=_("Of the files in ai/prompts. It must be one of the chosen feature."),
                error_messages={"invalid_choice": _("There is no prompt file “%(value)s”.")},
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        feature, version = cleaned.get("feature"), cleaned.get("version")
        if feature and version and version not in versions(feature):
            self.add_error("version", _("This file belongs to another feature."))
        return cleaned


@admin.register(PromptVariant)
class PromptVariantAdmin(RoleAdmin):
    form = VariantForm
    list_display = ("shown_name", "feature", "state", "listed_share", "weight", "answers", "deeds")
    list_display_links = ("shown_name",)
    list_filter = ("feature", "is_active")
    list_before_template = "admin/ai/promptvariant/before.html"
    change_form_outer_after_template = "admin/ai/promptvariant/after.html"
    ordering = ("feature", "-is_control", "-is_active", "pk")
    actions = None

    def get_fields(self, request: HttpRequest, obj: PromptVariant | None = None) -> Any:
        return ("feature", "version", "name", "weight", *(("state_now", "share") if obj else ()))

    def get_readonly_fields(self, request: HttpRequest, obj: PromptVariant | None = None) -> Any:
        return ("feature", "version", "name", "state_now", "share") if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # answers name it

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Says what stopped by itself, and keeps the figures of the rows for this one page."""
        self.found = {outcome.variant.pk: outcome for each in results.experiments() for outcome in each.outcomes}
        harmful = [row.variant for row in self.found.values() if is_harmful(row.variant)]
        return super().changelist_view(request, {**(extra_context or {}), "harmful": harmful})

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        variant = self.get_object(request, object_id)
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **(_page(variant) if variant else {})})

    def save_model(self, request: HttpRequest, obj: PromptVariant, form: Any, change: bool) -> None:
        """By the deeds, which write the record."""
        person = _person(request)
        if change:
            changing.weigh(variant_id=obj.pk, weight=obj.weight, actor=person)
            return
        made = changing.add(feature=obj.feature, name=obj.name, version=obj.version, weight=obj.weight, actor=person)
        obj.pk = made.pk
        obj._state.adding = False

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("results/", wrap(self.results), name="ai_promptvariant_results"),
            path("files/", wrap(self.files), name="ai_promptvariant_files"),
            path("undo/<slug:feature>/", wrap(self.undo), name="ai_promptvariant_undo"),
            path("<uuid:pk>/stop/", wrap(self.stop), name="ai_promptvariant_stop"),
            path("<uuid:pk>/start/", wrap(self.start), name="ai_promptvariant_start"),
            path("<uuid:pk>/promote/", wrap(self.promote), name="ai_promptvariant_promote"),
        ]
        return own + super().get_urls()

    @method_decorator(require_safe)
    def results(self, request: HttpRequest) -> HttpResponse:
        """Every feature's charts; `?csv=` the table behind one."""
        found = results.experiments()
        if key := request.GET.get("csv"):
            return _spreadsheet(key, found)
        shown = [_shown(each) for each in found]
        context = {**self.admin_site.each_context(request), "title": _("How prompts do"), "shown": shown}
        return render(request, "admin/ai/promptvariant/results.html", context)

    @method_decorator(require_safe)
    def files(self, request: HttpRequest) -> HttpResponse:
        """One prompt file, or what a second one says otherwise."""
        names = present()
        chosen, other = (request.GET.get(name, "") for name in ("file", "beside"))
        chosen = chosen if is_present(chosen) else names[0]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Prompt files"),
            "names": names,
            "chosen": chosen,
            "other": other if is_present(other) and other != chosen else "",
            "text": stable(chosen),
        }
        context["lines"] = list(compared(other, chosen)) if context["other"] else []
        return render(request, "admin/ai/promptvariant/files.html", context)

    @method_decorator(require_POST)
    def stop(self, request: HttpRequest, pk: UUID) -> HttpResponseBase:
        said = _("“%(name)s” gets no learners any more.")
        return self._done(request, lambda: changing.stop(variant_id=pk, actor=_person(request)), said)

    @method_decorator(require_POST)
    def start(self, request: HttpRequest, pk: UUID) -> HttpResponseBase:
        said = _("“%(name)s” is tried again from now on.")
        return self._done(request, lambda: changing.start(variant_id=pk, actor=_person(request)), said)

    @method_decorator(require_POST)
    def promote(self, request: HttpRequest, pk: UUID) -> HttpResponseBase:
        said = _("“%(name)s” answers everybody from now on. You can undo this until something else is changed.")
        return self._done(request, lambda: changing.promote(variant_id=pk, actor=_person(request)), said)

    @method_decorator(require_POST)
    def undo(self, request: HttpRequest, feature: str) -> HttpResponseBase:
        said = _("The promotion of “%(name)s” is undone: all prompts are tried as before.")
        return self._done(request, lambda: changing.undo(feature=feature, actor=_person(request)), said)

    def _done(self, request: HttpRequest, deed: Callable[[], PromptVariant], said: str) -> HttpResponseBase:
        try:
            messages.success(request, said % {"name": deed().name})
        except VariantRefused as refusal:
            messages.error(request, refusal.message)
        except PromptVariant.DoesNotExist:
            raise Http404 from None
        return redirect(RESULTS if "results" in request.GET else LIST)

    @display(description=gettext_lazy("variant"), header=True)
    def shown_name(self, row: PromptVariant) -> list[str]:
        missing = "" if is_present(row.version) else f" · {_('the file is missing')}"
        return [row.name, row.version + missing]

    @display(description=gettext_lazy("state"), label=STATES)
    def state(self, row: PromptVariant) -> tuple[str, str]:
        if row.is_control:
            return "control", _("Control")
        if row.is_active:
            return "tried", _("Tried")
        return ("harm" if is_harmful(row) else "stopped"), row.get_stopped_by_display()

    @display(description=gettext_lazy("state"))
    def state_now(self, row: PromptVariant) -> str:
        return self.state(row)[1]

    @display(description=gettext_lazy("learners"))
    def share(self, row: PromptVariant) -> str:
        return _percent(row.weight / results.active_weight(row.feature) if row.is_active and row.weight else 0.0)

    @display(description=gettext_lazy("learners"))
    def listed_share(self, row: PromptVariant) -> str:
        found = self.found.get(row.pk)
        return _percent(found.share) if found else "–"

    @display(description=gettext_lazy("answers"))
    def answers(self, row: PromptVariant) -> str:
        found = self.found.get(row.pk)
        return str(found.answers) if found else "–"

    @display(description=gettext_lazy("deeds"))
    def deeds(self, row: PromptVariant) -> SafeString:
        links = ((reverse(f"admin:ai_promptvariant_{deed}", args=[row.pk]), said) for deed, said in deeds_of(row))
        return format_html('<span class="whitespace-nowrap">{}</span>', format_html_join(" ", BUTTON, links))


@admin.register(VariantEvent)
class VariantEventAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "action", "variant", "who")
    list_filter = ("action", "variant__feature")
    list_select_related = ("variant",)
    ordering = ("-pk",)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        self.names = dict(User.objects.filter(role=User.Role.ADMIN).values_list("pk", "name"))
        return super().changelist_view(request, extra_context)

    @display(description=gettext_lazy("by"))
    def who(self, row: VariantEvent) -> str:
        return self.names.get(row.actor_id, str(row.actor_id)) if row.actor_id else _("by itself")


def _shown(found: results.Experiment) -> dict[str, Any]:
    rows = [(outcome, deeds_of(outcome.variant)) for outcome in found.outcomes]
    is_told = any(figure.seen for outcome in found.outcomes for figure in outcome.figures)
    return {
        "experiment": found,
        "rows": rows,
        "charts": pictures.charts(found) if is_told else [],
        "minimum": wording.minimum(),
        "undoable": changing.undoable(found.feature),
    }


def _percent(share: float) -> str:
    return _("%(n)s %%") % {"n": round(100 * share)}


def is_harmful(row: PromptVariant) -> bool:
    """Whether it stopped by itself."""
    return row.stopped_by in results.WATCHED


def deeds_of(row: PromptVariant) -> list[tuple[str, str]]:
    """What a variant's state allows: the deed's name, and its button's words."""
    if not row.is_active:
        return [("start", _("Start again"))]
    return [*([] if row.is_control else [("stop", _("Stop"))]), ("promote", _("Promote"))]


def _page(variant: PromptVariant) -> dict[str, Any]:
    """What stands below the form: the prompt's words, how they differ from the control's, and what was done."""
    control = PromptVariant.objects.filter(feature=variant.feature, is_control=True).exclude(pk=variant.pk).first()
    is_there = is_present(variant.version)
    can_compare = control and is_there and is_present(control.version) and control.version != variant.version
    return {
        "text": stable(variant.version) if is_there else "",
        "control": control,
        "lines": list(compared(control.version, variant.version)) if control and can_compare else [],
        "events": [(event, _name(event)) for event in variant.events.order_by("-pk")[:20]],
    }


def _name(event: VariantEvent) -> str:
    person = User.objects.filter(pk=event.actor_id).first() if event.actor_id else None
    return person.get_short_name() if person else _("by itself") if event.actor_id is None else str(event.actor_id)


def _spreadsheet(key: str, found: list[results.Experiment]) -> HttpResponse:
    feature, _dash, measure_key = key.partition("-")
    for each in found:
        for measure in each.measures:
            if (each.feature, measure.key) == (feature, measure_key):
                response = HttpResponse(written(pictures.chart(each, measure).table), content_type="text/csv; charset=utf-8")
                response["Content-Disposition"] = f'attachment; filename="prompts-{key}.csv"'
                return response
    raise Http404


def _person(request: HttpRequest) -> User:
    return cast(User, request.user)

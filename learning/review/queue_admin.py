"""The learning queue in the admin pages: the list by value, the page of an item, and the doors to the deeds.

Own views instead of Django's lists and forms: those count every row, page by offset, and save whatever a form holds, while an
item changes only through its deeds. Addresses, rights, look and the open door are the admin's.
"""

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from accounts.admin import ReadOnlyAdmin
from accounts.models import User
from courses.markdown import render_message
from courses.models import Course
from learning.applying import LIMIT, request_application
from learning.approving import ReviewRefused
from learning.models import LearningItem
from learning.review import doors, shelf
from learning.review.page import item_page
from learning.review.running import progress_of, remember_run
from learning.review.shelf import Place, Shelf, shelf_of
from learning.review.telling import done, item_address, list_address, state_of, uuid_of, with_undo
from learning.review.wording import compare, marked
from learning.valuing import value

STATUS = {"decided": 409, "changed": 409, "gone": 409}
PREVIEWED = 100_000  # characters


class LearningItemAdmin(ReadOnlyAdmin):
    """Review. What may be done stands on the page; nothing is added, changed or deleted as a row."""

    def get_urls(self) -> list[URLPattern]:
        own = [
            ("<uuid:item_id>/judge/", self.judge_view, "judge"),
            ("preview/", self.preview_view, "preview"),
            ("applying/", self.applying_view, "applying"),
        ]
        site = self.admin_site
        return [
            *(path(route, site.admin_view(view), name=f"learning_learningitem_{name}") for route, view, name in own),
            *super().get_urls(),
        ]

    # --- the list ---------------------------------------------------------------------------------------------------
    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.method == "POST":
            return self.judge_many_view(request)
        return self._list(request, shelf_of(request.GET.dict()))

    def _list(self, request: HttpRequest, chosen: Shelf, *, status: int = 200, **more: Any) -> HttpResponse:
        rows = self._page_of(request, chosen)
        now = timezone.now()
        for item in rows:
            item.value_now = value(item.value_rank, now)
        counts = shelf.counts(chosen.course)
        context = {
            **self._context(request, chosen, _("Learning queue")),
            "items": rows[: shelf.PAGE],
            "more": chosen.query_after(rows[shelf.PAGE - 1].pk) if len(rows) > shelf.PAGE else "",
            "is_first": "after" not in request.GET,
            "tabs": [self._tab(chosen, name, counts) for name in shelf.SHELVES],
            "ready": min(counts["approved"], LIMIT),
            "courses": Course.objects.order_by("title").values_list("pk", "title")[:500],
            "sources": LearningItem.SourceType.choices,
            "traits": [(name, label) for name, (label, _rows) in shelf.TRAITS.items()],
            "can_sort_by_value": chosen.state in shelf.BY_VALUE,
            "reach": shelf.REACH,
            **more,
        }
        return TemplateResponse(request, "review/queue.html", context, status=status)

    def _page_of(self, request: HttpRequest, chosen: Shelf) -> list[Any]:
        """A page of rows and one more, from the place that the address names."""
        rows, after = chosen.rows(), uuid_of(request.GET.get("after", ""))
        last = LearningItem.objects.only(*Place.COLUMNS).filter(pk=after).first() if after else None
        return list(shelf.for_list(chosen.after(Place.of_item(last)) if last else rows)[: shelf.PAGE + 1])

    def _tab(self, chosen: Shelf, name: str, counts: dict[str, int]) -> dict[str, Any]:
        return {
            "name": name,
            "label": shelf.SHELVES[name],
            "query": chosen.on(name).query,
            "count": min(counts.get(name, 0), shelf.CAP),
            "is_capped": counts.get(name, 0) > shelf.CAP,
            "is_open": name == chosen.state,
        }

    # --- one item ---------------------------------------------------------------------------------------------------
    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return self._item(request, self._found(uuid_of(object_id)))

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseRedirect:
        return redirect(f"{reverse('admin:learning_learningitem_change', args=[object_id])}#history")

    def _found(self, item_id: UUID | None) -> LearningItem:
        rows = LearningItem.objects.select_related("course", "reviewed_by", "duplicate_of").defer(
            "embedding", "question_embedding"
        )
        item = rows.filter(pk=item_id).first() if item_id else None
        if item is None:
            raise Http404(item_id)
        return item

    def _item(self, request: HttpRequest, item: LearningItem, *, status: int = 200, **more: Any) -> HttpResponse:
        chosen, place = shelf_of(request.GET.dict()), Place.of_item(item)
        rights = doors.rights(_person(request))
        context = {
            **self._context(request, chosen, _("Learning item")),
            "page": item_page(item, timezone.now(), is_whole="whole" in request.GET),
            "item": item,
            "state": state_of(item),
            "may": rights,
            "following": chosen.after(place).only("pk").first(),
            "preceding": chosen.after(place, backwards=True).only("pk").first(),
            "is_pending": item.status == LearningItem.Status.PENDING,
            "is_decided": item.status in {LearningItem.Status.APPROVED, LearningItem.Status.REJECTED},
            **more,
        }
        return TemplateResponse(request, "review/item.html", context, status=status)

    # --- deeds ------------------------------------------------------------------------------------------------------
    def judge_view(self, request: HttpRequest, item_id: UUID) -> HttpResponse:
        """One deed on one item; then the next one by value. Who comes too late keeps what they wrote."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        deed, chosen = request.POST.get("deed", ""), shelf_of(request.GET.dict())
        doors.check(_person(request), deed)
        item = self._found(item_id)
        if deed == "apply":
            return self._apply(request, [item.pk])
        try:
            doors.judge(item, deed, reviewer=_person(request), form=request.POST.dict())
        except ReviewRefused as refusal:
            return self._refused(request, item_id, refusal)
        if deed == "reopen" and request.POST.get("content"):
            return self._with_draft(request, self._found(item_id), request.POST["content"])
        if deed in {"reopen", "undo"}:
            messages.success(request, doors.SAID[deed](1))
            return redirect(item_address(item.pk, chosen))
        return self._next(request, chosen, item)

    def _refused(self, request: HttpRequest, item_id: UUID, refusal: ReviewRefused) -> HttpResponse:
        told = {"problem": refusal.message, "problem_deed": request.POST.get("deed"), "reason": request.POST.get("reason", "")}
        return self._with_draft(
            request, self._found(item_id), request.POST.get("content", ""), status=STATUS.get(refusal.code, 422), **told
        )

    def _with_draft(self, request: HttpRequest, item: LearningItem, written: str, **more: Any) -> HttpResponse:
        """The page with what the reviewer wrote, beside the text as it is now."""
        draft = doors.written(item, {"content": written}) if written else None
        if draft is None:
            return self._item(request, item, **more)
        return self._item(request, item, draft=draft, draft_comparison=compare(item.proposed_content, draft), **more)

    def _next(self, request: HttpRequest, chosen: Shelf, item: LearningItem) -> HttpResponse:
        following = chosen.after(Place.of_item(item)).only("pk").first() or chosen.rows().exclude(pk=item.pk).only("pk").first()
        if following is None or chosen.state not in {*shelf.BY_VALUE, "all"}:
            return redirect(with_undo(list_address(chosen), [item.pk]))
        return redirect(with_undo(item_address(following.pk, chosen), [item.pk]))

    def judge_many_view(self, request: HttpRequest) -> HttpResponse:
        """A deed on the selected items: at once, or with a reason that is asked for first."""
        deed, chosen = request.POST.get("action", ""), shelf_of(request.GET.dict())
        doors.check(_person(request), deed)
        ids = [item_id for each in request.POST.getlist("_selected_action")[: doors.AT_ONCE] if (item_id := uuid_of(each))]
        if deed == "apply":
            return self._apply(request, ids or None)
        if not ids:
            messages.warning(request, _("Select at least one item."))
            return redirect(list_address(chosen))
        if deed in doors.REASONED and not request.POST.get("reason", "").strip():
            return self._reason_page(request, deed, ids)
        outcome = doors.judge_many(ids, deed, reviewer=_person(request), form=request.POST.dict())
        for words in outcome.refused:
            messages.warning(request, words)
        if deed in {"reopen", "undo"} and outcome.done:
            messages.success(request, doors.SAID[deed](len(outcome.done)))
            return redirect(list_address(chosen))
        return redirect(with_undo(list_address(chosen), outcome.done))

    def _reason_page(self, request: HttpRequest, deed: str, ids: Sequence[UUID]) -> HttpResponse:
        title, question = doors.REASONED[deed]
        chosen = shelf_of(request.GET.dict())
        context = {
            **self._context(request, chosen, title),
            "deed": deed,
            "question": question,
            "items": LearningItem.objects.filter(pk__in=ids).order_by("-value_rank", "-id").only("pk", "question", "status"),
            "is_missing": "reason" in request.POST,
        }
        return TemplateResponse(request, "review/reason.html", context, status=422 if "reason" in request.POST else 200)

    # --- application ------------------------------------------------------------------------------------------------
    def _apply(self, request: HttpRequest, ids: Sequence[UUID] | None) -> HttpResponse:
        asked = request_application(reviewer=_person(request), chosen=ids)
        if not asked:
            messages.warning(request, _("Nothing here waits to be applied."))
            return redirect(list_address(shelf_of(request.GET.dict())))
        remember_run(request, asked)
        return redirect("admin:learning_learningitem_applying")

    def applying_view(self, request: HttpRequest) -> HttpResponse:
        """How far the reader's last application is. The part alone is what the page asks for again and again."""
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        context = {**self._context(request, Shelf(), _("Applying")), "run": progress_of(request)}
        return TemplateResponse(request, "review/_applying.html" if "part" in request.GET else "review/applying.html", context)

    def preview_view(self, request: HttpRequest) -> HttpResponse:
        """What learners will see of a text."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        text = request.POST.get("content", "")[:PREVIEWED]
        return HttpResponse(mark_safe(render_message(marked(text))) if text.strip() else "")  # noqa: S308 (sanitised)

    # --- what every page needs -----------------------------------------------------------------------------------------
    def _context(self, request: HttpRequest, chosen: Shelf, title: Any) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.model._meta,
            "shelf": chosen,
            "query": f"?{chosen.query}" if chosen.query else "",
            "may": doors.rights(_person(request)),
            "done": done(request.GET, _person(request)),
        }


def _person(request: HttpRequest) -> User:
    return cast(User, request.user)  # the site lets nobody else in

"""The mentor through the API: the same deeds as the pages, one's own threads only."""

import uuid
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_door import Endpoint
from accounts.api_faults import Conflict
from ai.asking import QuestionRefused
from ai.models import Conversation
from courses.models import Course, LearningConcept, ModuleTopic
from mentor import asking, interrupting, opinions, passing, places, threads
from mentor.api_shapes import (
    AskMentorSerializer,
    ChatSerializer,
    HandoverSerializer,
    MentorFlagSerializer,
    MentorRatingSerializer,
    NewThreadSerializer,
    PassOnSerializer,
    ThreadChangeSerializer,
    ThreadSerializer,
)
from mentor.models import Chat
from mentor.tasks import wake_worker

STREAM_FIRST = 1.5  # seconds in which a caller may open the stream before a worker answers
WORDS = OpenApiParameter("q", str, description="Words that the title, a question or an answer contains.")


class Threads(Endpoint):
    """One's own threads with the mentor."""

    serializer_class = ThreadSerializer
    queryset = Conversation.objects.none()  # for the schema; the rows depend on who calls
    filter_backends = ()

    @extend_schema(operation_id="mentor_threads", parameters=[WORDS], responses=ThreadSerializer(many=True))
    def get(self, request: Request) -> Response:
        """One's own threads, newest first."""
        words = request.query_params.get("q", "").replace("\x00", "")[: threads.SEARCH_LIMIT]
        page = self.paginate_queryset(threads.found(self.person, words))
        return self.get_paginated_response(ThreadSerializer(page, many=True).data)

    @extend_schema(operation_id="mentor_thread_begin", request=NewThreadSerializer, responses={201: ThreadSerializer})
    def post(self, request: Request) -> Response:
        """A new thread about a course, a topic of it, or a concept that one pursues."""
        data = _valid(NewThreadSerializer(data=request.data))
        about = places.about_concept(_concept(self, data["concept"])) if "concept" in data else None
        course = _course(data["course"]) if "course" in data else about.course if about else None
        if course is None and about is None:
            raise ValidationError({"course": [_("Name a course, or a concept that you pursue.")]})
        made = asking.new_thread(
            learner=self.person,
            course=course,
            topic=_topic(course, data["topic"]),
            concept=about.concept if about else None,
            title=data["title"],
        )
        return Response(_thread(self, made.pk), status=status.HTTP_201_CREATED)


class Thread(Endpoint):
    """One thread."""

    serializer_class = ThreadSerializer

    @extend_schema(operation_id="mentor_thread")
    def get(self, request: Request, thread_id: UUID) -> Response:
        return Response(_thread(self, thread_id))

    @extend_schema(operation_id="mentor_thread_rename", request=ThreadChangeSerializer)
    def patch(self, request: Request, thread_id: UUID) -> Response:
        """Give it another title, or say which concept it is about."""
        found = threads.own_thread(self.person, thread_id)
        data = _valid(ThreadChangeSerializer(data=request.data))
        if not data:
            raise ValidationError({"title": [_("This field is required.")]})
        if "title" in data and not threads.rename(found, data["title"]):
            raise ValidationError({"title": [_("A thread needs a name.")]})
        if "concept" in data:
            threads.set_concept(found, _concept(self, data["concept"]) if data["concept"] else None)
        return Response(_thread(self, thread_id))

    @extend_schema(operation_id="mentor_thread_delete", responses={204: None})
    def delete(self, request: Request, thread_id: UUID) -> Response:
        """Out of sight at once, gone for good a day later; until then `restore` brings it back."""
        threads.delete(threads.own_thread(self.person, thread_id), timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class Restore(Endpoint):
    serializer_class = ThreadSerializer

    @extend_schema(operation_id="mentor_thread_restore", request=None)
    def post(self, request: Request, thread_id: UUID) -> Response:
        """Undo a deletion."""
        threads.restore(self.person, thread_id)
        return Response(_thread(self, thread_id))


class Messages(Endpoint):
    """Questions and answers of one thread."""

    serializer_class = ChatSerializer
    queryset = Chat.objects.none()
    filter_backends = ()
    rate_kind = {"POST": "ask"}

    @extend_schema(operation_id="mentor_messages", responses=ChatSerializer(many=True))
    def get(self, request: Request, thread_id: UUID) -> Response:
        """Newest first."""
        found = threads.own_thread(self.person, thread_id)
        page = self.paginate_queryset(threads.own_chats(self.person).filter(conversation=found))
        return self.get_paginated_response(ChatSerializer(page, many=True).data)

    @extend_schema(operation_id="mentor_ask", request=AskMentorSerializer, responses={201: ChatSerializer})
    def post(self, request: Request, thread_id: UUID) -> Response:
        """Ask. The answer is made in the background; follow it on `/mentor/messages/{id}/stream`, or read
        `/mentor/messages/{id}` until `status` is neither `pending` nor `answering`."""
        found = threads.own_thread(self.person, thread_id)
        data = _valid(AskMentorSerializer(data=request.data))
        key = data.get("key") or uuid.uuid4()
        try:
            chat = asking.ask(thread=found, question=data["question"], key=key, now=timezone.now())
        except QuestionRefused as refusal:
            raise ValidationError({"question": [refusal.message]}) from refusal
        wake_worker(chat.pk, after=STREAM_FIRST)
        return Response(_chat(self, chat.pk), status=status.HTTP_201_CREATED)


class Message(Endpoint):
    """A question with its answer and citations."""

    serializer_class = ChatSerializer

    @extend_schema(operation_id="mentor_message")
    def get(self, request: Request, chat_id: UUID) -> Response:
        return Response(_chat(self, chat_id))


class StopMessage(Endpoint):
    serializer_class = ChatSerializer

    @extend_schema(operation_id="mentor_stop", request=None)
    def post(self, request: Request, chat_id: UUID) -> Response:
        """Stop an answer that is being written; what is there is kept."""
        interrupting.request_stop(threads.own_chat(self.person, chat_id))
        return Response(_chat(self, chat_id))


class RetryMessage(Endpoint):
    serializer_class = ChatSerializer
    rate_kind = {"POST": "ask"}

    @extend_schema(operation_id="mentor_retry", request=None, responses={200: ChatSerializer, 409: OpenApiResponse()})
    def post(self, request: Request, chat_id: UUID) -> Response:
        """Ask again what failed or was interrupted."""
        if not interrupting.try_again(threads.own_chat(self.person, chat_id)):
            raise Conflict(_("There is nothing to try again: the question is open, or was answered."))
        wake_worker(chat_id, after=STREAM_FIRST)
        return Response(_chat(self, chat_id))


class Rating(Endpoint):
    """What one thinks of an answer."""

    serializer_class = MentorRatingSerializer

    @extend_schema(operation_id="mentor_rating_set", responses={200: ChatSerializer, 409: OpenApiResponse()})
    def put(self, request: Request, chat_id: UUID) -> Response:
        """From 1 to 5, with words if one wants; saying it again changes it."""
        chat = threads.own_chat(self.person, chat_id)
        data = _valid(MentorRatingSerializer(data=request.data))
        try:
            opinions.rate(chat=chat, rating=data["rating"], feedback=data.get("text"))
        except opinions.OpinionRefused as refusal:
            raise Conflict(refusal.message) from refusal
        return Response(_chat(self, chat_id))

    @extend_schema(operation_id="mentor_rating_withdraw", responses={204: None})
    def delete(self, request: Request, chat_id: UUID) -> Response:
        """Take rating and words back."""
        opinions.withdraw(threads.own_chat(self.person, chat_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class Flagging(Endpoint):
    serializer_class = MentorFlagSerializer

    @extend_schema(operation_id="mentor_flag", responses={200: ChatSerializer})
    def put(self, request: Request, chat_id: UUID) -> Response:
        """Let one's trainer look at an answer, or not any more."""
        chat = threads.own_chat(self.person, chat_id)
        opinions.flag(chat, is_flagged=_valid(MentorFlagSerializer(data=request.data))["flagged"])
        return Response(_chat(self, chat_id))


class PassOn(Endpoint):
    """A question on the trainers' desk."""

    serializer_class = HandoverSerializer

    @extend_schema(
        operation_id="mentor_escalate", request=PassOnSerializer, responses={201: HandoverSerializer, 409: OpenApiResponse()}
    )
    def post(self, request: Request, chat_id: UUID) -> Response:
        """Ask one's trainer; the second time changes nothing."""
        chat = threads.own_chat(self.person, chat_id)
        data = _valid(PassOnSerializer(data=request.data))
        try:
            handover = passing.pass_on(chat=chat, reason=data["reason"])
        except opinions.OpinionRefused as refusal:
            raise Conflict(refusal.message) from refusal
        handover.refresh_from_db()
        return Response(HandoverSerializer(handover).data, status=status.HTTP_201_CREATED)


def _valid(serializer: Any) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def _course(slug: str) -> Course:
    course = Course.objects.filter(slug=slug.replace("\x00", ""), closed_at=None).first()
    if course is None:
        raise ValidationError({"course": [_("There is no such course, or it is not for you.")]})
    return course


def _topic(course: Course | None, name: str) -> ModuleTopic | None:
    topic = course.topics.filter(name=name).first() if course and name else None
    if name and topic is None:
        raise ValidationError({"topic": [_("The course has no such topic.")]})
    return topic


def _concept(view: Endpoint, concept_id: UUID) -> LearningConcept:
    concept = places.own_concept_or_none(view.person, str(concept_id))
    if concept is None:
        raise ValidationError({"concept": [_("You pursue no such concept.")]})
    return concept


def _thread(view: Endpoint, thread_id: UUID) -> Any:
    return ThreadSerializer(threads.own_thread(view.person, thread_id)).data


def _chat(view: Endpoint, chat_id: UUID) -> Any:
    return ChatSerializer(threads.own_chat(view.person, chat_id)).data

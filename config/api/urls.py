"""Addresses of the API. They have no slash at the end; whatever is not here is a 404 in the API's shape."""

from django.urls import include, path, re_path, register_converter
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from accounts.api import Me, Token, Tokens
from ai import api_variants as variants
from ai.api_costs import Costs, CostsSpreadsheet
from ai.api_providers import ProviderDetail, Providers, ProviderTest
from coach import api as coach
from coach import api_desk as desk
from coach import api_insights as insights
from coach.api_correcting import QueryCorrections
from coach.api_explaining import PointCheck, PointExplained
from coach.api_search import Search
from coach.api_sessions import Session, SessionAnswer, SessionLead, Sessions, SessionTurns
from coach.api_stream import QueryStream
from coach.labs import api as labs
from coach.labs import api_xapi as xapi
from coach.persona import api as persona
from coach.quality import api as quality
from config.api.views import Nothing
from courses import api as courses
from learning import api_content as content
from learning import api_knowledge as knowledge
from learning import api_queue as queue
from learning import api_raw as raw
from learning.transcripts import api as transcripts
from mentor import api as mentor
from mentor.api_memory import Memories, MemoryDetail
from mentor.api_stream import MessageStream
from planning import api as exams
from planning import api_marking as marking
from planning import api_plans as study
from planning.concepts import api as concepts
from planning.learning_plans import api as plans


class PlaceId:
    """The id of a chapter or lab: as long as the column, without what PostgreSQL cannot store."""

    regex = r"[^/\x00]{1,200}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(PlaceId, "place")

COURSE = "courses/<slug:slug>"
LAB = f"{COURSE}/labs/<place:lab_id>"
OFFER = "offers/<uuid:offer_id>"
STRUGGLE = "struggles/<uuid:struggle_id>"
QUERY = "queries/<uuid:query_id>"
ESCALATION = "escalations/<uuid:escalation_id>"
ITEM = "queue/<uuid:item_id>"
KNOWLEDGE = "knowledge/<uuid:knowledge_id>"
TRANSCRIPT = "transcripts/<uuid:transcript_id>"
QUALITY = "quality/sets/<uuid:set_id>"
VARIANT = "variants/<uuid:variant_id>"
THREAD = "mentor/threads/<uuid:thread_id>"
CONCEPT = "concepts/<uuid:concept_id>"
LEARNING_PLAN = "learning-plans/<uuid:plan_id>"
PLAN = "plans/<uuid:plan_id>"
IMPROVEMENT = "improvements/<uuid:plan_id>"
MESSAGE = "mentor/messages/<uuid:chat_id>"
SUBJECT = "subjects/<place:code>"
ATTEMPT = "attempts/<uuid:attempt_id>"
ANSWER = "answers/<uuid:answer_id>"

v1 = [
    path("me", Me.as_view()),
    path("me/tokens", Tokens.as_view()),
    path("me/tokens/<uuid:token_id>", Token.as_view()),
    path("courses", courses.CourseList.as_view()),
    path(COURSE, courses.CourseDetail.as_view()),
    path(f"{COURSE}/places", courses.StepList.as_view()),
    path(f"{COURSE}/places/<place:place_id>", content.Page.as_view()),
    path(f"{COURSE}/updates", content.Updates.as_view()),
    path("updates/<uuid:update_id>", content.UpdateDetail.as_view()),
    path("updates/<uuid:update_id>/retry", content.UpdateRetry.as_view()),
    path(f"{COURSE}/files/<path:path>", courses.File.as_view()),
    path(f"{COURSE}/progress", courses.ProgressList.as_view()),
    path(f"{COURSE}/progress/<place:place_id>", courses.Progress.as_view()),
    path(f"{COURSE}/presence", labs.PresenceOf.as_view()),
    path(f"{COURSE}/persona", persona.PersonaOf.as_view()),
    path(f"{COURSE}/persona/picture", persona.PersonaPicture.as_view()),
    path(f"{COURSE}/personalization", persona.CourseSettings.as_view()),
    path("me/personalization", persona.GlobalSettings.as_view()),
    path("me/personalization/extract", persona.ProfileReading.as_view()),
    path(f"{LAB}/attempts", labs.Attempts.as_view()),
    path(f"{LAB}/steps", labs.Steps.as_view()),
    path(f"{LAB}/offer", labs.Offer.as_view()),
    path(f"{OFFER}/hint", labs.OfferHint.as_view()),
    path(f"{OFFER}/answer", labs.OfferAnswer.as_view()),
    path("struggles", labs.Struggles.as_view()),
    path(f"{STRUGGLE}/acknowledged", labs.Acknowledged.as_view()),
    path(f"{STRUGGLE}/message", labs.StruggleMessage.as_view()),
    path("xapi/about", xapi.About.as_view()),
    path("xapi/statements", xapi.Statements.as_view()),
    path(f"{COURSE}/search", Search.as_view()),
    path(f"{COURSE}/queries", coach.Queries.as_view()),
    path(f"{COURSE}/conversations", coach.Conversations.as_view()),
    path(QUERY, coach.QueryDetail.as_view()),
    path(f"{QUERY}/stream", QueryStream.as_view()),
    path(f"{QUERY}/stop", coach.Stop.as_view()),
    path(f"{QUERY}/retry", coach.Retry.as_view()),
    path(f"{QUERY}/feedback", coach.QueryFeedback.as_view()),
    path(f"{QUERY}/corrections", QueryCorrections.as_view()),
    path(f"{QUERY}/escalation", coach.QueryEscalation.as_view()),
    path(f"{QUERY}/escalation/settled", coach.Settled.as_view()),
    path("sessions", Sessions.as_view()),
    path("sessions/<uuid:session_id>", Session.as_view()),
    path("sessions/<uuid:session_id>/turns", SessionTurns.as_view()),
    path("sessions/<uuid:session_id>/answer", SessionAnswer.as_view()),
    path("sessions/<uuid:session_id>/lead", SessionLead.as_view()),
    path("points/<uuid:point_id>/explanation", PointExplained.as_view()),
    path("points/<uuid:point_id>/explanation/check", PointCheck.as_view()),
    path("mentor/memory", Memories.as_view()),
    path("mentor/memory/<uuid:memory_id>", MemoryDetail.as_view()),
    path("mentor/threads", mentor.Threads.as_view()),
    path(THREAD, mentor.Thread.as_view()),
    path(f"{THREAD}/restore", mentor.Restore.as_view()),
    path(f"{THREAD}/messages", mentor.Messages.as_view()),
    path(MESSAGE, mentor.Message.as_view()),
    path(f"{MESSAGE}/stream", MessageStream.as_view()),
    path(f"{MESSAGE}/stop", mentor.StopMessage.as_view()),
    path(f"{MESSAGE}/retry", mentor.RetryMessage.as_view()),
    path(f"{MESSAGE}/rating", mentor.Rating.as_view()),
    path(f"{MESSAGE}/flag", mentor.Flagging.as_view()),
    path(f"{MESSAGE}/escalation", mentor.PassOn.as_view()),
    path("concepts", concepts.Concepts.as_view()),
    path(CONCEPT, concepts.Concept.as_view()),
    path(f"{CONCEPT}/restore", concepts.RestoreConcept.as_view()),
    path(f"{CONCEPT}/active", concepts.ConceptActive.as_view()),
    path(f"{CONCEPT}/evidence", concepts.Evidence.as_view()),
    path(f"{CONCEPT}/objectives/<int:number>", concepts.Objective.as_view()),
    path(f"{CONCEPT}/progress", concepts.ByHand.as_view()),
    path(f"{CONCEPT}/minute", concepts.Minute.as_view()),
    path("learning-plans", plans.Plans.as_view()),
    path("learning-plans/steps/<uuid:step_id>", plans.PlanStep.as_view()),
    path(LEARNING_PLAN, plans.Plan.as_view()),
    path(f"{LEARNING_PLAN}/steps", plans.PlanSteps.as_view()),
    path(f"{LEARNING_PLAN}/replan", plans.Replan.as_view()),
    path(f"{LEARNING_PLAN}/state", plans.PlanState.as_view()),
    path("plans", study.Plans.as_view()),
    path(PLAN, study.Plan.as_view()),
    path(f"{PLAN}/grades", study.PlanGrades.as_view()),
    path(f"{PLAN}/finish", study.PlanFinish.as_view()),
    path(f"{PLAN}/replan", study.PlanReplan.as_view()),
    path(f"{PLAN}/abandon", study.PlanAbandon.as_view()),
    path(f"{PLAN}/complete", study.PlanComplete.as_view()),
    path("improvements", study.Improvements.as_view()),
    path(IMPROVEMENT, study.Improvement.as_view()),
    path(f"{IMPROVEMENT}/actions/<slug:action_id>", study.ImprovementAction.as_view()),
    path("calendar", study.CalendarAddress.as_view()),
    path("escalations", desk.Escalations.as_view()),
    path(ESCALATION, desk.EscalationDetail.as_view()),
    path(f"{ESCALATION}/claim", desk.Claim.as_view()),
    path(f"{ESCALATION}/reply", desk.ReplyTo.as_view()),
    path(f"{ESCALATION}/resolve", desk.Resolve.as_view()),
    path(f"{ESCALATION}/assign", desk.Assign.as_view()),
    path("feedback", raw.Opinions.as_view()),
    path("corrections", raw.Corrections.as_view()),
    path("corrections/<uuid:correction_id>", raw.CorrectionDetail.as_view()),
    path("queue", queue.Queue.as_view()),
    path("queue/apply", queue.Apply.as_view()),
    path(ITEM, queue.Item.as_view()),
    path(f"{ITEM}/approve", queue.Approve.as_view()),
    path(f"{ITEM}/reject", queue.Reject.as_view()),
    path(f"{ITEM}/merge", queue.Merge.as_view()),
    path(f"{ITEM}/reopen", queue.Reopen.as_view()),
    path(f"{ITEM}/undo", queue.Undo.as_view()),
    path(f"{COURSE}/knowledge", knowledge.KnowledgeList.as_view()),
    path(f"{COURSE}/knowledge/search", knowledge.KnowledgeSearch.as_view()),
    path(KNOWLEDGE, knowledge.KnowledgeDetail.as_view()),
    path(f"{KNOWLEDGE}/versions", knowledge.KnowledgeVersions.as_view()),
    path("subjects", exams.Subjects.as_view()),
    path(SUBJECT, exams.SubjectDetail.as_view()),
    path(f"{SUBJECT}/points", exams.SyllabusPoints.as_view()),
    path(f"{SUBJECT}/questions", exams.Questions.as_view()),
    path("questions/<uuid:question_id>", exams.QuestionDetail.as_view()),
    path("attempts", exams.Attempts.as_view()),
    path(ATTEMPT, exams.AttemptDetail.as_view()),
    path(f"{ATTEMPT}/answers/<int:position>", exams.Answer.as_view()),
    path(f"{ATTEMPT}/submit", exams.Submit.as_view()),
    path(f"{ATTEMPT}/abandon", exams.Abandon.as_view()),
    path(f"{ATTEMPT}/result", exams.Result.as_view()),
    path("marking", marking.MarkingQueue.as_view()),
    path(f"{ANSWER}/dispute", marking.Disputes.as_view()),
    path(f"{ANSWER}/rulings", marking.Rulings.as_view()),
    path(f"{ANSWER}/claim", marking.Claim.as_view()),
    path(f"{ANSWER}/alike", marking.Alike.as_view()),
    path("insights", insights.Insights.as_view()),
    path("insights/<slug:key>", insights.InsightsChart.as_view()),
    path("providers", Providers.as_view()),
    path("providers/<uuid:provider_id>", ProviderDetail.as_view()),
    path("providers/<uuid:provider_id>/test", ProviderTest.as_view()),
    path("variants", variants.Variants.as_view()),
    path("variants/results/<slug:feature>", variants.Results.as_view()),
    path("variants/results/<slug:feature>/undo", variants.UndoPromotion.as_view()),
    path(VARIANT, variants.VariantDetail.as_view()),
    path(f"{VARIANT}/stop", variants.StopVariant.as_view()),
    path(f"{VARIANT}/start", variants.StartVariant.as_view()),
    path(f"{VARIANT}/promote", variants.PromoteVariant.as_view()),
    path("costs/<slug:by>", Costs.as_view()),
    path("costs/<slug:by>/csv", CostsSpreadsheet.as_view()),
    path(f"{COURSE}/quality", quality.Sets.as_view()),
    path(QUALITY, quality.SetDetail.as_view()),
    path(f"{QUALITY}/restore", quality.SetRestore.as_view()),
    path(f"{QUALITY}/questions", quality.Questions.as_view()),
    path(f"{QUALITY}/runs", quality.Runs.as_view()),
    path("quality/questions/<uuid:question_id>", quality.QuestionDetail.as_view()),
    path("quality/runs/<uuid:run_id>", quality.RunDetail.as_view()),
    path("transcripts", transcripts.Transcripts.as_view()),
    path(TRANSCRIPT, transcripts.TranscriptDetail.as_view()),
    path(f"{TRANSCRIPT}/again", transcripts.TranscriptAgain.as_view()),
]

urlpatterns = [
    path("v1/", include(v1)),
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs/", SpectacularSwaggerView.as_view(url_name="api-schema"), name="api-docs"),
    re_path(r"", Nothing.as_view()),
]

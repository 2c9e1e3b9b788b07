"""Does the work of one transcript: writes down a recording, reads what was said, looks up its questions, saves it all at once.

No transaction and no connection is held while a service or a model speaks. The words of a recording are saved, and the
recording erased, as soon as they are there, so that no failure after it costs a second transcription. Reading it again gives
the same row and never a second learning item: the database makes at most one of a transcript.
"""

import logging
from typing import Any
from uuid import UUID

import numpy as np
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from ai import request_log
from ai.embedding import Embedder, EmbeddingUnavailable, default_embedder
from ai.prompts.transcribed import VERSION
from ai.providers.events import Attempt, Kind, ProviderError
from courses.models import Course
from learning.models import VoiceTranscript
from learning.transcripts import feeling, leases, naming, summing_up, wondering
from learning.transcripts.cues import Cue, Said, as_text, duration, from_rows, rows, said
from learning.transcripts.feeling import Feeling, feel
from learning.transcripts.languages import language_of
from learning.transcripts.leases import Held, Stage, State
from learning.transcripts.proposing import propose
from learning.transcripts.receiving import file_name
from learning.transcripts.reporting import Report, report_on
from learning.transcripts.wondering import Wondered
from learning.updates import LeaseLost, short_step

EMBEDDED = 8_000  # characters that the vector speaks for
PASSES_BY_ITSELF = {
    Kind.UNREACHABLE,
    Kind.TIMEOUT,
    Kind.STALLED,
    Kind.RATE_LIMITED,
    Kind.SERVER_ERROR,
    Kind.CUT,
    Kind.BAD_RESPONSE,
}

log = logging.getLogger("aicoach.transcripts")


def read_transcript(pk: UUID, *, embedder: Embedder | None = None) -> bool:
    """Do the work if it can be claimed; True when it was finished here. An error is told in the row, not raised."""
    held = leases.claim(pk)
    if held is None:
        return False
    try:
        _read_as_well_as_possible(held, embedder or _embedder())
    except LeaseLost:
        log.warning("lease_lost transcript=%s", pk)
        return False
    except ProviderError as error:
        log.warning("not_transcribed transcript=%s kind=%s delivery=%s", pk, error.kind, held.deliveries)
        leases.give_back(held, _told(error), is_final=error.kind not in PASSES_BY_ITSELF)
        return False
    except Exception:
        log.warning("transcript_failed transcript=%s delivery=%s", pk, held.deliveries, exc_info=True)
        leases.give_back(held, _("Something went wrong while it was read. Try again."), is_final=False)
        return False
    except BaseException:  # this process is told to stop: let another go on at once
        leases.give_back(held, "", is_final=False)
        raise
    return True


def _read_as_well_as_possible(held: Held, embedder: Embedder | None) -> None:
    try:
        _read(held, embedder)
    except EmbeddingUnavailable:
        _read(held, None)


def _read(held: Held, embedder: Embedder | None) -> None:
    with short_step():
        row = VoiceTranscript.objects.select_related("course").get(pk=held.pk)
    cues = _written_down(held, row) if row.recording is not None else from_rows(row.cues)
    leases.at_stage(held, Stage.READING)
    sentences = list(said(cues))
    text = as_text(cues)
    language = row.language or language_of(text)
    report = _report(held, row, text)
    felt = feel(sentences, language=language)
    summary = report.summary if report else summing_up.summarise(sentences, embed=embedder.embed if embedder else None)
    with short_step():
        names = naming.names_of(row.course_id)
    entities = _with_report(naming.named(sentences, names), report)
    leases.at_stage(held, Stage.ASKING)
    weak, asked = _wondered(row.course, sentences, embedder)
    proposal = propose(weak, felt, embed=embedder.embed if embedder else None)
    vector = embedder.embed([f"{row.title}\n{summary}"[:EMBEDDED]])[0] if embedder else None
    with short_step():
        leases.save(
            held,
            transcript=text,
            language=language,
            processed_summary=summary,
            sentiment=report.sentiment if report else felt.sentiment,
            entities=entities,
            learning_insights=_insights(weak, asked, felt, proposal),
            metadata={**row.metadata, **_made_by(report, felt, embedder)},
            embedding=vector,
            embedding_model=embedder.name if embedder else "",
            state=State.READY,
            stage=Stage.NONE,
            finished_at=Now(),
            leased_until=None,
        )


def _written_down(held: Held, row: VoiceTranscript) -> list[Cue]:
    # The SDK takes a second to load, and only recordings need it.
    from ai.providers.transcribing import transcribe  # noqa: PLC0415

    leases.at_stage(held, Stage.TRANSCRIBING)
    attempts: list[Attempt] = []
    name, sound = file_name(row.pk, row.media_type), bytes(row.recording or b"")
    try:
        with leases.kept_alive(held):
            heard = transcribe(sound, name=name, media_type=row.media_type, attempts=attempts)
    finally:
        _log(row, attempts, "transcription")
    cues = [Cue(part.start, part.end, part.speaker, part.text) for part in heard.segments]
    language = heard.language.lower() if len(heard.language) == 2 else ""
    words = {"transcript": as_text(cues), "cues": rows(cues), "language": language, "duration_ms": duration(cues)}
    with short_step():
        leases.save(held, recording=None, **words)
    return cues


def _report(held: Held, row: VoiceTranscript, text: str) -> Report | None:
    attempts: list[Attempt] = []
    with leases.kept_alive(held):
        report = report_on(text, course=row.course.title, attempts=attempts)
    _log(row, attempts, "transcript")
    return report


def _log(row: VoiceTranscript, attempts: list[Attempt], feature: str) -> None:
    with short_step():
        request_log.save(attempts, user_id=row.uploaded_by_id, course_id=row.course_id, feature=feature)


def _wondered(course: Course, sentences: list[Said], embedder: Embedder | None) -> tuple[list[Wondered], int]:
    """The questions that the course does not answer well, and how many were asked."""
    numbers = wondering.questions(sentences)
    texts = [sentences[number].text[: wondering.LONGEST] for number in numbers]
    vectors: np.ndarray | None = embedder.embed(texts) if embedder and texts else None
    with short_step():
        found = wondering.wondered(
            sentences, numbers, course_id=course.pk, vectors=vectors, model=embedder.name if embedder else ""
        )
    threshold = float(course.escalation_threshold)
    return [one for one in found if one.confidence < threshold], len(numbers)


def _with_report(entities: dict[str, list[Any]], report: Report | None) -> dict[str, list[Any]]:
    if report is None:
        return entities
    people = list(dict.fromkeys([*entities["people"], *report.people]))[: naming.MOST_PEOPLE]
    terms = list(dict.fromkeys([*entities["terms"], *report.terms]))[: naming.MOST_TERMS]
    return {**entities, "people": people, "terms": terms}


def _insights(weak: list[Wondered], asked: int, felt: Feeling, proposal: dict[str, Any]) -> dict[str, Any]:
    return {
        "asked": asked,
        "weak": len(weak),
        "questions": [one.as_dict() for one in weak[: wondering.MOST_SHOWN]],
        "quotes": {"negative": list(felt.negative), "positive": list(felt.positive)},
        "proposal": proposal,
    }


def _made_by(report: Report | None, felt: Feeling, embedder: Embedder | None) -> dict[str, Any]:
    """Which versions made what, and the figures behind the sentiment."""
    return {
        "summary_by": f"{report.model} {VERSION}" if report else summing_up.VERSION,
        "sentiment_by": f"{report.model} {VERSION}" if report else feeling.VERSION,
        "reason": report.reason if report else "",
        "entities_by": naming.VERSION,
        "questions_by": wondering.VERSION,
        "sentences": felt.sentences,
        "speaking": felt.speaking,
        "embedded": bool(embedder),
    }


def _embedder() -> Embedder | None:
    """None for words alone."""
    try:
        return default_embedder()
    except EmbeddingUnavailable:
        return None


def _told(error: ProviderError) -> str:
    """What a person can do about it."""
    if error.kind in {Kind.REFUSED_KEY, Kind.UNPAID}:
        return _("The transcription service refused the key or the payment. An admin can mend it; then try again.")
    if error.kind is Kind.RATE_LIMITED:
        return _("The transcription service is busy. Try again in a few minutes.")
    if error.kind is Kind.BAD_REQUEST:
        return _("The transcription service does not take this recording. Try another format, such as MP3.")
    if error.kind is Kind.EMPTY:
        return _("Nobody can be heard in this recording.")
    return _("The transcription service did not answer properly. Try again; the recording is kept meanwhile.")

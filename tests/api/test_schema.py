"""The schema is true: schemathesis sends what it allows and what it does not, as Ada, and compares the answers with it."""

import uuid
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.test import override_settings
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import ignored_auth, negative_data_rejection, positive_data_acceptance

from accounts import tokens
from accounts.door import SYSTEM, acting_as
from accounts.models import User
from ai import request_log
from ai.variants import changing
from coach.escalating import ask_trainer
from coach.models import Query
from courses.models import Course
from learning.applying import apply_learning
from tests.ai.rows import make_row
from tests.ai.test_costs import tried
from tests.api.conftest import ask_and_answer
from tests.concepts.conftest import pursued
from tests.fake_vendor import Running, fake_vendor, fake_vendor_server
from tests.learning.test_learning_loop import again, corrected
from tests.learning.transcript_cast import was_read
from tests.mentor.conftest import ask_now as mentored
from tests.mentor.conftest import thread_of

__all__ = ["fake_vendor", "fake_vendor_server"]
pytestmark = pytest.mark.django_db(transaction=True)

EXAMPLES = 8  # for each operation
PARTS = 6  # in which all operations are tried, so that they can be tried at once
WIDE = dict.fromkeys(("api", "ask", "lab", "search", "sign-in", "sign-in-place", "transcript"), "1000000/second")
LEFT_OUT = [
    positive_data_acceptance,  # a string of spaces fits `minLength: 1` and is still no question
    ignored_auth,  # every address is tried without a token in test_ground
]


@pytest.fixture(scope="module")
def schema(django_db_setup: None, django_db_blocker: Any) -> Any:
    """It says the same to everybody, and takes half a second to make."""
    with django_db_blocker.unblock():
        return schemathesis.openapi.from_wsgi("/api/schema/?format=json", get_wsgi_application())


@pytest.mark.parametrize("part", range(PARTS))
def test_it_keeps_to_its_schema(part: int, schema: Any, taught: Course, ada: User) -> None:
    with acting_as(ada):
        secret = tokens.make(person=ada, name="schema").secret
    known = {"slug": taught.slug, "place_id": "volumes", "key": "gaps", "query_id": str(ask_and_answer(ada, taught).pk)}
    known |= dict.fromkeys(("token_id", "escalation_id", "correction_id", "item_id", "knowledge_id"), str(uuid.uuid4()))
    known |= dict.fromkeys(("offer_id", "struggle_id", "lab_id"), str(uuid.uuid4())) | {"lab_id": "lab-database"}
    known |= {"path": "a.png", "transcript_id": str(uuid.uuid4())}
    chat = mentored(ada, thread_of(ada, taught))
    known |= {"thread_id": str(chat.conversation_id), "chat_id": str(chat.pk), "memory_id": str(uuid.uuid4()), "key": "answers"}
    known |= {"provider_id": str(uuid.uuid4()), "variant_id": str(uuid.uuid4()), "feature": "coach", "by": "model"}
    known |= pursued(ada, taught)
    known |= {"action_id": "action-1"}
    known |= {"attempt_id": str(uuid.uuid4()), "question_id": str(uuid.uuid4()), "code": "none", "position": 1}
    known |= dict.fromkeys(("set_id", "run_id", "update_id", "statement_id"), str(uuid.uuid4()))
    known |= {"answer_id": str(uuid.uuid4()), "session_id": str(uuid.uuid4()), "point_id": str(uuid.uuid4())}
    with override_settings(RATE_LIMITS=WIDE):
        operations = [result.ok() for result in schema.get_all_operations()]
        for operation in operations[part::PARTS]:
            _try(operation, known, {"Authorization": f"Bearer {secret}"})
    assert len(operations) >= 100
    with acting_as(SYSTEM):
        assert Query.objects.exclude(learner=ada).count() == 0


def test_it_keeps_to_its_schema_with_transcripts(schema: Any, taught: Course, tess: User) -> None:
    with acting_as(tess):
        secret = tokens.make(person=tess, name="schema").secret
    known = {"transcript_id": str(was_read(tess, taught).pk)}
    with override_settings(RATE_LIMITS=WIDE):
        operations = [result.ok() for result in schema.get_all_operations() if "/transcripts" in result.ok().path]
        for operation in operations:
            _try(operation, known, {"Authorization": f"Bearer {secret}"})
    assert len(operations) == 5


def test_it_keeps_to_its_schema_at_the_desk(schema: Any, taught: Course, ada: User, tess: User) -> None:
    with acting_as(tess):
        secret = tokens.make(person=tess, name="schema").secret
    query = ask_and_answer(ada, taught)
    with acting_as(ada):
        query = Query.objects.get(pk=query.pk)
        known = {"escalation_id": str(ask_trainer(query=query).pk)}
    with override_settings(RATE_LIMITS=WIDE):
        operations = [result.ok() for result in schema.get_all_operations() if "/escalations" in result.ok().path]
        for operation in operations:
            _try(operation, known, {"Authorization": f"Bearer {secret}"})
    assert len(operations) >= 9


ABOUT_LEARNING = ("/queue", "/knowledge", "/corrections", "/feedback")


def test_it_keeps_to_its_schema_for_reviewers(schema: Any, taught: Course, ada: User, tess: User, rex: User) -> None:
    with acting_as(rex):
        secret = tokens.make(person=rex, name="schema").secret
    learnt = corrected(ask_and_answer(ada, taught), tess, priority="urgent")
    apply_learning()
    known = {"slug": taught.slug, "key": "gaps", "query_id": str(ask_and_answer(ada, taught).pk), "item_id": str(learnt.pk)}
    known |= {"correction_id": str(learnt.source_id), "knowledge_id": str(again(learnt).knowledge_id)}
    with override_settings(RATE_LIMITS=WIDE):
        operations = [result.ok() for result in schema.get_all_operations()]
        operations = [each for each in operations if any(part in each.path for part in ABOUT_LEARNING)]
        for operation in operations:
            _try(operation, known, {"Authorization": f"Bearer {secret}"})
    assert len(operations) >= 19


ABOUT_MODELS = ("/providers", "/variants", "/costs")


def test_it_keeps_to_its_schema_for_admins(schema: Any, taught: Course, ada: User, rex: User, fake_vendor: Running) -> None:
    with acting_as(rex):
        secret = tokens.make(person=rex, name="schema").secret
        variant = changing.add(feature="coach", name="new", version="coach/v2", weight=1, actor=rex)
        provider = make_row("house", fake_vendor.url)
    with acting_as(SYSTEM):
        request_log.save([tried()], user_id=None, feature="coach", course_id=taught.pk)
    known = {"provider_id": str(provider.pk), "variant_id": str(variant.pk), "feature": "coach", "by": "course"}
    with override_settings(RATE_LIMITS=WIDE):
        operations = [result.ok() for result in schema.get_all_operations()]
        operations = [each for each in operations if any(part in each.path for part in ABOUT_MODELS)]
        for operation in operations:
            _try(operation, known, {"Authorization": f"Bearer {secret}"})
    assert len(operations) == 17


def _try(operation: Any, known: dict[str, str], headers: dict[str, str]) -> None:
    modes = st.one_of(operation.as_strategy(generation_mode=mode) for mode in GenerationMode)

    @given(case=modes, is_known=st.booleans())
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    def check(case: Any, is_known: bool) -> None:
        if is_known:
            case.path_parameters = {name: known[name] for name in case.path_parameters or ()}
        case.headers.pop("Host", None)  # the site itself refuses hosts that it does not serve
        response = case.call(headers=headers)
        may_be_right = [] if _has_wrong_body(case) else [negative_data_rejection]  # what was wrong may be put right
        case.validate_response(response, headers=headers, excluded_checks=LEFT_OUT + may_be_right)

    check()


def _has_wrong_body(case: Any) -> bool:
    body = case.meta.components.get(ParameterLocation.BODY) if case.meta else None
    return body is not None and body.mode == GenerationMode.NEGATIVE

"""What went wrong with a provider, in a sentence for the admin who can mend it."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ai.providers.events import Kind

NOT_CONNECTED = "not_connected"
WRONG_CONFIG = "config"

WORDS: dict[str, "str | Promise"] = {
    Kind.UNREACHABLE: _("Nobody listens at the address, or its name is unknown. Check the address, and that the server runs."),
    Kind.TIMEOUT: _("It did not begin to answer in time. It may be overloaded; else allow it more seconds."),
    Kind.STALLED: _("It began to answer and fell silent."),
    Kind.RATE_LIMITED: _("It refuses for now: too many requests, or the account's quota is used up (429)."),
    Kind.REFUSED_KEY: _("It refuses the key: wrong, revoked, or not allowed to use this model (401 or 403)."),
    Kind.UNPAID: _("It wants to be paid first: the account has no credit (402)."),
    Kind.BAD_REQUEST: _("It refuses the request. Most often the model's name is wrong or not for this account (400, 404)."),
    Kind.SERVER_ERROR: _("It has a fault of its own (an error 500 or an error inside its answer). Try again later."),
    Kind.BAD_RESPONSE: _("What it answers is not the OpenAI protocol. Check the end of the address, often /v1."),
    Kind.EMPTY: _("It answered without a single word."),
    Kind.CUT: _("Its answer broke off before the end."),
    Kind.TOO_LONG: _("It answered far more than was asked for."),
    Kind.DECLINED: _("The model refused to answer."),
    Kind.LEAKED: _("The model began to read its own instructions out, and was stopped."),
    NOT_CONNECTED: _("Its key is not in the environment of this server."),
    WRONG_CONFIG: _("Its settings cannot be used. Open it and save it again to see why."),
}


def in_words(kind: str) -> str:
    """The sentence for a failure's name; the name itself when there is none."""
    return str(WORDS.get(kind, kind))

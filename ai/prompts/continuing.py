"""How a second model is asked to go on where the first one broke off."""

from ai.providers.events import ChatRequest, Message

GO_ON = (
    "Your answer above broke off. Continue it from exactly where it stops, in the same language and style. "
    "Begin with the very next characters, repeat nothing and do not mention the break."
)


def continued(request: ChatRequest) -> tuple[Message, ...]:
    """The request's messages, and when text was already shown, that text and the wish to continue it."""
    if not request.so_far:
        return request.messages
    return (*request.messages, Message("assistant", request.so_far), Message("user", GO_ON))

"""What cannot be done with an attempt, in words for the person who wanted it."""


class PracticeRefused(Exception):
    """`message` is for the person; nothing was changed."""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)


class Closed(PracticeRefused):
    """The attempt was handed in, was given up, or its time is over."""

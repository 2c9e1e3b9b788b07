"""What cannot be done with concepts and plans, in words for the person."""


class Refused(ValueError):
    """Says to the person what is wrong; `field` names the input that it is about."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field, self.message = field, message

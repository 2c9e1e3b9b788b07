"""Questions that come again. Pure: a question's hash is the same however it is spaced, capitalised or ended."""

import re
import unicodedata
from hashlib import sha256

SPACE = re.compile(r"\s+")
ENDS = " .,;:!?…¿¡\"'«»“”‘’()"


def normalised(question: str) -> str:
    """Unicode's compatibility form, without case, with single spaces and without punctuation at either end."""
    text = unicodedata.normalize("NFKC", question).casefold()
    return SPACE.sub(" ", text).strip(ENDS)


def question_hash(question: str) -> str | None:
    """SHA-256 in hexadecimal over the normalised text; None when nothing of the question is left."""
    text = normalised(question)
    return sha256(text.encode()).hexdigest() if text else None

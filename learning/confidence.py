"""stub"""
from collections.abc import Sequence
from learning.retrieval import Passage
def confidence(question: str, passages: Sequence[Passage]) -> float:
    return passages[0].score if passages else 0.0

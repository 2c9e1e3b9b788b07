"""How the two legs of a search become one order: a convex combination of their scores, not of their ranks.

The dense leg counts with its cosine similarity, the lexical one with its BM25 score as a share of the best one found for the
question. Ranks would throw away by how much a passage is ahead. The two weights are global: docs/decisions has the evidence.
"""

DENSE = 0.6
LEXICAL = 0.4
CANDIDATES = 40  # of each leg at least; whatever is in neither list cannot come near the top of the fused order


def fused(*, dense: str, lexical: str) -> str:
    """The SQL of the fused score, 0 to 1: `dense` a cosine similarity, `lexical` a share of the best, NULL for none."""
    return f"{DENSE} * greatest(coalesce({dense}, 0), 0) + {LEXICAL} * coalesce({lexical}, 0)"


def fuse(dense: float | None, lexical: float | None) -> float:
    """The same arithmetic for one passage."""
    return DENSE * max(dense or 0.0, 0.0) + LEXICAL * (lexical or 0.0)

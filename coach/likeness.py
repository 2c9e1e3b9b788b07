"""When two questions are alike enough to be shown beside each other, and when they are as good as the same.

By meaning it is the cosine of their vectors, by words the share in common (Dice); the figures and their evidence stand in
docs/decisions/0084-questions-alike-by-meaning.md.
"""

ALIKE_MEANING, SAME_MEANING = 0.6, 0.75
ALIKE_WORDS, SAME_WORDS = 0.34, 0.6
MOST_ALIKE = 200  # of one question

ALIKE = f"likeness >= CASE WHEN by_meaning THEN {ALIKE_MEANING} ELSE {ALIKE_WORDS} END"
SAME = f"likeness >= CASE WHEN by_meaning THEN {SAME_MEANING} ELSE {SAME_WORDS} END"

"""Questions that only look like another one are told from the same question in other words."""

import pytest

from learning.differing import differs


@pytest.mark.parametrize(
    ("asked", "known", "near"),
    [
        ("How do I delete a network?", "How do I delete a volume?", 0.37),
        ("How do I delete a network?", "How do I delete a volume?", None),
        ("What is the pass mark of the second exam?", "What is the pass mark of the first exam?", 0.95),
        ("What is the pass mark of the second exam?", "What is the pass mark of the exam?", 0.95),
        ("How do I switch the firewall off?", "How do I switch the firewall on?", 0.9),
        ("May I hand it in before the deadline?", "May I hand it in after the deadline?", 0.98),
        ("Which commands don't need root?", "Which commands need root?", 0.97),
        ("When is the exam?", "Where is the exam?", 0.9),
        ("How do I merge main into a branch?", "How do I merge a branch into main?", 0.99),
        ("In which room do we meet for Friday's lecture?", "Where is the Monday lecture?", 0.8),
    ],
)
def test_it_parts_questions_that_differ_in_the_word_that_matters(asked: str, known: str, near: float | None) -> None:
    assert differs(asked, known, near)
    assert differs(known, asked, near)


@pytest.mark.parametrize(
    ("asked", "known", "near"),
    [
        ("What is the command to remove a volume?", "How do I delete a volume?", 0.86),
        ("How do I get rid of a volume?", "How do I delete a volume?", None),
        ("Where do I submit the report?", "Where do I hand in the report?", None),
        ("How do I define a variable?", "How do I set a variable?", 0.91),  # the model knows what the list does not
        ("What is the pass mark of exam one?", "What is the pass mark of the first exam?", 0.9),
        ("What can be done by an ordinary user?", "Which commands do not need root?", 0.7),
        ("Which books should I read?", "What books should I read?", 0.95),
        ("how do I delete volumes", "How do I delete a volume?", 0.95),
        ("", "How do I delete a volume?", 0.2),
        ("Wie lösche ich ein Volume?", "Wie kann man ein Volume löschen?", 0.8),
    ],
)
def test_it_leaves_the_same_question_in_other_words(asked: str, known: str, near: float | None) -> None:
    assert not differs(asked, known, near)
    assert not differs(known, asked, near)


def test_it_reads_no_more_than_a_questions_length() -> None:
    assert not differs("why " * 100_000, "how " * 100_000, 0.9)

"""What a question asks for, and what a follow-up leans on: pure rules over words."""

import pytest

from ai.followups import Turn, standalone
from coach.intent import intent_of

VOLUMES = Turn("How do I keep the data of a database container?", "Mount a volume.")
THANKS = Turn("thanks", "You are welcome.")
LONG = "what does it do with my files when I remove the container"


@pytest.mark.parametrize(
    ("question", "in_lab", "intent"),
    [
        ("hello!", False, "out_of_scope"),
        ("Thank you", True, "out_of_scope"),
        ("which chapter covers bind mounts?", False, "navigation"),
        ("where can I find the chapter on networks", True, "navigation"),
        ("take me to the lab about volumes", False, "navigation"),
        ("what is a layer", False, "course_content"),
        ("what should I see after step 3?", False, "lab_guidance"),
        ("is this right so far?", True, "lab_guidance"),
        ("I have tried 5 times and step 2 keeps failing", False, "lab_struggle"),
        ("still not working", True, "lab_struggle"),
        ("still not working", False, "course_content"),
    ],
)
def test_it_tells_the_intent(question: str, in_lab: bool, intent: str) -> None:
    assert intent_of(question, in_lab=in_lab) == intent


@pytest.mark.parametrize(
    ("question", "earlier", "expected"),
    [
        ("What is a layer?", [], "What is a layer?"),
        ("why?", [VOLUMES], "keep data database container why?"),
        ("and on Windows?", [VOLUMES], "keep data database container and on Windows?"),
        ("why?", [THANKS, VOLUMES], "keep data database container why?"),
        ("How do networks of containers resolve names?", [VOLUMES], "How do networks of containers resolve names?"),
        (LONG, [VOLUMES], LONG),
    ],
)
def test_it_makes_a_follow_up_stand_alone(question: str, earlier: list[Turn], expected: str) -> None:
    assert standalone(question, earlier) == expected

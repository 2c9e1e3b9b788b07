"""What a follow-up leans on: pure rules over words."""

import pytest

from ai.followups import Turn, standalone

VOLUMES = Turn("How do I keep the data of a database container?", "Mount a volume.")
OFFICE = Turn("助教的办公时间是什么时候？", "周三。")
SCHLUESSEL = Turn("Wo liegt der Schlüssel für das Labor?", "Im Kasten.")
THANKS = Turn("thanks", "You are welcome.")
LONG = "what does it do with my files when I remove the container"


@pytest.mark.parametrize(
    ("question", "earlier", "expected"),
    [
        ("What is a layer?", [], "What is a layer?"),
        ("why?", [VOLUMES], "keep data database container why?"),
        ("and on Windows?", [VOLUMES], "keep data database container and on Windows?"),
        ("why?", [THANKS, VOLUMES], "keep data database container why?"),
        ("How do networks of containers resolve names?", [VOLUMES], "How do networks of containers resolve names?"),
        (LONG, [VOLUMES], LONG),
        ("can I copy files from the old one?", [VOLUMES], "keep data database container can I copy files from the old one?"),
        ("What is a layer?", [VOLUMES], "What is a layer?"),
        ("what's a “tag”", [VOLUMES], "what's a “tag”"),
        ("explain networks", [VOLUMES], "explain networks"),
        ("what does `EXPOSE` do?", [VOLUMES], "what does `EXPOSE` do?"),
        ("what's wrong?", [VOLUMES], "keep data database container what's wrong?"),
        ("what is the default?", [VOLUMES], "keep data database container what is the default?"),
        ("what is it", [VOLUMES], "keep data database container what is it"),
        ("explain further", [VOLUMES], "keep data database container explain further"),
        ("怎么删除一个卷？", [OFFICE], "怎么删除一个卷？"),
        ("为什么？", [OFFICE], "助教的办公时间是什么时候 为什么？"),
        ("那周五呢？", [OFFICE], "助教的办公时间是什么时候 那周五呢？"),
        ("ボリュームを削除するには？", [OFFICE], "ボリュームを削除するには？"),
        ("Wie lösche ich ein Volume?", [SCHLUESSEL], "Wie lösche ich ein Volume?"),
        ("Und unter Windows?", [SCHLUESSEL], "Wo liegt der Schlüssel für das Labor Und unter Windows?"),
        ("Jak usunąć wolumen?", [SCHLUESSEL], "Jak usunąć wolumen?"),
    ],
)
def test_it_makes_a_follow_up_stand_alone(question: str, earlier: list[Turn], expected: str) -> None:
    assert standalone(question, earlier) == expected

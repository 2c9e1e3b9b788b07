"""Questions that only look like another one are told from the same question in other words."""

import pytest

from ai.tongues import are_forms, tongue_of, words_of
from learning.differing import Likeness, likeness


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
        ("Does the council approve the budget of the school?", "Does the mayor approve the budget of the school?", 0.87),
        ("How much vitamin C do infants need?", "How much vitamin D do infants need?", 0.97),
        ("May the server call the client?", "May the client call the server?", 0.98),
        ("What do I wear when the alarm of the hood rings?", "Whom do I call when the alarm of the hood rings?", 0.78),
        ("Must I bring the form?", "May I bring the form?", 0.97),
        ("Wie erstelle ich ein Volume?", "Wie lösche ich ein Volume?", 0.81),
        ("Darf ich das Protokoll vor der Frist abgeben?", "Darf ich das Protokoll nach der Frist abgeben?", 0.96),
        ("Welche Aufgaben sind erlaubt?", "Welche Aufgaben sind nicht erlaubt?", 0.96),
        ("¿Quién corrige el primer examen?", "¿Quién corrige el segundo examen?", 0.84),
        ("¿Cómo pago el alquiler?", "¿Cómo se llama el perro de Ulises?", 0.7),
        ("Comment renommer une branche locale ?", "Comment supprimer une branche locale ?", 0.89),
        ("أين تبدأ الدورة؟", "متى تبدأ الدورة؟", 0.9),
        ("من كتب هاملت؟", "كيف أحذف وحدة تخزين؟", 0.8),
        ("怎么创建一个卷？", "怎么删除一个卷？", 0.9),
        ("第二次考试需要多少分才能及格？", "第一次考试需要多少分才能及格？", 0.9),
        ("ボリュームを作成するにはどうすればいいですか？", "ボリュームを削除するにはどうすればいいですか？", 0.9),
        ("네트워크를 어떻게 삭제하나요?", "볼륨을 어떻게 삭제하나요?", 0.97),
        ("परीक्षा कब समाप्त होती है?", "परीक्षा कब शुरू होती है?", 0.97),
    ],
)
def test_it_parts_questions_that_differ_in_the_word_that_matters(asked: str, known: str, near: float | None) -> None:
    assert likeness(asked, known, near) == likeness(known, asked, near) == Likeness.OTHER


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
    assert likeness(asked, known, near)
    assert likeness(known, asked, near)


@pytest.mark.parametrize(
    ("asked", "known", "near"),
    [
        ("What is the pass mark of the oral exam?", "What is the pass mark of the exam?", 0.95),  # one word more
        ("Is a tenant allowed to keep the deposit?", "Is a landlord allowed to keep the deposit?", 0.93),  # what the model hears
        ("Mit welchem Befehl entferne ich ein Volume?", "Wie lösche ich ein Volume?", 0.8),  # put differently in German
    ],
)
def test_it_says_of_some_that_they_are_perhaps_the_same(asked: str, known: str, near: float) -> None:
    assert likeness(asked, known, near) == likeness(known, asked, near) == Likeness.ALIKE


def test_it_takes_words_apart_in_any_script() -> None:
    assert words_of("Wie lösche ich Volume ٣?", 9) == ["wie", "lösche", "ich", "volume", "3"]
    assert words_of("删除卷 web-01", 9) == ["删", "除", "卷", "web-01"]
    assert words_of("ボリュームを削除する", 9) == ["ボリューム", "を", "削", "除", "する"]
    assert words_of("परीक्षा शुरू", 9) == ["परीक्षा", "शुरू"]
    assert words_of("the A string", 9) == ["the", "A", "string"]
    assert words_of("\u0301\u200f - ", 9) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("How do I delete it?", "english"),
        ("docker volume rm", "english"),
        ("Wo ist der Schlüssel?", "german"),
        ("¿Cuándo empieza el curso?", "spanish"),
        ("怎么删除一个卷", "chinese"),
        ("jak usunac wolumen", "polish"),
        ("Hur tar jag bort en volym?", "swedish"),
        ("Hvor finder jeg loggen?", "danish and norwegian"),
        ("What's today's w/o AI, 5 min a week?", "english"),
        ("Miten poistan tämän levyn?", None),
    ],
)
def test_it_hears_a_language(text: str, name: str | None) -> None:
    tongue = tongue_of(words_of(text, 20))
    assert (tongue.name if tongue else None) == name


def test_it_knows_forms_of_a_word_by_their_beginning() -> None:
    assert are_forms("prüfung", "prüfungen")
    assert are_forms("الواجب", "واجب")
    assert not are_forms("internal", "international")
    assert not are_forms("export", "import")


def test_it_reads_no_more_than_a_questions_length() -> None:
    assert likeness("why " * 100_000, "how " * 100_000, 0.9)

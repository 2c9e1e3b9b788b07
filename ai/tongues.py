"""The words of a question in whatever language it is put, and the little words of the languages known here. Pure text work.

Words are runs of letters with the marks that stand on them. Where a language writes without spaces each character is a word,
save for the kana of Japanese, which are taken in runs. Of a language that is not known here every word counts. The lists are our
own and short: they need not be complete, since a word that is missing only makes two questions look less alike.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter

from ai.providers.words import STOPWORDS


@dataclass(frozen=True, slots=True)
class Tongue:
    """`empty` words carry no meaning, `asking` ones say what is asked for, `own` ones speak of the asker or the moment,
    and a question that begins with a `joining` one goes on from what was said before."""

    name: str
    empty: frozenset[str]
    asking: frozenset[str]
    negative: frozenset[str]
    own: frozenset[str]
    joining: frozenset[str]
    little: frozenset[str]  # what carries no matter
    heard: frozenset[str]  # all of them: what the language is known by


ENGLISH_TOO = frozenset("s t n d w ai min war week dies".split())  # what's, n/a, w/o, AI, 5 min: no sign of another


def _tongue(name: str, *, joining: str, empty: str, asking: str, negative: str, own: str) -> Tongue:
    sets = {"empty": empty, "asking": asking, "negative": negative, "own": own}
    words = {kind: frozenset(said.split()) for kind, said in sets.items()}
    little = words["empty"] | words["asking"] | words["negative"]
    words["joining"] = frozenset(joining.split())
    return Tongue(name, **words, little=little, heard=(little | words["own"] | words["joining"]) - ENGLISH_TOO)


ENGLISH = _tongue(
    "english",
    joining="",  # said by the patterns of `followups`
    empty="a an the please just my our your",
    asking="who when where why which how",
    negative="not no never without",
    own="",  # said by the patterns of `same_question`
)
OTHERS = (
    _tongue(
        "german",
        joining="und aber also dann oder",
        empty="der die das den dem des ein eine einen einem einer eines ich du er sie es wir ihr man mich mir sich"
        " bitte denn mal eigentlich ist sind wird werden hat haben habe kann können könnte",
        asking="wer wen wem wessen was wann wo wohin woher warum wieso weshalb wie wieviel welche welcher welches"
        " welchen welchem wozu womit worin",
        negative="nicht kein keine keinen keinem keiner keines ohne nie niemals nichts",
        own="mein meine meinen meinem meiner meines unser unsere unseren unserem mir mich uns wir heute morgen"
        " gestern jetzt gerade neulich hier dort dies diese diesen diesem dieser dieses jener oben unten"
        " nochmal nächste nächsten letzte letzten vorige woche bin war habe hatte",
    ),
    _tongue(
        "spanish",
        joining="y pero entonces o",
        empty="el la los las un una unos unas yo se me lo le es son está están ser por_favor de del al que puedo puede hay",
        asking="quién quiénes qué cuándo dónde adónde cómo cuál cuáles cuánto cuánta cuántos cuántas porqué",
        negative="no sin nunca jamás nada ningún ninguna ninguno tampoco",
        own="mi mis mío mía nuestro nuestra nuestros nuestras nos me yo hoy mañana ayer ahora recién aquí ahí"
        " este esta esto estos estas ese esa eso arriba abajo próximo próxima último última anterior semana"
        " estoy soy tengo",
    ),
    _tongue(
        "french",
        joining="et mais alors ou donc",
        empty="le la les l un une des du de d je j on il elle ce c est sont être se s y a t que qu il-vous-plaît"
        " puis-je peut-on peut",
        asking="qui quand où comment pourquoi quel quelle quels quelles quoi combien lequel laquelle",
        negative="ne n pas sans jamais aucun aucune rien ni non",
        own="mon ma mes notre nos nous me moi m aujourd hui demain hier maintenant ici là cet cette ces ceci cela"
        " ça dessus dessous prochain prochaine dernier dernière précédent précédente semaine suis ai",
    ),
    _tongue(
        "italian",
        joining="e ma allora o",
        empty="il lo la i gli le l un uno una di del della dello dei degli delle io si è sono essere che posso può",
        asking="chi quando dove come perché quale quali qual cosa quanto quanta quanti quante",
        negative="non senza mai niente nessun nessuno nessuna",
        own="mio mia miei mie nostro nostra nostri nostre mi ci oggi domani ieri adesso ora qui qua questo questa"
        " questi queste quello quella sopra sotto prossimo prossima ultimo ultima settimana sto ho",
    ),
    _tongue(
        "portuguese",
        joining="e mas então ou",
        empty="o os as um uma uns umas de do da dos das eu se é são está ser que posso pode",
        asking="quem quando onde como porquê qual quais quanto quanta quantos quantas",
        negative="não sem nunca jamais nada nenhum nenhuma",
        own="meu minha meus minhas nosso nossa nossos nossas me nos hoje amanhã ontem agora aqui este esta isto"
        " esse essa isso acima abaixo próximo próxima último última semana estou sou tenho",
    ),
    _tongue(
        "dutch",
        joining="en maar dan of dus",
        empty="het een ik je jij hij zij ze wij men er is zijn wordt worden heeft kan kun",
        asking="wie wat wanneer waar waarom hoe welk welke hoeveel",
        negative="niet geen zonder nooit niets",
        own="mijn ons onze mij vandaag morgen gisteren nu hier daar deze dit dat boven onder volgende vorige"
        " laatste week ben heb",
    ),
    _tongue(
        "polish",
        joining="i a ale więc lub albo",
        empty="się ja ty on ona my wy to jest są być czy mogę można żeby by proszę w z do na o po od dla",
        asking="kto kogo komu co czego kiedy gdzie skąd dokąd dlaczego czemu jak jaki jaka jakie który która które ile czyj",
        negative="nie bez nigdy nic żaden żadna żadne",
        own="mój moja moje moi mojego mojej nasz nasza nasze mi mnie nam nas dzisiaj dziś jutro wczoraj teraz tu tutaj tam ten ta"
        " te tego tej powyżej poniżej następny następna ostatni ostatnia poprzedni tydzień jestem mam",
    ),
    _tongue(
        "swedish",
        joining="och men eller då",
        empty="en ett den det jag du han hon vi ni man är var blir har kan att som till av på om för med sig",
        asking="vem vems när var vart varifrån varför hur vilken vilket vilka vad",
        negative="inte ej ingen inget inga utan aldrig",
        own="min mitt mina vår vårt våra mig oss idag imorgon igår nu här där denna detta dessa ovan nedan nästa förra senaste"
        " vecka",
    ),
    _tongue(
        "danish and norwegian",
        joining="og men eller så",
        empty="en et den det jeg du han hun vi i man er bliver har kan at som til af på om for med sig av",
        asking="hvem hvis hvornår når hvor hvorfor hvordan hvilken hvilket hvilke hva hvad",
        negative="ikke ej ingen intet uden uten aldrig aldri",
        own="min mit mitt mine vores vår våre mig meg os oss idag imorgen igår nå nu her der denne dette disse ovenfor nedenfor"
        " næste neste forrige sidste siste uge uke",
    ),
    _tongue(
        "russian",
        joining="и а но тогда или",
        empty="я ты он она мы вы это ли есть можно могу и же бы",
        asking="кто что когда где куда откуда почему зачем как какой какая какое какие какого сколько чей каков",
        negative="не нет ни без нельзя никогда ничего",
        own="мой моя моё мое мои моего моей наш наша наше наши мне меня нам нас сегодня завтра вчера сейчас"
        " теперь здесь тут там этот эта этого этой эти выше ниже следующий следующая последний последняя"
        " прошлый неделя неделе",
    ),
    _tongue(
        "arabic",
        joining="و لكن ثم أو",
        empty="هو هي هل أن إن في يمكن يمكنني يُمكن من_فضلك قد",
        asking="من ما ماذا أي متى أين كيف لماذا كم",
        negative="لا ليس ليست لم لن بدون دون غير",
        own="لي عندي أنا نحن اليوم غدا أمس الآن هنا هناك هذا هذه ذلك تلك التالي السابق الأخير أسبوع",
    ),
    _tongue(
        "chinese",
        joining="那 而 还",
        empty="的 了 吗 呢 吧 是 我 你 您 把 个 可 以 请 能 得 要 会 啊 在",
        asking="谁 什 么 哪 里 怎 何 时 为 多 少 几 如 样",
        negative="不 没 无 未 别 勿",
        own="我 我们 今 明 昨 现 这 那 此 上 下 周",
    ),
)
JAPANESE_NEGATION = re.compile(r"ません|ない|なしで|ずに")
KANA, ALONE = re.compile(r"[\u3040-\u30ff]"), re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3400-\u9fff\uf900-\ufaff]")
HIRAGANA = re.compile(r"[\u3040-\u309f]+")
LONG = 40  # characters of a word, as far as the length of a text is bounded by words
FORM, LEAST_FORM = 0.6, 4  # of the longer of two words, and letters at least, that forms of one word begin with alike
ARTICLE = re.compile(r"^(?:و?ال)(?=..)")


def words_of(text: str, most: int) -> list[str]:
    """The words, lower case, in Unicode's compatibility form with digits of one kind, `most` at most.

    A capital that stands alone keeps its case, as it is a name: "the A string".
    """
    found: list[str] = []
    before = ""
    for sign in unicodedata.normalize("NFKC", text[: most * LONG]):
        kind = _kind(sign)
        if kind in ("mark", "hyphen"):  # goes with the word before it, if there is one
            kind = before if kind == "mark" or before == "word" else ""
            found[-1:] = [found[-1] + sign] if kind else found[-1:]
        elif kind and kind == before != "alone":
            found[-1] += sign
        elif kind:
            found.append(sign)
            if len(found) > most:
                break
        before = kind
    return [_plain(word, at) for at, word in enumerate(found[:most])]


@lru_cache(maxsize=5_000)
def _kind(sign: str) -> str:
    """Of a character: what it makes up together with its like; "" for what stands between words."""
    if unicodedata.category(sign)[0] == "M":
        return "mark"
    if KANA.match(sign):
        return "hiragana" if HIRAGANA.match(sign) else "katakana"
    if ALONE.match(sign):
        return "alone"
    if sign == "-":
        return "hyphen"
    return "word" if sign.isalnum() else ""


def _plain(word: str, at: int) -> str:
    word = word.strip("-")
    if word.isdecimal():
        return str(int(word))
    return word if at and len(word) == 1 and word.isupper() and word != "I" else word.lower()


def tongue_of(words: Sequence[str]) -> Tongue | None:
    """The language with the most little words among these; English when nothing speaks for another; None when it is not known."""
    if any(HIRAGANA.fullmatch(word) for word in words):
        return None
    english = sum(word in STOPWORDS for word in words)
    count, best = max(((sum(word in each.heard for word in words), each) for each in OTHERS), key=itemgetter(0))
    if count > english:
        return best
    return ENGLISH if english or all(word.isascii() for word in words) else None


def is_english(text: str) -> bool:
    """As far as its first words tell."""
    return tongue_of(words_of(text, 20)) is ENGLISH


def carried(words: Iterable[str], tongue: Tongue | None) -> list[str]:
    """The words that carry matter, in a language that is not English."""
    return [word for word in words if not (tongue and word in tongue.little) and not HIRAGANA.fullmatch(word)]


def width(words: Iterable[str]) -> float:
    """How many words these are worth: where characters count alone, two make up a word."""
    return sum(0.5 if ALONE.match(word) else 1 for word in words)


def are_forms(one: str, other: str) -> bool:
    """Whether two words are forms of one, as far as their beginnings tell."""
    one, other = ARTICLE.sub("", one), ARTICLE.sub("", other)
    if one == other:
        return True
    alike = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return alike >= max(LEAST_FORM, FORM * max(len(one), len(other)))

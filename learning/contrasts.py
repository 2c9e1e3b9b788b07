"""Words that part two questions: kinds of which one excludes the others, opposites, and words that mean the same. English; of
some other languages the commonest words that mean the same, because there another word in a place parts two questions by itself.

Our own lists, of everyday words and of words that courses use; a word that is missing here is judged by what the model makes of
the two questions.
"""

NUMBERS = {
    word: str(number)
    for number, words in enumerate(
        (
            "zero", "one first once 1st", "two second twice 2nd", "three third 3rd", "four fourth 4th", "five fifth 5th",
            "six sixth 6th", "seven seventh 7th", "eight eighth 8th", "nine ninth 9th", "ten tenth 10th", "eleven eleventh 11th",
            "twelve twelfth 12th",
        )
    )
    for word in words.split()
}  # fmt: skip

_KINDS = (  # whatever stands around them
    "monday tuesday wednesday thursday friday saturday sunday",
    "spring summer autumn winter",
    "red green blue yellow orange purple pink brown black white grey",
    "windows mac macos linux ubuntu debian fedora android ios",
)
_KINDS_IN_PLACE = (  # in sentences that are otherwise alike
    "january february april june july august september october november december",
    "morning noon afternoon evening night",
    "inner outer left right full cross",
    "north south east west",
    "minute hour night day week month year",
    "hourly daily nightly weekly monthly yearly",
    "list tuple set dictionary array",
    "integer string float boolean",
    "get post put patch",
    "lecture lab seminar tutorial exam homework project textbook certificate",
    "midterm final",
    "trainer learner admin",
)
KINDS = tuple(frozenset(kind.split()) for kind in _KINDS)

# Every word on one side of a stroke excludes every word on the other.
_OPPOSITES = """
on/off, in into/out, up/down, before/after, above/below, over/under, inside/outside, with/without, from/to
start begin launch open enable/stop end finish close disable shut kill, first earliest/last latest, early/late, next/previous
add create make insert attach/remove delete drop detach, install/uninstall, mount/unmount, connect join/disconnect leave
increase raise grow/decrease reduce lower shrink, more most/less least fewer, old/new, high/low, long/short, heavy/light
maximum max largest biggest longest highest upper/minimum min smallest shortest lowest lower, large big/small little
fast quick/slow, easy/hard difficult, ascend ascending/descend descending, forward/backward backwards, upward/downward
public/private, open/closed, local/remote, internal/external, online/offline, static/dynamic, import/export, upload/download
push/pull, read/write, send/receive, input/output, encode/decode, encrypt/decrypt, compress zip/extract unzip decompress
lock/unlock, show/hide, expand/collapse, merge/split, save/discard, backup/restore, commit/rollback, allow permit/deny forbid
accept/reject, grant/revoke, subscribe/unsubscribe, row/column, horizontal/vertical, parent/child, source/target, client/server
ingress/egress, primary/secondary, master manager/worker, mandatory compulsory required/optional voluntary, alone/together group
free/paid, true/false, positive/negative, pass/fail, success/failure, win/lose, buy/sell, borrow/lend return, always/never
everybody/nobody, all/none
adult/child, may can could/must need, same/different, safe/dangerous, synchronous/asynchronous, stateful/stateless
mutable/immutable, signed/unsigned, singular/plural, odd/even, hot/cold
"""
_SAME = """
delete remove erase drop discard
start launch run begin boot
stop halt end terminate kill quit shut
create make build add generate
show display list view see print
change edit modify alter update adjust switch
submit upload deliver send
mark grade score
mark grade assess evaluate correct
exam test examination
quiz test
homework assignment exercise task
computer machine laptop pc
lecturer teacher trainer instructor tutor
student learner participant
class course training
error failure fault problem issue
fail break crash
fix repair solve mend resolve
find locate get
download fetch get
choose select pick
allow permit let
need require must
folder directory
disk drive
big large
small little
quick fast
ill sick
room place location
time moment
log output
speed performance
connect attach
explain describe
schedule timetable
password passphrase
clear empty flush clean
check see verify
check determine
install configure
calculate compute reckon
ask contact tell
use apply
recording video
löschen lösche entfernen entferne
erstellen anlegen erzeugen
beginnen beginnt anfangen starten startet
enden endet aufhören
abgeben abgabe einreichen
prüfung klausur examen test
zeigen anzeigen auflisten
ändern bearbeiten anpassen
dürfen darf erlaubt
borrar borro eliminar elimino quitar
crear creo generar
empezar empieza comenzar comienza
terminar termina acabar acaba
entregar entrego enviar
mostrar ver listar
cambiar modificar editar
tarea ejercicio deberes
órdenes orden comandos comando
supprimer effacer enlever retirer
créer générer
commencer commence débuter débute
finir finit terminer termine
rendre remettre
trouve située situé
modifier changer éditer
حذف أحذف إزالة مسح
إنشاء أنشئ
تبدأ بداية
какой какая какое какие что
welche welcher welches was
qué cuál cuáles
quel quelle quels quelles
quale quali cosa
ما كم
удалить стереть убрать
создать сделать
"""


def _pairs() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for pair in _OPPOSITES.replace("\n", ",").split(","):
        left, _, right = (frozenset(side.split()) for side in pair.partition("/"))
        for one, others in ((left, right), (right, left)):
            found.update({word: found.get(word, frozenset()) | others for word in one})
    for kind in (frozenset(words.split()) for words in _KINDS_IN_PLACE):
        found.update({word: found.get(word, frozenset()) | kind - {word} for word in kind})
    return found


OPPOSITES = _pairs()
SAME = tuple(frozenset(line.split()) for line in _SAME.split("\n") if line)
PHRASES = {  # said in one word, before anything is compared
    "hand in": "submit",
    "handed in": "submit",
    "turn in": "submit",
    "get rid of": "delete",
    "throw away": "delete",
    "log in": "log-in",
    "log out": "log-out",
    "sign in": "sign-in",
    "sign out": "sign-out",
    "set up": "install",
    "find out": "check",
    "work out": "calculate",
    "take part": "attend",
}

"""Files as people have them: three formats, old encodings, slips, markup, and what is no transcript at all."""

import time

import pytest

from learning.transcripts.cues import Cue, as_text, said
from learning.transcripts.files import LARGEST_TEXT, MOST_CUES, UploadRefused, read_text
from learning.transcripts.sounds import media_type

VTT = """WEBVTT - a title
Kind: captions
Language: de-CH

NOTE nobody sees this

STYLE
::cue { color: red }

first
00:00:01.000 --> 00:00:04.000 align:start
<v.loud Mary Ann>Hello <b>there</b> &amp; you</v>
<v Tess>Hi &lt;script&gt;</v>

00:03.000 --> 00:06.500
over <c.red>lapping</c> <00:00:05.000>words
"""
MARY, TESS = Cue(1000, 4000, "Mary Ann", "Hello there & you"), Cue(1000, 4000, "Tess", "Hi <script>")
LAPPING = Cue(3000, 6500, "", "over lapping words")


def cues(text: str) -> list[Cue]:
    return list(read_text(text.encode()).cues)


def test_it_reads_webvtt() -> None:
    written = read_text(VTT.encode())
    assert written.cues == (MARY, TESS, LAPPING)
    assert (written.source_format, written.language) == ("vtt", "de")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_it_reads_any_line_end_and_mark(encoding: str, newline: str) -> None:
    assert read_text(VTT.replace("\n", newline).encode(encoding)).cues == (MARY, TESS, LAPPING)


def test_it_reads_old_western_text() -> None:
    assert read_text("Grüße: schön, Käthe".encode("cp1252")).cues == (Cue(None, None, "Grüße", "schön, Käthe"),)


def test_it_reads_srt() -> None:
    text = "1\n00:00:01,000 --> 00:00:04,000\n<i>Hello</i> {\\an8}there\nline two\n\n2\n00:00:05,5 --> 00:00:06,000\nTESS: yes\n"
    assert cues(text) == [Cue(1000, 4000, "", "Hello there line two"), Cue(5500, 6000, "TESS", "yes")]
    assert read_text(text.encode()).source_format == "srt"


@pytest.mark.parametrize(
    "text",
    [
        "00:00:01,000 --> 00:00:02,000\nfirst\n\n00:00:03,000 --> 00:00:04,000\nsecond\n",  # without numbers
        "1\n00:00:01,000 --> 00:00:02,000\nfirst\n2\n00:00:03,000 --> 00:00:04,000\nsecond",  # without empty lines
        "00:01.000 --> 00:02.000\nfirst\n\n00:03.000 --> 00:04.000\nsecond\n",  # WebVTT without its head
        "WEBVTT\n\n00:00:01.000 -> 00:00:02.000\nfirst\n\n00:00:03.0 --> 00:00:04.0\nsecond\n",  # a slip in an arrow
        "WEBVTT\n\n00:00:03.000 --> 00:00:04.000\nsecond\n\n00:00:01.000 --> 00:00:02.000\nfirst\n",  # out of order
        "1\n00:00:01,000 --> 00:00:02,000\nfirst\n\n2\n00:00:03,000 --> 00:00:04,000\nsecond\n\n3\n00:00:0",  # cut off
    ],
)
def test_it_loses_no_words_over_a_slip(text: str) -> None:
    assert cues(text) == [Cue(1000, 2000, "", "first"), Cue(3000, 4000, "", "second")]


def test_it_reads_speakers_and_times_of_plain_text() -> None:
    found = cues("[00:01:02] Tess: Welcome.\nStill Tess.\n\n1:05 Ada (learner): Hello.\n\nNobody in particular.")
    assert found[:2] == [Cue(62_000, None, "Tess", "Welcome."), Cue(62_000, None, "Tess", "Still Tess.")]
    assert found[2:] == [Cue(65_000, None, "Ada (learner)", "Hello."), Cue(65_000, None, "", "Nobody in particular.")]


def test_it_turns_a_backward_cue_into_a_moment() -> None:
    assert cues("WEBVTT\n\n00:05.000 --> 00:02.000\nback\n") == [Cue(5000, 5000, "", "back")]


def test_it_keeps_markup_as_words() -> None:
    (cue,) = cues("WEBVTT\n\n00:01.000 --> 00:02.000\n<v Eve><script>alert(1)</script> a < b <img src=x onerror=y>\n")
    assert cue.text == "<script>alert(1)</script> a < b <img src=x onerror=y>"


def test_it_drops_what_no_screen_shows() -> None:
    assert cues("Tess: a\u202eb\u200bc\ufeff d")[0].text == "a b c d"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (b"WEBVTT\n\n", "empty"),
        (b"PK\x03\x04" + bytes(50), "unreadable"),
        (b"%PDF-1.7\x00\x01", "unreadable"),
        (b"\xff\xfe\x00", "unreadable"),
        (b"text with a \x00 in it", "unreadable"),
        ("老师：今天我们学习容器。".encode("gb18030"), "unreadable"),
        ("1\n00:00:01,000 --> 00:00:02,000\nأستاذ: هذا سيئ جدا\n".encode("cp1256"), "unreadable"),
        ("Учитель: где ключ от Docker?".encode("cp1251"), "unreadable"),
        (b"WEBVTT\n\nsoon --> later\nwords\n", "unreadable"),
        (b"x" * (LARGEST_TEXT + 1), "too_large"),
        (b"a: b\n" * (MOST_CUES + 1), "too_long"),
    ],
)
def test_it_refuses_in_words(data: bytes, code: str) -> None:
    with pytest.raises(UploadRefused) as refusal:
        read_text(data)
    assert refusal.value.code == code
    assert refusal.value.message.endswith(".")


def test_it_names_the_line_of_a_broken_time() -> None:
    with pytest.raises(UploadRefused, match="line 3"):
        read_text(b"WEBVTT\n\nsoon --> later\nwords\n")


def test_it_is_quick_with_a_huge_file() -> None:
    cue = "{0:02}:{1:02}:{2:02}.000 --> {0:02}:{1:02}:{2:02}.900\n<v A>" + "w" * 50
    text = "WEBVTT\n\n" + "\n\n".join(cue.format(n // 3600, n // 60 % 60, n % 60) for n in range(19_000))
    began = time.monotonic()
    assert len(list(said(read_text(text.encode()).cues))) > 0
    assert time.monotonic() - began < 15  # 1 s on an idle machine


def test_it_joins_a_sentence_that_runs_over_captions() -> None:
    found = [Cue(0, 900, "", "How do I"), Cue(1000, 1900, "", "mount a volume? It"), Cue(2000, 2900, "", "is empty.")]
    assert [(one.text, one.at, one.cue) for one in said(found)] == [("How do I mount a volume?", 0, 0), ("It is empty.", 1, 1)]
    assert as_text(found) == "How do I mount a volume? It is empty."


def test_it_does_not_join_two_speakers() -> None:
    found = [Cue(0, 900, "Ada", "How do I"), Cue(1000, 1900, "Tess", "Yes.")]
    assert [one.text for one in said(found)] == ["How do I", "Yes."]
    assert as_text(found) == "Ada: How do I\nTess: Yes."


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"ID3\x04\x00", "audio/mpeg"),
        (b"\xff\xfb\x90\x64", "audio/mpeg"),
        (b"\x00\x00\x00\x20ftypM4A ", "audio/mp4"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", "audio/wav"),
        (b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm", "audio/webm"),
        (b"OggS\x00\x02", "audio/ogg"),
        (b"fLaC\x00\x00", "audio/flac"),
        (b"RIFF\x24\x00\x00\x00AVI LIST", ""),
        (b"\xff\xfeh\x00i\x00", ""),  # UTF-16
        (b"\xff\xff\xff\xff", ""),
        (b"WEBVTT\n", ""),
        (b"GIF89a", ""),
        (b"", ""),
    ],
)
def test_it_tells_recordings_by_their_content(head: bytes, kind: str) -> None:
    assert media_type(head + bytes(20) if head else head) == kind

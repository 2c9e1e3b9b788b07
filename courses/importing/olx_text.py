"""The text of Open edX components as Markdown: HTML, problems, videos.

A problem gives its question and its choices. What answers it stays out (which choice is right, answers, solutions, hints,
feedback, scripts): a course's text is what learners may read and what the coach answers from.
"""

import json
import re
from collections.abc import Callable

from bs4 import BeautifulSoup, Tag
from django.utils.translation import gettext as _
from markdownify import MarkdownConverter

from courses.importing.olx_tree import Node

MATHS = re.compile(
    r"\[mathjaxinline\](?P<a>.*?)\[/mathjaxinline\]|\[mathjax\](?P<b>.*?)\[/mathjax\]|\\\((?P<c>.*?)\\\)|\\\[(?P<d>.*?)\\\]",
    re.DOTALL,
)
SECRET = frozenset({
    "solution", "solutionset", "demandhint", "choicehint", "optionhint", "correcthint", "stringequalhint",
    "additional_answer", "answer", "script", "style", "compoundhint", "responseparam", "targetedfeedbackset",
    "targetedfeedback", "hintgroup", "hintpart", "correct_answer", "codeparam", "edit_field_answer", "stringhint",
})  # fmt: skip
FIELDS = frozenset({"textline", "formulaequationinput", "textbox", "filesubmission", "numericalresponse_input", "jsinput"})
CHOICES = frozenset({"choice", "option", "item"})
HEADING = re.compile(r"^(#{1,6})(?= )", re.MULTILINE)
FENCED = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
TRANSCRIPTS = (".srt", ".sjson", ".vtt", ".txt")
TIMECODE = re.compile(r"^\d*\s*\n?\d{1,2}:\d{2}.*?-->.*$", re.MULTILINE)


class _Converter(MarkdownConverter):
    """Also keeps text that looks like HTML or like a formula as text."""

    def escape(self, text: str, parent_tags: set[str]) -> str:
        escaped: str = super().escape(text, parent_tags)  # type: ignore[misc]  # its stubs leave it out
        return re.sub(r"(?<!\\)([<$])", r"\\\1", escaped)


def _language(element: Tag) -> str:
    """The language of a code block, from its class or that of the code inside."""
    inner = element.find("code")
    names = [*(element.get("class") or []), *((inner.get("class") or []) if isinstance(inner, Tag) else [])]
    return next((re.sub(r"^(?:language|lang|brush:?)-?", "", name) for name in names if re.match(r"lang|brush", name)), "")


CONVERTER = _Converter(
    heading_style="ATX", bullets="-", code_language_callback=_language, escape_misc=False, newline_style="BACKSLASH"
)


def html_to_markdown(html: str) -> str:
    """HTML as Markdown; formulas between MathJax's marks become `$...$` and `$$...$$`, embedded pages become links."""
    formulas: list[str] = []

    def keep(match: re.Match[str]) -> str:
        inline = match["a"] or match["c"]
        source = " ".join(BeautifulSoup(inline or match["b"] or match["d"] or "", "html.parser").get_text().split())
        formulas.append(f"${source}$" if inline else f"\n\n$$\n{source}\n$$\n\n")
        return f"MATHS{len(formulas) - 1}SHTAM"

    soup = BeautifulSoup(MATHS.sub(keep, html), "html.parser")
    for element in soup.find_all(["script", "style", "noscript", "link", "meta"]):
        element.decompose()
    for frame in soup.find_all(["iframe", "embed"]):
        address = str(frame.get("src") or "")
        link = soup.new_tag("a", href=address)
        link.string = str(frame.get("title") or address)
        frame.replace_with(link)
    text = CONVERTER.convert_soup(soup)
    text = re.sub(r"MATHS(\d+)SHTAM", lambda match: formulas[int(match[1])], text)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def lowered(markdown: str, level: int) -> str:
    """The same text with its headings moved down so that the highest stands at `level`."""
    fences = [match.span() for match in FENCED.finditer(markdown)]
    found = [match for match in HEADING.finditer(markdown) if not any(a <= match.start() < b for a, b in fences)]
    by = level - min((len(match[1]) for match in found), default=level)
    starts = {match.start() for match in found}

    def lower(match: re.Match[str]) -> str:
        return "#" * min(max(len(match[1]) + by, 1), 6) if match.start() in starts else match[1]

    return HEADING.sub(lower, markdown) if by else markdown


def problem_to_markdown(problem: Node) -> str:
    """What a learner reads of a problem before answering it."""
    return html_to_markdown(_question(problem))


def _question(node: Node) -> str:
    """The problem's HTML without its secrets; choices as a list, fields for answers as a line to fill in."""
    parts: list[str] = []
    for item in node.content:
        if isinstance(item, str):
            parts.append(item.replace("&", "&amp;").replace("<", "&lt;"))
        elif item.tag in SECRET:
            continue
        elif item.tag in FIELDS:
            parts.append("<p>…</p>")
        elif item.tag == "optioninput" and item.get("options"):
            options = re.findall(r"'([^']*)'|\"([^\"]*)\"", item.get("options"))
            parts.append("<ul>" + "".join(f"<li>{a or b}</li>" for a, b in options) + "</ul>")
        else:
            parts.append(_wrapped(item.tag, _question(item), item))
    return "".join(parts)


def _wrapped(tag: str, inner: str, node: Node) -> str:
    if tag in CHOICES:
        return f"<li>{inner}</li>"
    if tag in {"choicegroup", "checkboxgroup", "radiogroup", "optioninput"}:
        return f"<ul>{inner}</ul>"
    if tag == "label":
        return f"<p><strong>{inner}</strong></p>"
    if tag == "description":
        return f"<p><em>{inner}</em></p>"
    if tag.endswith("response") or tag in {"problem", "question", "span"}:
        return inner
    shell = Node(tag, node.attributes, node.line)
    html = shell.html()
    return html.replace(f"</{tag}>", "") + inner + f"</{tag}>" if html.endswith(f"</{tag}>") else html


def assessment_to_markdown(assessment: Node) -> str:
    """What an open response asks for; how it is graded stays out."""
    asked = [node for prompt in assessment.all("prompts") for node in prompt.all("description")]
    title = next((node.text.strip() for node in assessment.children if node.tag == "title"), "")
    text = "\n\n".join(html_to_markdown(node.text) for node in asked)
    return f"**{title}**\n\n{text}" if title and text else text


def video_to_markdown(video: Node, load: Callable[[str], bytes | None]) -> str:
    """A link to the video and what is said in it. `load` gives a file of the course's `static` folder, or None."""
    youtube = video.get("youtube_id_1_0") or video.get("youtube").split(",")[-1].split(":")[-1]
    sources = [node.get("src") for node in video.all("source")] + [video.get("source")]
    address = f"https://www.youtube.com/watch?v={youtube}" if youtube else next((src for src in sources if src), "")
    link = f"[{_('Watch the video')}]({address})" if address.startswith(("https://", "http://", "/static/")) else ""
    return "\n\n".join(part for part in (link, _transcript(video, load)) if part)


def _transcript(video: Node, load: Callable[[str], bytes | None]) -> str:
    """The first transcript that is there, as paragraphs."""
    names = [node.get("src") for node in video.all("transcript")]
    sub = video.get("sub")
    names += [f"subs_{sub}.srt.sjson", f"{sub}.srt"] if sub else []
    names += [node.get("src").split("/")[-1] for node in video.all("track")]
    for name in names:
        data = load(name) if name.endswith(TRANSCRIPTS) else None
        text = _spoken(data.decode("utf-8", "replace"), name) if data else ""
        if text:
            return text
    return ""


def _spoken(data: str, name: str) -> str:
    """The words of a transcript in paragraphs of a few sentences."""
    if name.endswith(".sjson"):
        try:
            lines = [str(line) for line in json.loads(data).get("text", [])]
        except (ValueError, AttributeError, RecursionError):
            return ""
    else:
        lines = TIMECODE.sub("", data.replace("\r\n", "\n").removeprefix("WEBVTT")).split("\n")
    words = " ".join(" ".join(re.sub(r"<[^>]*>", "", line).split()) for line in lines if line.strip())
    paragraphs = re.findall(r".{300,}?[.!?](?=\s|$)|.+$", words)
    return "\n\n".join(paragraph.strip().replace("<", "\\<") for paragraph in paragraphs)

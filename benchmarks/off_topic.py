"""Which questions a small course refuses as off-topic: those it answers, those on its subject that it does not, and the rest.

`python -m benchmarks.off_topic` makes a database of its own with six courses of ten or eleven paragraphs, asks each its own
questions and 60 messages that no course is for (`benchmarks/data/small-courses/`, all of our own writing), and prints the shares
that are refused. The rule was chosen with three of the courses in view; the other three were opened once, afterwards. A course is
a Markdown file: its title, its description, and a chapter for each heading; its questions are lines of `evaluate confidence`.
`--messages FILE` takes other messages, lines with a "question".
"""

import json
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.scratch import ROOT, Scratch, scratch_database

DATA = ROOT / "benchmarks" / "data" / "small-courses"


def main() -> int:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=Path, default=DATA / "off-topic.jsonl", metavar="FILE")
    options = parser.parse_args()
    with scratch_database() as scratch:
        for source in sorted(DATA.glob("*.md")):
            _import(scratch, source)
        command = [sys.executable, "-m", "benchmarks.off_topic_inside", str(DATA), str(options.messages.resolve())]
        return subprocess.run(command, cwd=ROOT, env=scratch.environment, check=False).returncode


def _import(scratch: Scratch, source: Path) -> None:
    """Through the importer, from a folder with a page for each heading. JSON is YAML."""
    about, *chapters = source.read_text().split("\n## ")
    title, _line, description = about.partition("\n")
    with TemporaryDirectory() as name:
        folder = Path(name)
        told = {"title": title.removeprefix("# "), "description": description.strip()}
        (folder / "course.yaml").write_text(json.dumps(told))
        for number, chapter in enumerate(chapters, start=1):
            heading, _line, text = chapter.partition("\n")
            front = json.dumps({"id": f"{number:02d}", "title": heading, "day": 1})
            (folder / f"{number:02d}.md").write_text(f"---\n{front}\n---\n{text}")
        scratch.manage("import_course", name, "--slug", source.stem, "--yes")


if __name__ == "__main__":
    sys.exit(main())

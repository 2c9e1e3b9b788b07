"""Wide parts of a rendered message scroll by themselves, by keyboard too."""

# What somebody wrote is escaped by the renderer, so a bare tag is the renderer's own.
SCROLLING = (
    ("<pre>", '<pre tabindex="0">'),
    ("<table>", '<div class="table-scroll" tabindex="0"><table>'),
    ("</table>", "</table></div>"),
)


def scrolling(html: str) -> str:
    """Sanitised HTML whose code and tables scroll by themselves."""
    for bare, wide in SCROLLING:
        html = html.replace(bare, wide)
    return html

"""Pages of the documentation as HTML: headings with anchors, links of the site, tables that scroll, coloured code."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from mcfrontier.tasks.site.contents import repository

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

CODE = re.compile(r'(?P<comment>(?<!\S)#[^\n]*)|(?P<text>"(?:[^"\\\n]|\\.)*")|(?P<prompt>^\$(?= ))', re.M)
COLOURED = ("sh", "toml", "python", "yaml", "")  # languages of code; "" is a session in a terminal


class Section(NamedTuple):
    """A heading of a page, its level, and the text up to the next heading."""

    level: int
    anchor: str
    title: str
    text: list[str]


class Document(NamedTuple):
    """A page as HTML, with its sections."""

    html: str
    sections: list[Section]


def markdown_of(path: Path) -> str:
    """The text of a page; of a notebook its cells, code as fences."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        return text
    cells = [(cell["cell_type"], "".join(cell["source"])) for cell in json.loads(text)["cells"]]
    parts = [f"```python\n{text}\n```" if kind == "code" else text for kind, text in cells]
    return "\n\n".join([*parts, f"[The notebook, to run]({repository()}/blob/main/docs/{path.name})"])


def parser() -> MarkdownIt:
    """The parser, with the rules of this site for tables, headings and code."""
    from markdown_it import MarkdownIt

    found = MarkdownIt("commonmark").enable("table")
    for name, rule in (("table_open", table_open), ("table_close", table_close), ("fence", fence)):
        found.add_render_rule(name, rule)
    return found


def table_open(renderer: Any, tokens: list[Token], at: int, options: Any, env: Any) -> str:
    return '<div class="table" tabindex="0"><table>'


def table_close(renderer: Any, tokens: list[Token], at: int, options: Any, env: Any) -> str:
    return "</table></div>\n"


def fence(renderer: Any, tokens: list[Token], at: int, options: Any, env: Any) -> str:
    """Code with its comments, texts and prompts marked."""
    language, code = tokens[at].info, tokens[at].content
    text = coloured(code) if language in COLOURED else escape(code, quote=False)
    return f'<pre tabindex="0"><code class="language-{escape(language or "text")}">{text}</code></pre>\n'


def coloured(code: str) -> str:
    """Code as HTML, with spans of the classes of CODE."""
    parts, end = [], 0
    for found in CODE.finditer(code):
        span = f'<span class="{found.lastgroup}">{escape(found[0], quote=False)}</span>'
        parts += [escape(code[end : found.start()], quote=False), span]
        end = found.end()
    return "".join(parts) + escape(code[end:], quote=False)


def rendered(text: str, link: Callable[[str], str]) -> Document:
    """A page as HTML; `link` converts the address of each link and picture."""
    markdown = parser()
    tokens = markdown.parse(text)
    sections, used = [Section(1, "", "", [])], Counter[str]()
    for i, token in enumerate(tokens):
        if token.type == "heading_open":
            title = plain(tokens[i + 1])
            name = anchor(title)
            own, used[name] = f"{name}-{used[name]}" if used[name] else name, used[name] + 1
            token.attrSet("id", own)
            sections.append(Section(int(token.tag[1:]), own, title, []))
        elif token.type == "fence":
            sections[-1].text.append(token.content)
        elif token.type == "inline":
            if tokens[i - 1].type != "heading_open":
                sections[-1].text.append(plain(token))
            for child in token.children or []:
                for name in {"href", "src"} & child.attrs.keys():
                    child.attrSet(name, link(str(child.attrs[name])))
        if "style" in token.attrs:  # the alignment of a cell, which the security policy would refuse
            token.attrSet("class", str(token.attrs.pop("style")).replace("text-align:", ""))
    html = markdown.renderer.render(tokens, markdown.options, {})
    return Document(with_anchors(html), sections[1:])


def with_anchors(html: str) -> str:
    """Headings below the title, each with a link to itself."""
    mark = r'<\1 id="\2">\3 <a class="anchor" href="#\2" aria-label="Link to this section">#</a></\1>'
    return re.sub(r'<(h[2-6]) id="([^"]*)">(.*?)</\1>', mark, html)


def plain(token: Token) -> str:
    """The text of a paragraph or heading, without its marks."""
    children = token.children or []
    return "".join(" " if each.type == "softbreak" else each.content for each in children)


def anchor(heading: str) -> str:
    """The id of a heading, as on the pages of a repository: its words in lower case, joined by hyphens."""
    return re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-")

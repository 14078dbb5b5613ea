"""The reference page of the Python interface, from its docstrings: python -m tests.api.reference writes docs/api.md."""

import inspect
import re
import warnings
from textwrap import fill

from tests.api.face import NAMES, member, members
from tests.conftest import ROOT

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of the packages that numpydoc loads
    from numpydoc.docscrape import NumpyDocString

PAGE = ROOT / "docs" / "api.md"


def link(name):
    """A link to the heading of a name; that of the class `Run` follows that of the function `run`."""
    return f"[`{name}`](#{name.lower()}{'-1' * (name != name.lower() and name.lower() in NAMES)})"


HEAD = f"""`import mcfrontier as mcf` gives access to {", ".join(map(link, NAMES))}. In the examples,
`run` is `mcf.run("gpt4", draws=1024)` and `study` is `mcf.load("gpt4")`. A `SavedRun` has the methods of a `Run`. The
page is generated from the docstrings by `python -m tests.api.reference`."""


def page():
    """The page as markdown."""
    functions = [name for name in NAMES if inspect.isfunction(member(name))]
    classes = [name for name in NAMES if name not in functions]
    parts = ["# Python interface\n", text([HEAD]) + "\n", *(entry(name, "##") for name in functions)]
    for name in classes:
        own = [] if name == "SavedRun" else members(name)  # those of Run
        parts += [entry(name, "##"), *(entry(f"{name}.{each}", "###") for each in own)]
    return "\n".join(parts)


def entry(place, mark):
    """A name with its signature and the sections of its docstring."""
    doc = NumpyDocString(inspect.getdoc(member(place)))
    title = f"{mark} {place.replace('.__getitem__', '[name]')}"
    parts = [title, signature(place), text(doc["Summary"]), text(doc["Extended Summary"])]
    parts += [section(head, doc[head]) for head in ("Parameters", "Returns", "Raises")]
    parts += ["```python\n" + "\n".join(doc["Examples"]).strip() + "\n```"]
    return "\n\n".join(part for part in parts if part) + "\n"


def signature(place):
    """The call of a function or a method; "" of a class, a property or an index."""
    found = member(place)
    if not inspect.isfunction(found) or place.endswith("]") or "__" in place:
        return ""
    parameters = [each for name, each in inspect.signature(found).parameters.items() if name != "self"]
    shown = inspect.Signature([each.replace(annotation=inspect.Parameter.empty) for each in parameters])
    call = place if "." in place else f"mcf.{place}"
    text = re.sub("<function silent at .*?>", "silent", str(shown)).replace("'", '"')
    if len(call + text) > 120:
        inner = text[1:-1]
        text = f"(\n    {inner}\n)" if len(inner) <= 116 else "(\n    " + inner.replace(", ", ",\n    ") + ",\n)"
    return f"```python\n{call}{text}\n```"


def section(head, rows):
    """A section of a docstring as a list."""
    items = []
    for name, kind, lines in rows:
        what = f"`{name}`: {kind}" if name and kind else kind or name
        items.append(wrapped(f"- {what}. {text(lines)}", "  "))
    return "\n".join([f"**{head}**", "", *items]) if items else ""


def text(lines):
    """A paragraph of a docstring."""
    return wrapped(" ".join(" ".join(lines).split()).replace("``", "`"), "")


def wrapped(line, indent):
    """A paragraph in lines of at most 120 characters."""
    return fill(" ".join(line.split()), 120, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

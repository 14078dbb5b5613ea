"""The script of a page without a browser: node evaluates expressions with its parts that draw nothing."""

import json
import shutil
import subprocess

import pytest

from mcfrontier.outputs.page.data import page_json
from mcfrontier.outputs.page.page import NUMBERS, script_of
from mcfrontier.outputs.page.size import DRAWS, page_draws

needs_node = pytest.mark.skipif(not shutil.which("node"), reason="node is not installed")

END = """
const given = JSON.parse(require("fs").readFileSync(0, "utf8"));
const seen = (key, value) => {
  if (ArrayBuffer.isView(value)) return [...value];
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
};
"""


def evaluate(expression, given=None, formulas="const FORMULAS = {}, CONDITIONS = [];"):
    """The value of an expression in JavaScript, in which `given` is a value from here; NaN and Infinity are texts."""
    made = script_of(formulas, NUMBERS).rstrip().removesuffix("}")
    script = f"{made}{END}console.log(JSON.stringify({expression}, seen));\n}}\n"
    done = subprocess.run(["node", "-e", script], input=json.dumps(given), text=True, capture_output=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def on_page(run, expression, given=None, draws=DRAWS):
    """The value of an expression in the script of the page of a run, in which `data` is that of the page."""
    data, formulas = page_json(run, page_draws(run, draws))
    text = f"(() => {{ const data = JSON.parse(given.data); const more = given.more; return {expression}; }})()"
    return evaluate(text, {"data": data, "more": given}, formulas)

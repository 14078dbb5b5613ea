"use strict";
// Search over the sections in search.js, which is loaded at the first key; and a button that copies code.
{
  const input = document.getElementById("search"), list = document.getElementById("found");
  const MOST = 12, AROUND = 60;
  let loaded = null;

  const load = () => loaded ??= new Promise(done => {
    const script = document.createElement("script");
    script.src = input.dataset.root + "search.js";
    script.onload = done;
    document.head.append(script);
  });
  const countIn = (text, word) => text.toLowerCase().split(word).length - 1;
  // a word counts most in the title of its page, then in the heading of its section; each must be in one of the three
  const score = ([, page, heading, text], words) => {
    const each = words.map(word => 20 * countIn(page, word) + 30 * countIn(heading, word) + Math.min(countIn(text, word), 5));
    return Math.min(...each) && each.reduce((sum, one) => sum + one);
  };
  const make = (name, text, ...children) => {
    const made = document.createElement(name);
    made.append(text, ...children);
    return made;
  };
  const excerpt = (text, words) => {
    const at = Math.max(0, text.toLowerCase().indexOf(words.find(word => countIn(text, word)) ?? "") - AROUND);
    return (at ? "…" : "") + text.slice(at, at + 3 * AROUND) + (text.length > at + 3 * AROUND ? "…" : "");
  };
  const item = ([address, page, heading, text], words) => {
    const link = make("a", make("b", heading && heading !== page ? `${page}: ${heading}` : page), make("span", excerpt(text, words)));
    link.href = input.dataset.root + address;
    return make("li", link);
  };
  const search = async () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length) await load();
    const found = words.length ? SECTIONS.map(each => [score(each, words), each]).filter(([points]) => points) : [];
    found.sort(([a], [b]) => b - a);
    list.replaceChildren(...found.slice(0, MOST).map(([, each]) => item(each, words)));
    if (words.length && !found.length) list.append(make("li", "Nothing found"));
    list.hidden = !words.length;
  };
  input.hidden = false;
  input.addEventListener("input", search);
  input.addEventListener("keydown", event => {
    if (event.key === "Enter") list.querySelector("a")?.click();
    if (event.key === "Escape") { input.value = ""; search(); }
  });
  document.addEventListener("keydown", event => {
    if (event.key === "/" && !/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName)) { event.preventDefault(); input.focus(); }
  });
  document.addEventListener("click", event => { if (!event.target.closest(".search")) list.hidden = true; });

  const sidebar = document.querySelector(".sidebar"), current = sidebar.querySelector("[aria-current]");
  if (current) sidebar.scrollTop = current.offsetTop - sidebar.clientHeight / 2;

  for (const block of document.querySelectorAll("pre:has(.language-sh), pre:has(.language-python), pre:has(.language-toml)")) {
    const button = make("button", "Copy");
    const text = block.textContent;
    button.type = "button";
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    });
    block.append(button);
  }
}

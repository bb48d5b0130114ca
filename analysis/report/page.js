"use strict";
// Texts reach the page through textContent alone: whatever a statement holds, it stays text.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const [DOC, ACTOR, TYPE, SPEAKER, KIND, SENTENCES] = [0, 1, 2, 3, 4, 5];
  const [TEXT, LABELS, TONE, SCORES, FLAGS] = [0, 1, 2, 3, 4];
  const SIZE = 25;
  const element = (id) => document.getElementById(id);
  const fields = Object.fromEntries(["search", "label", "sentiment", "kind", "actor"].map((id) => [id, element(id)]));
  const words = (name) => name.replaceAll("_", " ");
  const probability = (perMille) => (perMille / 1000).toFixed(2);
  let found = [];
  let page = 0;

  function make(tag, className, text) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  }

  function option(value, text, parent) {
    const node = make("option", "", text);
    node.value = value;
    parent.append(node);
  }

  function asked() {
    const label = fields.label.value;
    return {
      search: fields.search.value.trim().toLowerCase(),
      label: label === "" ? -1 : Number(label),
      sentiment: fields.sentiment.value === "" ? -1 : Number(fields.sentiment.value),
      kind: fields.kind.value === "" ? -1 : Number(fields.kind.value),
      actor: fields.actor.value.trim().toLowerCase(),
    };
  }

  const inSentence = (sentence, want) =>
    (want.label < 0 || sentence[LABELS].includes(want.label)) &&
    (want.sentiment < 0 || sentence[TONE] === want.sentiment) &&
    (!want.search || sentence[TEXT].toLowerCase().includes(want.search));

  function inStatement(statement, want) {
    if (want.kind >= 0 && statement[KIND] !== want.kind) return false;
    if (!want.actor) return true;
    const names = [data.actors[statement[ACTOR]], data.speakers[statement[SPEAKER]]];
    return names.some((name) => name && name.toLowerCase().includes(want.actor));
  }

  function filter() {
    const want = asked();
    found = [];
    let sentences = 0;
    for (const statement of data.statements) {
      if (!inStatement(statement, want)) continue;
      const matching = statement[SENTENCES].filter((sentence) => inSentence(sentence, want)).length;
      if (matching) found.push(statement);
      sentences += matching;
    }
    page = 0;
    element("count").textContent = found.length
      ? `${sentences} ${sentences === 1 ? "sentence" : "sentences"} in ${found.length} ${found.length === 1 ? "statement" : "statements"}`
      : "No statement has all of this; clear a filter.";
    show();
  }

  function marked(text, search) {
    const node = make("span", "t");
    const low = text.toLowerCase();
    let at = 0;
    // Lower case may change a text's length; then nothing is marked rather than the wrong place.
    for (let hit = low.indexOf(search); search && low.length === text.length && hit >= 0; hit = low.indexOf(search, at)) {
      node.append(text.slice(at, hit), make("mark", "", text.slice(hit, hit + search.length)));
      at = hit + search.length;
    }
    node.append(text.slice(at));
    return node;
  }

  function scores(sentence) {
    const grid = make("div", "scores");
    data.labels.forEach((label, n) => {
      const meter = make("meter");
      meter.max = 1;
      meter.value = sentence[SCORES][n] / 1000;
      grid.append(make("span", "", words(label)), meter, make("span", "", probability(sentence[SCORES][n])));
    });
    return grid;
  }

  function chips(sentence, summary) {
    for (const n of sentence[LABELS]) {
      const chip = make("span", "chip", `${words(data.labels[n])} `);
      chip.append(make("i", "", probability(sentence[SCORES][n])));
      summary.append(" ", chip);
    }
    if (sentence[TONE] >= 0) summary.append(" ", make("span", "chip tone", words(data.labels[sentence[TONE]])));
    for (const n of sentence[FLAGS]) summary.append(" ", make("span", "chip flag", words(data.flags[n])));
  }

  function sentenceNode(sentence, want) {
    const tone = sentence[TONE] >= 0 ? data.labels[sentence[TONE]] : "none";
    const node = make("details", `s ${tone}${sentence[LABELS].length ? " labelled" : ""}${inSentence(sentence, want) ? "" : " dim"}`);
    const summary = make("summary");
    summary.append(marked(sentence[TEXT], want.search));
    chips(sentence, summary);
    node.append(summary);
    node.addEventListener("toggle", () => node.append(scores(sentence)), { once: true });
    return node;
  }

  function statementNode(statement, want) {
    const node = make("article");
    const [actor, speaker] = [data.actors[statement[ACTOR]], data.speakers[statement[SPEAKER]]];
    const head = make("h3", "", `${actor || speaker || "Unresolved speaker"} `);
    const known = [data.types[statement[TYPE]] || "type unknown", data.kinds[statement[KIND]]];
    if (speaker && speaker !== actor) known.push(speaker);
    head.append(make("span", "n", known.join(" · ")));
    node.append(head, ...statement[SENTENCES].map((sentence) => sentenceNode(sentence, want)));
    const [title, date, publisher, id] = data.docs[statement[DOC]];
    node.append(make("p", "source", [title, publisher, date, id].filter(Boolean).join(" · ")));
    return node;
  }

  function show() {
    const want = asked();
    const pages = Math.max(1, Math.ceil(found.length / SIZE));
    element("list").replaceChildren(...found.slice(page * SIZE, (page + 1) * SIZE).map((one) => statementNode(one, want)));
    element("pager").hidden = pages === 1;
    element("page").textContent = `Page ${page + 1} of ${pages}`;
    element("back").disabled = page === 0;
    element("next").disabled = page + 1 >= pages;
  }

  function turn(by) {
    page += by;
    show();
    element("count").scrollIntoView();
  }

  data.labels.forEach((name, n) => {
    const tone = data.sentiments.includes(name);
    option(n, words(name), tone ? fields.sentiment : fields.label);
  });
  data.kinds.forEach((name, n) => option(n, name, fields.kind));
  [...data.actors].sort().forEach((name) => option(name, "", element("actors")));
  let waiting;
  element("filters").addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(filter, 120);
  });
  element("filters").addEventListener("submit", (event) => event.preventDefault());
  element("filters").addEventListener("reset", () => setTimeout(filter));
  element("back").addEventListener("click", () => turn(-1));
  element("next").addEventListener("click", () => turn(1));
  element("filters").hidden = false;
  filter();
})();

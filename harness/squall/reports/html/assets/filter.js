// Filters, sorts and groups what is on the page already; without a script everything is shown.
(() => {
  for (const bar of document.querySelectorAll("[data-filter]")) {
    const list = document.getElementById(bar.dataset.filter);
    if (!list) continue;
    const rows = [...list.children];
    const words = bar.querySelector("input[type=search]");
    const kind = bar.querySelector("select[data-kind]");
    const order = bar.querySelector("select[data-order]");
    const group = bar.querySelector("select[data-group]");
    const count = bar.querySelector("output");
    const key = bar.dataset.filter;
    const show = () => {
      const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      let heading = null;
      for (const row of list.children) {
        if (row.classList.contains("group")) { heading = row; row.hidden = true; continue; }
        const text = row.textContent.toLowerCase();
        const fits = wanted.every((word) => text.includes(word))
          && (!kind || !kind.value || row.dataset.kind === kind.value);
        row.hidden = !fits;
        if (fits && heading) heading.hidden = false;
        shown += fits && !row.dataset.copy ? 1 : 0;
      }
      count.textContent = `${shown} of ${rows.length}`;
      const state = new URLSearchParams(location.hash.slice(1));
      if (words.value) state.set(key, words.value); else state.delete(key);
      const hash = state.toString();
      if (words.value || location.hash.includes(`${key}=`)) history.replaceState(null, "", `#${hash}`);
    };
    const sorted = () => {
      const by = order ? order.value : "";
      return by ? [...rows].sort((a, b) => by === "name"
        ? a.dataset.name.localeCompare(b.dataset.name)
        : Number(b.dataset[by]) - Number(a.dataset[by])) : rows;
    };
    // A row that belongs to several groups stands in each: the first time itself, then a copy.
    const grouped = (all, by) => {
      const groups = new Map();
      for (const row of all) {
        const names = (row.dataset[by] || "none").split(by === "tags" ? "|" : "\n");
        names.forEach((name, place) => {
          const member = place ? row.cloneNode(true) : row;
          if (place) member.dataset.copy = "yes";
          groups.set(name, [...(groups.get(name) || []), member]);
        });
      }
      return [...groups].flatMap(([name, members]) => {
        const heading = document.createElement("li");
        heading.className = "group";
        const title = document.createElement("h2");
        title.textContent = `${name} (${members.length})`;
        heading.append(title);
        return [heading, ...members];
      });
    };
    const arrange = () => {
      const by = group ? group.value : "";
      list.replaceChildren(...(by ? grouped(sorted(), by) : sorted()));
      show();
    };
    const given = new URLSearchParams(location.hash.slice(1)).get(key);
    if (given) words.value = given;
    words.addEventListener("input", show);
    if (kind) kind.addEventListener("change", show);
    if (order) order.addEventListener("change", arrange);
    if (group) group.addEventListener("change", arrange);
    bar.hidden = false;
    show();
  }
})();

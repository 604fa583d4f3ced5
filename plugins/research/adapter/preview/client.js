// In pages of the development server: reloads the page when it has changed, and shows what is wrong in sources.

const { page, version } = document.currentScript.dataset;
const KEY = "pelican-research-closed";

const STYLE = `
  :host { all: initial; position: fixed; inset: auto 0 0; z-index: 2147483647; color-scheme: light dark; }
  details { max-height: 45vh; overflow: auto; padding: 0.5rem 1rem; border-top: 3px solid #c33;
    font: 14px/1.5 system-ui, sans-serif; color: CanvasText; background: Canvas; }
  details.warnings { border-color: #b80; }
  summary { cursor: pointer; font-weight: 600; }
  ul { margin: 0.5rem 0; padding: 0; list-style: none; }
  li { padding: 0.3rem 0; overflow-wrap: anywhere; }
  code { font: 13px/1.4 ui-monospace, monospace; opacity: 0.8; }
`;

let box = null;

function element(name, text, className = "") {
  const made = document.createElement(name);
  made.textContent = text;
  made.className = className;
  return made;
}

function counted(found, severity) {
  const count = found.filter((one) => one.severity === severity).length;
  return count ? [`${count} ${severity}${count > 1 ? "s" : ""}`] : [];
}

function show(found) {
  box?.remove();
  box = null;
  if (!found.length) return;
  box = document.createElement("pelican-research-diagnostics");
  const details = element("details", "", found.some((one) => one.severity === "error") ? "" : "warnings");
  details.open = sessionStorage.getItem(KEY) === null;
  details.addEventListener("toggle", () => {
    if (details.open) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, "");
  });
  const counts = [...counted(found, "error"), ...counted(found, "warning")].join(" and ");
  const list = document.createElement("ul");
  for (const one of found) {
    const item = element("li", `${one.severity}: ${one.message} `);
    item.prepend(element("code", one.place), document.createElement("br"));
    list.append(item);
  }
  details.append(element("summary", `${counts} in the sources of this site`), list);
  const root = box.attachShadow({ mode: "open" });
  root.append(element("style", STYLE), details);
  document.body.append(box);
}

const events = new EventSource(`/.pelican-research/events?${new URLSearchParams({ page, version })}`);
events.addEventListener("reload", () => {
  events.close();
  location.reload();
});
events.addEventListener("diagnostics", (event) => show(JSON.parse(event.data)));
addEventListener("pagehide", () => events.close());

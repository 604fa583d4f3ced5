// Links of the text that set a figure: `<a href="#fig-plane" data-demo-state="z=0.3,-1.1">`. Without this module they
// lead to the figure.

/** @type {NodeListOf<HTMLAnchorElement>} */
const links = document.querySelectorAll("a[data-demo-state]");
for (const link of links) if (demoAt(link.hash)) prepare(link);
addEventListener("popstate", () => show(location));

/** Let a link, in whatever window it is opened, and wherever it is copied to, have the state in its address. */
function prepare(link) {
  link.search = link.dataset.demoState;
  link.addEventListener("click", (event) => {
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (location.protocol.startsWith("http")) history.pushState(null, "", link.href);
    const figure = demoAt(link.hash).closest("figure");
    figure.scrollIntoView();
    // From there the keyboard goes on.
    figure.tabIndex = -1;
    figure.focus({ preventScroll: true });
    show(link);
  });
}

/** Let the figure that an address names show the state that it has. */
function show({ hash, search }) {
  if (search) demoAt(hash)?.show(search);
}

/**
 * Return the interactive element of the figure that a fragment names.
 *
 * @returns {any}
 */
function demoAt(hash) {
  const figure = hash && document.getElementById(decodeURIComponent(hash.slice(1)));
  return figure ? figure.querySelector("research-demo") : null;
}

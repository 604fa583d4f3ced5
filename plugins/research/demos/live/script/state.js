// The state of an active figure as an address has it, `?z=0.3,-1.1#fig-plane`: read from it, and copied by a button.
// The module comes when a figure has been activated.

//: Milliseconds for which a button says what it did.
const SHOWN = 3000;

/** Set the figure as its element `host` says, now and whenever that changes, and offer to copy a link to what it shows. */
export function begin(host, stage, { button }) {
  const entries = Object.entries(stage.state);
  const figure = host.closest("figure");

  host.onstate = () => {
    const asked = new URLSearchParams(host.dataset.state);
    for (const [name, entry] of entries) {
      const texts = (asked.get(name) ?? "").split(",");
      if (accepts(entry, texts)) entry.set(...texts);
    }
    delete host.dataset.state;
  };
  if (host.dataset.state) host.onstate();

  const copy = async () => {
    const address = new URL(location.href);
    address.search = entries.map(([name, { get }]) => `${name}=${[get()].flat().map(written)}`).join("&");
    address.hash = figure.id;
    const isServed = location.protocol.startsWith("http");
    if (isServed) history.replaceState(null, "", address);
    // Pages without HTTPS have no clipboard, and a frame may have no address.
    const clipboard = location.protocol === "about:" ? undefined : navigator.clipboard;
    const isCopied =
      clipboard &&
      (await clipboard.writeText(address.href).then(
        () => true,
        () => false,
      ));
    const text = stage.word(isCopied ? "link_copied" : isServed ? "link_in_address" : "no_link");
    stage.speak(text);
    made.textContent = text;
    setTimeout(() => (made.textContent = stage.word("copy_link")), SHOWN);
  };
  const made = button(stage.word("copy_link"), copy);
  if (entries.length) figure.querySelector(".research-about")?.append(made);
}

/** Return whether `texts` are what an entry of a state takes: one of its words, or as many numbers as it has. */
function accepts({ get, words }, texts) {
  if (words) return words.includes(texts.join(","));
  return (
    texts.length === [get()].flat().length && texts.every((text) => text && Number.isFinite(Number(text)))
  );
}

/** Return `value` as an address has it; of a number that is not whole four digits. */
function written(value) {
  if (typeof value !== "number") return encodeURIComponent(value).replaceAll("%20", "+");
  return Number.isInteger(value) ? value : Number(value.toPrecision(4));
}

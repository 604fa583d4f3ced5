// Puts a button beside each record of “Cite this post” that copies it. Without this module a record is
// text to select, and a file to download.
const SHOWN = 3000; // milliseconds that a page says that something was copied

for (const record of document.querySelectorAll(".citation-record")) prepare(record);

function prepare(record) {
  const { copy, copied } = record.dataset;
  const code = record.querySelector("code");
  const name = record.querySelector("b").textContent;
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: copy });
  button.setAttribute("aria-label", `${copy} ${name}`);
  const status = document.createElement("span");
  status.setAttribute("role", "status");
  let timer;
  button.addEventListener("click", async () => {
    clearTimeout(timer);
    if (!(await isCopied(code))) return;
    status.textContent = copied;
    timer = setTimeout(() => (status.textContent = ""), SHOWN);
  });
  record.querySelector("p").append(" ", button, " ", status);
}

async function isCopied(code) {
  try {
    await navigator.clipboard.writeText(code.textContent);
    return true;
  } catch {
    // No clipboard, as on pages without HTTPS: what is selected can be copied in the old way, or by hand.
    getSelection().selectAllChildren(code);
    return document.execCommand("copy");
  }
}

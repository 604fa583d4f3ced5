// Puts a button on each listing and each displayed formula that copies it: code as it stands, a formula as TeX.
const SHOWN = 2000; // milliseconds that a button says that something was copied
const { copy, copied } = document.querySelector("main").dataset;
const status = Object.assign(document.createElement("p"), { className: "spoken" });
status.setAttribute("role", "status");

for (const code of document.querySelectorAll(".prose pre")) {
  if (!code.closest(".citation-record")) code.before(tool(copy, () => code.textContent));
}
for (const formula of document.querySelectorAll(".prose mjx-container[display]")) {
  const tex = formula.querySelector("mjx-tex");
  if (!tex) continue;
  const place = tool(`${copy} TeX`, () => tex.textContent.trim());
  place.classList.add("of-formula");
  formula.after(place);
}
document.body.append(status);

function tool(label, read) {
  const place = Object.assign(document.createElement("span"), { className: "copy" });
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: label });
  button.addEventListener("click", async () => {
    if (!(await isCopied(read()))) return;
    button.textContent = status.textContent = copied;
    button.dataset.done = "";
    setTimeout(() => {
      button.textContent = label;
      status.textContent = "";
      delete button.dataset.done;
    }, SHOWN);
  });
  place.append(button);
  return place;
}

async function isCopied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // No clipboard, as on pages without HTTPS: what is selected can be copied in the old way.
    const field = Object.assign(document.createElement("textarea"), { value: text });
    document.body.append(field);
    field.select();
    const isDone = document.execCommand("copy");
    field.remove();
    return isDone;
  }
}

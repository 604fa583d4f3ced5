// Tables of MathML 3 → of MathML Core, where the layout of cells is that of CSS, and rows have no numbers.

// Rewrite `table` in place.
export function layOut(table, adaptor) {
  const list = (name, otherwise) => (take(table, name, adaptor) ?? otherwise).split(/\s+/);
  const columns = { gap: list("columnspacing", ".8em"), line: list("columnlines", "none") };
  const rows = { gap: list("rowspacing", "1ex"), line: list("rowlines", "none") };
  const align = list("columnalign", "center");
  const frame = take(table, "frame", adaptor) ?? "none";
  for (const name of WITHOUT_MEANING) take(table, name, adaptor);
  if (frame !== "none") adaptor.setAttribute(table, "style", `border: .07em ${frame}`);
  const all = adaptor.childNodes(table).slice();
  all.forEach((row, number) => {
    const own = take(row, "columnalign", adaptor)?.split(/\s+/) ?? align;
    const cells = adaptor.childNodes(row).slice(isNumbered(row, adaptor) ? 1 : 0);
    cells.forEach((cell, column) => {
      const side = take(cell, "columnalign", adaptor) ?? at(own, column);
      if (side !== "center") adaptor.setAttribute(cell, "class", `mml-${side}`);
      const [above, below, top] = around(rows, number, all.length);
      const [before, after, left] = around(columns, column, cells.length);
      const lines = (left ? `; border-left: .07em ${left}` : "") + (top ? `; border-top: .07em ${top}` : "");
      adaptor.setAttribute(cell, "style", `padding: ${above} ${after} ${below} ${before}${lines}`);
    });
  });
  if (!all.some((row) => isNumbered(row, adaptor))) return;
  adaptor.setAttribute(table, "class", "mml-numbered");
  for (const row of all) putNumberLast(row, adaptor);
}

const WITHOUT_MEANING = [
  "align",
  "side",
  "minlabelspacing",
  "width",
  "equalrows",
  "equalcolumns",
  "framespacing",
  "rowalign",
];

// Return the space on both sides of the cell `index` of `count`, and the line before it.
function around({ gap, line }, index, count) {
  const before = index ? half(at(gap, index - 1)) : "0";
  const after = index < count - 1 ? half(at(gap, index)) : "0";
  const drawn = index ? at(line, index - 1) : "none";
  return [before, after, drawn === "none" ? "" : drawn];
}

function isNumbered(row, adaptor) {
  return adaptor.kind(row) === "mlabeledtr";
}

// A number stands at the right end of its row. As much room at the left end keeps the row in the middle.
function putNumberLast(row, adaptor) {
  const number = isNumbered(row, adaptor) ? adaptor.firstChild(row) : adaptor.node("mtd");
  if (isNumbered(row, adaptor)) adaptor.remove(number);
  adaptor.setAttribute(number, "class", "mml-number");
  adaptor.insert(adaptor.node("mtd", { class: "mml-room" }), adaptor.firstChild(row));
  adaptor.append(row, number);
  row.kind = "mtr"; // of liteDOM, whose nodes are plain records
}

function at(list, index) {
  return list[Math.min(index, list.length - 1)];
}

function half(length) {
  const [, number, unit] = /^(-?[\d.]+)(.*)$/.exec(length) ?? [];
  return +number ? `${+(+number / 2).toFixed(3)}${unit}` : "0";
}

// Return the attribute `name` of `node`, which then has it no longer.
export function take(node, name, adaptor) {
  const value = adaptor.getAttribute(node, name) ?? undefined;
  if (value !== undefined) adaptor.removeAttribute(node, name);
  return value;
}

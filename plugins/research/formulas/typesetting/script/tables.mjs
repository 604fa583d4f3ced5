// Tables of MathML 3 → of MathML Core, where the layout of cells is that of CSS, and rows have no numbers.

// Rewrite `table` in place.
export function layOut(table, adaptor) {
  const list = (name, otherwise) => (take(table, name, adaptor) ?? otherwise).split(/\s+/);
  const columns = { gap: list("columnspacing", ".8em"), line: list("columnlines", "none") };
  const rows = { gap: list("rowspacing", "1ex"), line: list("rowlines", "none") };
  const align = list("columnalign", "center");
  const frame = take(table, "frame", adaptor) ?? "none";
  const isSpread = (take(table, "width", adaptor) ?? "").endsWith("%");
  const widths = list("columnwidth", "auto");
  const share = 100 / widths.filter((width) => width === "fit").length;
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
      const width = isSpread && widths[column] === "fit" ? `; width: ${+share.toFixed(1)}%` : "";
      adaptor.setAttribute(cell, "style", `padding: ${above} ${after} ${below} ${before}${lines}${width}`);
    });
  });
  const hasNumbers = all.some((row) => isNumbered(row, adaptor));
  if (isSpread) adaptor.setAttribute(table, "class", "mml-spread");
  else if (hasNumbers) adaptor.setAttribute(table, "class", "mml-numbered");
  if (hasNumbers) for (const row of all) putNumberLast(row, !isSpread, adaptor);
}

const WITHOUT_MEANING = [
  "align",
  "side",
  "minlabelspacing",
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

// A number stands at the right end of its row. As much room at the left end keeps a row in the middle that `hasRoom`.
function putNumberLast(row, hasRoom, adaptor) {
  const number = isNumbered(row, adaptor) ? adaptor.firstChild(row) : adaptor.node("mtd");
  if (isNumbered(row, adaptor)) adaptor.remove(number);
  adaptor.setAttribute(number, "class", "mml-number");
  take(number, "columnalign", adaptor);
  if (hasRoom) adaptor.insert(adaptor.node("mtd", { class: "mml-room" }), adaptor.firstChild(row));
  adaptor.append(row, number);
  row.kind = "mtr"; // of liteDOM, whose nodes are plain records
}

function at(list, index) {
  return list[Math.min(index, list.length - 1)];
}

// A share of the width is no length that a padding could be: a space that is seen stands for it.
function half(length) {
  if (length.endsWith("%")) return "1em";
  const [, number, unit] = /^(-?[\d.]+)(.*)$/.exec(length) ?? [];
  return +number ? `${+(+number / 2).toFixed(3)}${unit}` : "0";
}

// Return the attribute `name` of `node`, which then has it no longer.
export function take(node, name, adaptor) {
  const value = adaptor.getAttribute(node, name) ?? undefined;
  if (value !== undefined) adaptor.removeAttribute(node, name);
  return value;
}

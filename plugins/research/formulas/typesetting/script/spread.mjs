// Tables as wide as their column, such as those of multline and flalign. MathJax places their cells for a column that it
// has measured; a page that is built has many widths. So each cell is placed by its share of the width, which is known
// from two widths: its place grows with the width of the column by that share.

const WIDE = 1280; // px, in which MathJax typesets what it has measured no column for
const NARROW = 16; // px, in which a table is as wide as its content
const [EM, EX] = [18, 8.4]; // of a page whose text is in a face with serifs
const COMPILED = 20; // MathJax's STATE.COMPILED: TeX has been read, nothing is set

// Set those formulas of `document` that are tables as wide as their column again, as narrow as they can be, and note
// the share of the width by which each of their cells moves.
export function measure(document, adaptor) {
  for (const item of document.math) {
    if (!isSpread(item.root)) continue;
    const wide = placesOf(item.typesetRoot, adaptor);
    item.setMetrics(EM, EX, NARROW, 1);
    item.state(COMPILED);
    item.typeset(document);
    const narrow = placesOf(item.typesetRoot, adaptor);
    const grown = wide.width - narrow.width; // by nothing where the content is wider than all columns
    item.shares = narrow.cells.map((row, at) =>
      row.map((x, column) => (grown > 0 ? +((wide.cells[at][column] - x) / grown).toFixed(3) : 0)),
    );
    item.naturalWidth = narrow.width;
  }
}

export const METRICS = [EM, EX, WIDE, 1]; // em and ex in px, width of the container in px, scale
export const TEXT = (0.442 * EM) / EX; // the em of that text in ems of MathJax's font, both having the same ex

function isSpread(root) {
  const table = root.childNodes[0]?.childNodes[0];
  return table?.isKind("mtable") && /%$/.test(table.attributes.get("width"));
}

// Put the cells of the one table of `item` into SVGs in `group`, one for each share of the width, in the place of
// `table`; each shows what is between `top` and `top + height`.
export function spread(item, table, group, [top, height], adaptor) {
  const rows = rowsOf(table, adaptor).map((row) => [row, cellsOf(row, adaptor)]);
  const shares = [...new Set(item.shares.flat())].sort((one, other) => one - other);
  const parts = shares.map((share) => {
    const lines = rows.map(([row, cells], at) => {
      const moved = cells.filter((_, column) => item.shares[at][column] === share);
      return rowWith(row, moved, share * item.naturalWidth, adaptor);
    });
    const flipped = adaptor.node("g", { transform: "matrix(1 0 0 -1 0 0)" }, lines);
    const x = share ? { x: `${+(100 * share).toFixed(1)}%` } : {};
    const view = `0 ${top} 1 ${height}`;
    const attributes = { ...x, preserveAspectRatio: "xMinYMid", viewBox: view, overflow: "visible" };
    return adaptor.node("svg", attributes, [flipped]);
  });
  for (const part of parts) adaptor.append(group, part);
}

// Return a row at the height of `row` with `cells` of it, moved by `back` to the left.
function rowWith(row, cells, back, adaptor) {
  const transform = adaptor.getAttribute(row, "transform");
  const empty = adaptor.node("g", transform ? { transform } : {});
  for (const cell of cells) {
    const [x, y] = translation(cell, adaptor);
    adaptor.setAttribute(cell, "transform", `translate(${+(x - back).toFixed(1)},${y})`);
    adaptor.append(empty, cell);
  }
  return empty;
}

function placesOf(container, adaptor) {
  const [svg] = adaptor.tags(container, "svg");
  const view = adaptor.getAttribute(svg, "viewBox") ?? adaptor.getAttribute(svg, "data-mjx-viewBox");
  const rows = rowsOf(container, adaptor);
  const cells = rows.map((row) => cellsOf(row, adaptor).map((cell) => translation(cell, adaptor)[0]));
  return { width: +view.split(" ")[2], cells };
}

// Return the rows of the outermost table in `node`.
function rowsOf(node, adaptor) {
  const children = adaptor.childNodes(node).filter((child) => !adaptor.kind(child).startsWith("#"));
  return children.flatMap((child) =>
    isOf(child, /^m(?:labeled)?tr$/, adaptor) ? [child] : rowsOf(child, adaptor),
  );
}

function cellsOf(row, adaptor) {
  return adaptor.childNodes(row).filter((child) => isOf(child, /^mtd$/, adaptor));
}

function isOf(node, kind, adaptor) {
  return kind.test(adaptor.getAttribute(node, "data-mml-node") ?? "");
}

function translation(node, adaptor) {
  const found = /^translate\((-?[\d.]+),\s*(-?[\d.]+)\)$/.exec(adaptor.getAttribute(node, "transform") ?? "");
  return found ? [+found[1], +found[2]] : [0, 0];
}

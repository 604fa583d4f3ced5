// What the attributes of a formula may say, so that no page asks another host for anything because of a formula.
//
// A classic script, and a module without exports: typeset.mjs imports it, and client.js, which browsers may load
// from a file, has it put before itself. It checks the tree of MathML that MathJax makes of TeX, whatever command
// has set an attribute: \color, \colorbox, \bbox, \enclose, \rowcolor, \mmlToken, a macro …
globalThis.FormulaSafety = (() => {
  // Named colors (CSS Color Module Level 4, section 6.1), and two keywords.
  const COLOR_NAMES = new Set(
    (
      "aliceblue antiquewhite aqua aquamarine azure beige bisque black blanchedalmond blue blueviolet brown burlywood " +
      "cadetblue chartreuse chocolate coral cornflowerblue cornsilk crimson cyan darkblue darkcyan darkgoldenrod " +
      "darkgray darkgreen darkgrey darkkhaki darkmagenta darkolivegreen darkorange darkorchid darkred darksalmon " +
      "darkseagreen darkslateblue darkslategray darkslategrey darkturquoise darkviolet deeppink deepskyblue dimgray " +
      "dimgrey dodgerblue firebrick floralwhite forestgreen fuchsia gainsboro ghostwhite gold goldenrod gray green " +
      "greenyellow grey honeydew hotpink indianred indigo ivory khaki lavender lavenderblush lawngreen lemonchiffon " +
      "lightblue lightcoral lightcyan lightgoldenrodyellow lightgray lightgreen lightgrey lightpink lightsalmon " +
      "lightseagreen lightskyblue lightslategray lightslategrey lightsteelblue lightyellow lime limegreen linen " +
      "magenta maroon mediumaquamarine mediumblue mediumorchid mediumpurple mediumseagreen mediumslateblue " +
      "mediumspringgreen mediumturquoise mediumvioletred midnightblue mintcream mistyrose moccasin navajowhite navy " +
      "oldlace olive olivedrab orange orangered orchid palegoldenrod palegreen paleturquoise palevioletred papayawhip " +
      "peachpuff peru pink plum powderblue purple rebeccapurple red rosybrown royalblue saddlebrown salmon sandybrown " +
      "seagreen seashell sienna silver skyblue slateblue slategray slategrey snow springgreen steelblue tan teal " +
      "thistle tomato turquoise violet wheat white whitesmoke yellow yellowgreen currentcolor transparent"
    ).split(" "),
  );
  const COLOR_VALUE = /^(?:#(?:[\da-f]{3,4}|[\da-f]{6}|[\da-f]{8})|(?:rgb|hsl)a?\([-+\d\s.,%/]*\))$/i;
  const COLORS = new Set(["mathcolor", "mathbackground", "color", "background"]);
  const LENGTH = /^[-+]?[\d.]+(?:[a-z]{1,3}|%)?$/i;
  const LINE = /^(?:none|hidden|dotted|dashed|solid|double|groove|ridge|inset|outset|thin|medium|thick)$/i;
  // Words, numbers, lengths and lists of them: nothing that could be a function, an address or a further declaration.
  const PLAIN = /^[^\\:;{}<>()@]*$/;
  // Attributes that are text to readers or programs, or that ui/safe has checked.
  const TEXTS = /^(?:data-.*|aria-.*|alttext|title|lquote|rquote|open|close|separators|id|class|href)$/;

  // What a message may repeat.
  const WORDS = /^[\w -]{1,30}$/;

  // \enclose keeps the quotes that authors put around a value: browsers do not read it then.
  function isColor(quoted) {
    const value = quoted.replace(/^'([^']*)'$/, "$1");
    return COLOR_NAMES.has(value.toLowerCase()) || COLOR_VALUE.test(value);
  }

  // Parts of a value of CSS: words, and colors that are written as functions.
  function partsOf(value) {
    return value.match(/[a-z]+\([^()]*\)|[^\s]+/gi) ?? [];
  }

  function isStyle(text) {
    return text
      .split(";")
      .filter((declaration) => declaration.trim())
      .every((declaration) => {
        const [, property, value] = /^\s*([\w-]+)\s*:([^:]*)$/.exec(declaration) ?? [];
        if (!property) return false;
        const isBorder = /^(?:border|outline)/.test(property);
        return partsOf(value).every(
          (part) => isColor(part) || (isBorder ? LENGTH.test(part) || LINE.test(part) : PLAIN.test(part)),
        );
      });
  }

  function complaint(name, value) {
    if (COLORS.has(name)) {
      const what = WORDS.test(value) ? `“${value}” is no color` : "this is no color";
      return isColor(value)
        ? ""
        : `${what}; write a name of CSS, such as teal, or #087, or define one by \\definecolor`;
    }
    if (name === "style") return isStyle(value) ? "" : "this style is not for formulas";
    if (name === "src" || name === "altimg") return "a formula cannot hold an image";
    return TEXTS.test(name) || PLAIN.test(value) ? "" : `this is no value of ${name}`;
  }

  // Throw an error, with the `value` that is to blame, where an attribute in the tree `root` is not what it may be.
  function check(root) {
    root.walkTree((node) => {
      if (node.kind === "mglyph") throw new Error("a formula cannot hold an image");
      for (const [name, value] of Object.entries(node.attributes?.getAllAttributes() ?? {})) {
        const found = typeof value === "string" ? complaint(name, value.trim()) : "";
        if (found) throw Object.assign(new Error(found), { value });
      }
    });
  }

  // The package textmacros gives sizes as numbers, which ui/safe takes for text.
  function nameUnits(root) {
    root.walkTree((node) => {
      const size = node.attributes?.getExplicit("mathsize");
      if (typeof size === "number") node.attributes.set("mathsize", `${size}em`);
    });
  }

  // Filters of MathJax's TeX input (its option postFilters), with priorities: ui/safe has -5.5.
  return {
    postFilters: [
      [({ data }) => nameUnits(data.root), -5.6],
      [({ data }) => check(data.root), -5.4],
    ],
  };
})();

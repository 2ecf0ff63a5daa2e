/** Attributes of an SVG element. Numbers are pixels, rounded to a tenth. */
type Attributes = Readonly<Record<string, string | number>>;

/** An SVG element. Its content is SVG; plain text must pass `escaped` first. */
export function element(name: string, attributes: Attributes, content = ""): string {
  const written = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${typeof value === "number" ? Math.round(value * 10) / 10 : escaped(value)}"`)
    .join("");
  return content === "" ? `<${name}${written}/>` : `<${name}${written}>${content}</${name}>`;
}

/** A line of text; `y` is its baseline. */
export function label(x: number, y: number, text: string, attributes: Attributes = {}): string {
  return element("text", { x, y, ...attributes }, escaped(text));
}

/** What a browser shows when the pointer rests on the element around it. */
export function tooltip(text: string): string {
  return element("title", {}, escaped(text));
}

/** A whole picture on white. */
export function svg(width: number, height: number, title: string, parts: readonly string[]): string {
  const viewBox = `0 0 ${Math.ceil(width)} ${Math.ceil(height)}`;
  const content = [tooltip(title), element("rect", { width: "100%", height: "100%", fill: "#ffffff" }), ...parts];
  return `${element(
    "svg",
    { xmlns: "http://www.w3.org/2000/svg", viewBox, "font-family": "Helvetica, Arial, sans-serif", "font-size": "12" },
    `\n${content.join("\n")}\n`,
  )}\n`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** The growth lane as a picture: cost against the smallest size, over the size in powers of ten; none at all at the left edge. */
export interface Line {
  readonly name: string;
  /** Size and cost ÷ that of the smallest. */
  readonly points: readonly (readonly [size: number, ratio: number])[];
}

const [width, height, left, right, top, bottom] = [820, 340, 50, 300, 20, 40];
const colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];

/** `limit`: a line across, what is asked for. */
export function growthPlot(lines: readonly Line[], limit: number): string {
  const sizes = lines.flatMap(({ points }) => points.map(([size]) => size));
  const ratios = lines.flatMap(({ points }) => points.map(([, ratio]) => ratio));
  const some = sizes.filter((size) => size > 0);
  const [least, most] = [Math.log10(Math.min(...some)), Math.log10(Math.max(...some))];
  /** Where a size of 0 stands: a power below the least. */
  const none = some.length < sizes.length ? least - 1 : least;
  const highest = Math.max(Math.ceil(Math.max(...ratios)), Math.ceil(limit) + 1);
  const x = (size: number) =>
    left + (((size > 0 ? Math.log10(size) : none) - none) / (most - none)) * (width - left - right);
  const y = (ratio: number) => height - bottom - (ratio / highest) * (height - top - bottom);
  const at = (value: number) => value.toFixed(1);
  const shapes: string[] = [];
  if (none < least) shapes.push(text(left, height - bottom + 18, "0", "middle"));
  for (let power = Math.ceil(least); power <= Math.floor(most); power += 1) {
    const size = 10 ** power;
    shapes.push(line(x(size), top, x(size), height - bottom, "#ddd"));
    shapes.push(text(x(size), height - bottom + 18, size.toLocaleString("en"), "middle"));
  }
  for (let ratio = 0; ratio <= highest; ratio += 1) {
    shapes.push(line(left, y(ratio), width - right, y(ratio), "#ddd"));
    shapes.push(text(left - 8, y(ratio) + 4, `${ratio}×`, "end"));
  }
  shapes.push(line(left, y(limit), width - right, y(limit), "#999", "4 4"));
  for (const [index, { name, points }] of lines.entries()) {
    const colour = colours[index % colours.length]!;
    const path = points.map(([size, ratio]) => `${at(x(size))},${at(y(ratio))}`).join(" ");
    shapes.push(`<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`);
    for (const [size, ratio] of points)
      shapes.push(`<circle cx="${at(x(size))}" cy="${at(y(ratio))}" r="3" fill="${colour}"/>`);
    const row = top + 20 + index * 22;
    shapes.push(line(width - right + 20, row - 4, width - right + 44, row - 4, colour));
    shapes.push(text(width - right + 52, row, name, "start"));
  }
  const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="12">`;
  const ground = `<rect width="${width}" height="${height}" fill="#fff"/>`;
  const title = "<title>Cost against the smallest size</title>";
  return `${[head, title, ground, ...shapes, "</svg>"].join("\n")}\n`;

  function line(x1: number, y1: number, x2: number, y2: number, colour: string, dashes = ""): string {
    const dashed = dashes === "" ? "" : ` stroke-dasharray="${dashes}"`;
    return `<line x1="${at(x1)}" y1="${at(y1)}" x2="${at(x2)}" y2="${at(y2)}" stroke="${colour}"${dashed}/>`;
  }
  function text(x0: number, y0: number, words: string, anchor: string): string {
    const safe = words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("`", "");
    return `<text x="${at(x0)}" y="${at(y0)}" text-anchor="${anchor}">${safe}</text>`;
  }
}

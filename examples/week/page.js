// Figures take the page's ink and lines, in light, in dark and on paper.
const ink = () => {
  const style = getComputedStyle(document.documentElement);
  return { ink: style.getPropertyValue("--ink").trim(), line: style.getPropertyValue("--line").trim(), ground: style.getPropertyValue("--ground").trim() };
};
function color() {
  const { ink: text, line, ground } = ink();
  for (const figure of document.querySelectorAll(".js-plotly-plot")) {
    const change = { "font.color": text, "hoverlabel.bgcolor": ground, "hoverlabel.font.color": text };
    for (const name of Object.keys(figure.layout).filter((key) => /^[xy]axis\d*$/.test(key)))
      for (const part of ["gridcolor", "linecolor", "zerolinecolor"]) change[`${name}.${part}`] = line;
    (figure.layout.shapes ?? []).forEach((_, i) => (change[`shapes[${i}].line.color`] = text));
    Plotly.relayout(figure, change);
  }
}
window.addEventListener("load", color);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", color);
matchMedia("print").addEventListener("change", color);

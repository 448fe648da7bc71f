// Tables sort by the column that is pressed. Cells carry their value in data-v; text sorts as text.
for (const button of document.querySelectorAll("th button.sort")) {
  button.addEventListener("click", () => {
    const head = button.closest("th"), table = head.closest("table");
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const other of head.parentNode.children) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const place = [...head.parentNode.children].indexOf(head);
    const key = (row) => { const cell = row.children[place]; return cell.dataset.v ?? cell.textContent.trim(); };
    const order = (a, b) => {
      const x = key(a), y = key(b), m = parseFloat(x), n = parseFloat(y);
      if (x === "" || y === "") return (x === "") - (y === "");  // no data last, whichever way
      const way = Number.isNaN(m) || Number.isNaN(n) ? x.localeCompare(y) : m - n;
      return down ? -way : way;
    };
    for (const body of table.tBodies) {  // each part of a table by itself, its title first
      for (const row of [...body.rows].filter((one) => !one.classList.contains("group")).sort(order)) body.append(row);
    }
  });
}
// A tap on a name shows its definition; Escape and a tap elsewhere hide it (the browser's own focus does the work).
document.addEventListener("keydown", (event) => { if (event.key === "Escape") document.activeElement?.blur(); });

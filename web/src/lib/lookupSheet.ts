/** What a spreadsheet copies has tabs between its cells; a sheet is sent as CSV. */
export function sheetOf(text: string): string {
  const lines = text.replace(/\r\n?/g, '\n').split('\n');
  if (!lines[0]?.includes('\t')) return text;
  return lines.map((line) => line.split('\t').map(quoted).join(',')).join('\n');
}

function quoted(cell: string): string {
  return /[",\n]/.test(cell) && !/^".*"$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** A cell as it is shown and typed in. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A value of a row in one line: `account 1200, dimension EU`. */
export function valueText(value: unknown): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return cellText(value);
  return Object.entries(value)
    .map(([name, one]) => `${name} ${cellText(one)}`)
    .join(', ');
}

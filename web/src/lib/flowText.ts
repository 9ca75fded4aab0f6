/** A step as the flow's canonical text has it, without reading YAML as a whole. */
export function stepText(document: string, id: string): string | null {
  const lines = document.split('\n');
  const begin = lines.findIndex((line) => /^\s*- id: (.+)$/.exec(line)?.[1]?.trim() === id);
  const first = lines[begin];
  if (first === undefined) return null;
  const indent = first.search(/\S/);
  const after = lines.slice(begin + 1);
  const length = after.findIndex((line) => line.trim() !== '' && line.search(/\S/) <= indent);
  const own = [first, ...(length < 0 ? after : after.slice(0, length))];
  return own
    .map((line) => line.slice(indent))
    .join('\n')
    .trimEnd();
}

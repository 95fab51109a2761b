/** Splits what was pasted (a column of a spreadsheet, a list with commas) into its entries; empty ones are dropped. */
export function splitList(text: string): string[] {
  return text
    .split(/[\n\r\t,;]+/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

export function chunks<T>(all: T[], size: number): T[][] {
  const out: T[][] = [];
  for (let i = 0; i < all.length; i += size) out.push(all.slice(i, i + size));
  return out;
}

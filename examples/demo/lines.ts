/** Lines as wide as the terminal, within reason. */
export const WIDTH = Math.min(100, Math.max(60, process.stdout.columns || 100));

/** Breaks a text between its words; what follows the first line is indented. */
export function wrap(text: string, indent: number): string[] {
  const margin = ' '.repeat(indent);
  const words = text.trimStart().split(' ');
  const lines = [text.slice(0, text.length - text.trimStart().length) + words.shift()];
  for (const word of words) {
    const longer = `${lines.at(-1)} ${word}`;
    if (longer.length > WIDTH) lines.push(margin + word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

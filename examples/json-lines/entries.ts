/** The records of the chat. */
export interface Entry {
  readonly from: string;
  readonly text?: string;
}

const KEPT = 4;

/** The last records as they are, and one in place of all others. */
export function summarise(content: Buffer): string {
  const lines = content.toString('utf8').trimEnd().split('\n');
  const summary = { from: 'runner', summary: `${lines.length - KEPT} earlier records` };
  return [JSON.stringify(summary), ...lines.slice(-KEPT), ''].join('\n');
}

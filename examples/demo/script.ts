/** What the scripted model says: to every turn a sentence that only this turn can have got. */

/** What a turn says to the model, and what the model must say back to it. */
export interface Line {
  /** Unique in its transcript. */
  readonly question: string;
  readonly answer: string;
}

/** What a question can ask for besides its answer. */
export type Wish = 'look it up' | 'take your time' | 'call the host';

const WORDS: Readonly<Record<Wish, string>> = {
  'look it up': 'Look it up first.',
  'take your time': 'Take your time.',
  'call the host': 'Call the host first.',
};

/** What the tool call of the script reads. */
export const NOTES_FILE = 'notes.md';
/** The tool that is called for `call the host`; it is no part of the agent. */
export const HOST_TOOL = 'call_host';

/** The line of one turn, with a wish or without one; `true` has something looked up. */
export function lineFor(turn: string, wish: Wish | boolean): Line {
  const words = wish === true ? WORDS['look it up'] : wish && WORDS[wish];
  const question = `(${turn}) How are things?`;
  return {
    question: words ? `${question} ${words}` : question,
    answer: `(${turn}) All is well.`,
  };
}

/** A message of the chat completions dialect. */
export interface ChatMessage {
  readonly role: string;
  readonly content?: string | readonly { readonly text?: string }[] | null;
}

export interface Reply {
  readonly deltas: readonly object[];
  /** Between two deltas, where the model is slow on purpose. */
  readonly pauseMs?: number;
}

const SLOW_MS = 30;
/** What the agent says in place of a result that is not in the file: that turn was cut off. */
const NO_RESULT = 'No result provided';

function textOf(message: ChatMessage | undefined): string {
  const content = message?.content ?? '';
  return typeof content === 'string' ? content : content.map((part) => part.text ?? '').join('');
}

function toolCall(call: number, name: string, parameters: object): Reply {
  const called = { name, arguments: JSON.stringify(parameters) };
  return {
    deltas: [
      { tool_calls: [{ index: 0, id: `call_${call}`, type: 'function', function: called }] },
    ],
  };
}

/** The last question and, where that was steered in behind a tool call, the one before it. */
function openQuestions(messages: readonly ChatMessage[]): string[] {
  const last = messages.findLastIndex(({ role }) => role === 'user');
  const before = messages[last - 1];
  const isSteered = before?.role === 'tool' && textOf(before) !== NO_RESULT;
  const earlier = isSteered ? messages.slice(0, last).findLast(({ role }) => role === 'user') : [];
  return [earlier, messages[last]].flat().map(textOf);
}

/** A tool call first, where one is asked for; then the answer, in pieces. */
export function replyTo(messages: readonly ChatMessage[], call: number): Reply {
  const questions = openQuestions(messages);
  const last = questions.at(-1) ?? '';
  if (messages.at(-1)?.role === 'user') {
    if (last.endsWith(WORDS['look it up'])) return toolCall(call, 'read', { path: NOTES_FILE });
    if (last.endsWith(WORDS['call the host'])) return toolCall(call, HOST_TOOL, {});
  }
  const turns = questions.map((question) => /^\([^)]*\)/.exec(question)?.[0] ?? '(nobody)');
  const answer = turns.map((turn) => `${turn} All is well.`).join(' ');
  if (last.endsWith(WORDS['take your time'])) {
    return { deltas: (answer.match(/./g) ?? []).map((content) => ({ content })), pauseMs: SLOW_MS };
  }
  const half = answer.length - ' is well.'.length;
  return { deltas: [{ content: answer.slice(0, half) }, { content: answer.slice(half) }] };
}

/** A tool that calls a host which does not answer, and does not care whether it should stop. */
import type { Run } from 'penholder';

import { createMoments } from './moments.js';
import type { Tool } from './open-agent.js';
import { HOST_TOOL } from './script.js';

export interface HungTool {
  /** The tool in the hands of this run. */
  forRun(run: Run): Tool;
  /** It was called, and hangs. */
  readonly called: Promise<void>;
  /** The host answers; resolves with the error that the tool's note of it met, if any. */
  comeBack(): Promise<unknown>;
}

const RESULT = { content: [{ type: 'text', text: 'The host has answered.' }], details: {} };

export function createHungTool(): HungTool {
  const { reach, reached } = createMoments();
  let failure: unknown;
  const executeFor = (run: Run) => async (): Promise<typeof RESULT> => {
    reach('called');
    await reached('answered');
    const note = { type: 'custom', customType: 'note', data: 'the host has answered' };
    await run.transcript.append(note).catch((error: unknown) => (failure = error));
    reach('written');
    return RESULT;
  };
  const parameters = { type: 'object', properties: {} };
  const described = { name: HOST_TOOL, label: 'call host', description: 'Calls the host.' };
  return {
    // Its schema is plain JSON; the type of the list wants one that was built.
    forRun: (run) => ({ ...described, parameters, execute: executeFor(run) }) as never,
    called: reached('called'),
    comeBack: async () => {
      reach('answered');
      await reached('written');
      return failure;
    },
  };
}

/**
 * A model without a mind: a loopback server that speaks the streaming dialect of OpenAI chat
 * completions and answers as its script says.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { replyTo, type ChatMessage, type Reply } from './script.js';

interface ScriptedModel {
  readonly baseUrl: string;
  /** How many model calls it has served. */
  readonly calls: number;
  close(): Promise<void>;
}

/** Longer than any situation takes. */
const KEEP_ALIVE_MS = 300_000;

/** Prompts take 15 to 40 ms, as unevenly as models do, but the same in every run. */
function latencyMs(call: number): number {
  return 15 + ((call * 11) % 26);
}

async function stream(
  response: ServerResponse,
  { deltas, pauseMs }: Reply,
  call: number,
  tookMs: number,
): Promise<void> {
  const reason = deltas.some((delta) => 'tool_calls' in delta) ? 'tool_calls' : 'stop';
  const send = (delta: object, finish: string | null): void => {
    const chunk = { id: `reply_${call}`, choices: [{ index: 0, delta, finish_reason: finish }] };
    response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  };
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const delta of deltas) {
    await sleep(pauseMs ?? tookMs / deltas.length);
    send(delta, null);
  }
  send({}, reason);
  response.end('data: [DONE]\n\n');
}

async function bodyOf(request: IncomingMessage): Promise<{ messages: ChatMessage[] }> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as { messages: ChatMessage[] };
}

export async function startScriptedModel(latency = latencyMs): Promise<ScriptedModel> {
  let calls = 0;
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { messages } = await bodyOf(request);
    calls += 1;
    await stream(response, replyTo(messages, calls), calls, latency(calls));
  };
  const server = createServer((request, response) => {
    // An aborted turn hangs up in the middle of its request: no reason to end the server.
    serve(request, response).catch(() => response.destroy());
  });
  // An agent whose process was paused does not hear that its connection was closed meanwhile.
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    get calls() {
      return calls;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

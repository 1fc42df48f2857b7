/** Starts gateways, and sees to it that none of them outlives the demo. */
import { fork } from 'node:child_process';
import { once } from 'node:events';

import type { AgentPlaces } from '../agent-folder.js';
import type { Command, Happening, Signal } from './talk.js';

/** It ends with the demo, which closes its channel; nothing lives longer than this. */
const LIFE_MS = 3_600_000;

const GATEWAY = new URL('gateway.ts', import.meta.url);

export interface GatewayProcess {
  /** It has loaded the agent. */
  readonly ready: Promise<void>;
  tell(command: Command): void;
  /** What it says from now on; `undefined`: it is gone. */
  listen(listener: (happening: Happening | undefined) => void): () => void;
  signal(signal: Signal): void;
  /** Ends it if it has not ended, also one that stands still. */
  end(): Promise<void>;
}

function startGateway({ agentDir, workDir }: AgentPlaces): GatewayProcess {
  const child = fork(GATEWAY, [agentDir, workDir], { timeout: LIFE_MS, killSignal: 'SIGKILL' });
  const exited = once(child, 'exit');
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  const isReady = async (): Promise<void> => {
    const first: unknown[] = await Promise.race([once(child, 'message'), exited]);
    if (typeof first[0] !== 'object' || first[0] === null) {
      throw new Error(`a gateway ended before it had begun (${String(first[0] ?? first[1])})`);
    }
  };
  const ready = isReady();
  // Whoever takes it is told.
  ready.catch(() => {});
  return {
    ready,
    tell: (command) => void child.send(command),
    listen: (listener) => {
      const leave = (): void => listener(undefined);
      // Not its exit: what it said before comes first.
      child.on('message', listener).on('disconnect', leave);
      return () => child.off('message', listener).off('disconnect', leave);
    },
    signal: (signal) => {
      if (!child.kill(signal)) throw new Error(`no ${signal} for a gateway that is gone`);
    },
    end: async () => {
      kill();
      await exited;
    },
  };
}

/** Processes take seconds to begin: what was not killed is used again. */
export interface GatewayPool {
  take(): Promise<GatewayProcess>;
  giveBack(gateway: GatewayProcess): void;
  /** Starts as many as are missing. */
  prepare(count: number): void;
  close(): Promise<void>;
}

export function createGatewayPool(places: AgentPlaces): GatewayPool {
  const idle: GatewayProcess[] = [];
  const all: GatewayProcess[] = [];
  const start = (): GatewayProcess => {
    const gateway = startGateway(places);
    all.push(gateway);
    return gateway;
  };
  return {
    take: async () => {
      const gateway = idle.shift() ?? start();
      await gateway.ready;
      return gateway;
    },
    giveBack: (gateway) => void idle.push(gateway),
    prepare: (count) => {
      while (idle.length < count) idle.push(start());
    },
    close: async () => {
      await Promise.all(all.map((gateway) => gateway.end()));
    },
  };
}

/** Lets people talk to two gateways about one transcript, and keeps the books. */
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

import { openBooks, type Books } from '../books.js';
import { createMoments } from '../moments.js';
import type { Outcome } from '../stage.js';
import { stretchesOf, type Stretch } from '../stretches.js';
import { measureTranscript } from '../transcript-facts.js';
import { Desk, type Visit } from './desk.js';
import type { GatewayPool, GatewayProcess } from './gateway-process.js';
import { labelOf, stageFor, type GatewayLane, type GatewayName, type Hall } from './hall.js';
import type { Guard } from './talk.js';

/** Longer than anybody is silent here. */
const EXPIRE_MS = 30_000;

export interface GatewaySetting {
  readonly file: string;
  readonly pool: GatewayPool;
  readonly guard: Guard;
  /** @defaultValue 30 s */
  readonly expireMs?: number | undefined;
}

async function playLane(lane: GatewayLane, hall: Hall): Promise<void> {
  try {
    await lane.play(stageFor(lane, hall));
  } catch (error) {
    hall.books.failures.push(`${labelOf(lane)} failed: ${String(error)}`);
  }
}

/** Who leaves at the very moment at which somebody else comes in was not inside with them. */
function mostAtOnce(visits: readonly Visit[]): number {
  const steps = visits
    .flatMap(({ fromMs, toMs }) => [
      { atMs: fromMs, by: 1 },
      { atMs: toMs, by: -1 },
    ])
    .toSorted((one, other) => one.atMs - other.atMs || one.by - other.by);
  let [inside, most] = [0, 0];
  for (const { by } of steps) {
    inside += by;
    most = Math.max(most, inside);
  }
  return most;
}

/** From the events of both coordinators or, where there are none, from what the agents did. */
function stretchesIn(desks: readonly Desk[], labels: Map<string, string>, guard: Guard): Stretch[] {
  if (guard !== 'nothing') {
    const events = desks.flatMap((desk) => desk.events);
    return stretchesOf(
      events.toSorted((one, other) => one.atMs - other.atMs),
      labels,
    );
  }
  return desks
    .flatMap(({ visits }) => visits)
    .map(({ sessionKey, ...visit }): Stretch => {
      return { label: labels.get(sessionKey) ?? sessionKey, state: 'holding', ...visit };
    })
    .toSorted((one, other) => one.fromMs - other.fromMs);
}

function outcomeOf(
  lanes: readonly GatewayLane[],
  { file, desks, books, asked, signals }: Hall,
  guard: Guard,
  tookMs: number,
): Outcome {
  const both = Object.values(desks);
  const labels = new Map(lanes.map((lane) => [lane.sessionKey, labelOf(lane)]));
  const takeovers = both.flatMap(({ events }) => events).filter(({ type }) => type === 'takeover');
  return {
    labels: [...labels.values()],
    guarded: guard !== 'nothing',
    mostInside: mostAtOnce(both.flatMap(({ visits }) => visits)),
    facts: measureTranscript(file, books.sent, []),
    stretches: stretchesIn(both, labels, guard),
    marks: books.marks,
    notes: books.notes,
    replies: books.replies,
    tally: { takeovers: takeovers.length, guests: 0, restored: [], steered: 0 },
    failures: [...books.failures, ...both.flatMap(({ leftOver }) => leftOver)],
    transcript: readFileSync(file, 'utf8'),
    tookMs,
    processes: { asked, signals },
  };
}

function firstRow(lanes: readonly GatewayLane[], name: GatewayName): string {
  const first = lanes.find(({ gateway }) => gateway === name);
  return first ? labelOf(first) : '';
}

/** Two gateways that have just begun, as far as the transcript can tell. */
export async function playGateways(
  lanes: readonly GatewayLane[],
  { file, pool, guard, expireMs = EXPIRE_MS }: GatewaySetting,
): Promise<Outcome> {
  const gateways = await Promise.all([pool.take(), pool.take()]);
  for (const gateway of gateways) gateway.tell({ do: 'open', guard, expireMs });
  const [A, B] = gateways.map((gateway: GatewayProcess) => new Desk(gateway)) as [Desk, Desk];
  const books: Books = openBooks();
  const hall: Hall = {
    ...{ file, books, desks: { A, B }, moments: createMoments(), asked: [], signals: [] },
    onKilled: () => pool.prepare(1),
    rows: { A: firstRow(lanes, 'A'), B: firstRow(lanes, 'B') },
  };
  const startedMs = performance.now();
  await Promise.all(lanes.map((lane) => playLane(lane, hall)));
  const tookMs = performance.now() - startedMs;
  await Promise.all([A.close(), B.close()]);
  for (const [index, desk] of [A, B].entries()) {
    const gateway = gateways[index];
    if (gateway && !desk.isGone) pool.giveBack(gateway);
  }
  return outcomeOf(lanes, hall, guard, tookMs);
}

/** Two gateways, four lanes, one transcript: nothing special happens. */
import { talk } from '../lanes.js';
import type { Remark } from '../remarks.js';
import type { GatewaySituation } from '../situations.js';
import type { Outcome } from '../stage.js';
import type { GatewayLane } from './hall.js';
import { grantedIn } from './process-facts.js';

const LANES: readonly GatewayLane[] = [
  { gateway: 'A', sessionKey: 'chat:alice', kind: 'person', play: talk(0, 30) },
  { gateway: 'A', sessionKey: 'heartbeat', kind: 'heartbeat', play: talk(10, 50) },
  { gateway: 'B', sessionKey: 'chat:bob', kind: 'person', play: talk(25, 40) },
  { gateway: 'B', sessionKey: 'cron:nightly', kind: 'cron', play: talk(40, 60) },
];
const TURNS = 12;

/** Whose turns these were, in their order, and whether their fencing tokens only grow. */
function passagesIn({ processes }: Outcome): { passages: number; tokensGrow: boolean } {
  const granted = processes ? grantedIn(processes) : [];
  const tokens = granted.map(({ ticket }) => BigInt(ticket.found?.fencingToken ?? 0));
  const passages = granted.filter(
    ({ gateway }, index) => index > 0 && gateway !== granted[index - 1]?.gateway,
  );
  const tokensGrow = granted.every(({ gateway }, index) => {
    const [before = 0n, token = 0n] = [tokens[index - 1], tokens[index]];
    return index === 0 || gateway === granted[index - 1]?.gateway
      ? token >= before
      : token > before;
  });
  return { passages: passages.length, tokensGrow };
}

function remarks(guarded: Outcome, without: Outcome, unleased?: Outcome): Remark[] {
  const { passages, tokensGrow } = passagesIn(guarded);
  const { reached, sent } = without.facts;
  const asked = unleased?.processes?.asked ?? [];
  const codes = new Set(asked.flatMap(({ failure }) => failure?.rootCode ?? []));
  const answered = unleased?.facts.sent ?? 0;
  return [
    {
      text: `the lease passed from process to process ${passages} times, and its token only grew`,
      holds: tokensGrow && passages > 0,
    },
    {
      text:
        `with Penholder but without leases ${answered} of ${TURNS} turns went well; the others ` +
        `collided, and were told so (${[...codes].join(', ')})`,
      holds: true,
    },
    { text: `without Penholder ${sent - reached} of ${sent} turns are lost`, holds: true },
  ];
}

export const sideBySide: GatewaySituation = {
  name: 'processes',
  title: 'two processes, each with two lanes',
  before: 'two turns',
  gateways: LANES,
  turns: TURNS,
  unleased: true,
  remarks,
  line: passagesIn,
};

import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { Chaos } from './chaos.js';
import { checkStorm, type FileFacts } from './check/check.js';
import type { Finding } from './check/finding.js';
import { Fleet, stderrOf } from './fleet.js';
import { type Line, readJournal } from './journal.js';
import { makePlace, type Place, stormJournal } from './place.js';
import { Random } from './random.js';
import type { Settings } from './settings.js';

export interface RoundPlan extends Omit<Settings, 'root'> {
  readonly script: string;
  readonly processes: number;
  readonly seed: number;
  readonly forMs: number;
}

export interface RoundFacts {
  readonly seed: number;
  readonly started: number;
  readonly files: readonly FileFacts[];
  /** What was done to processes, and what went wrong in them. */
  readonly storm: readonly Line[];
  readonly lines: readonly Line[];
  readonly findings: readonly Finding[];
  /** Where everything is; set where something was found. */
  readonly kept: string | undefined;
}

/** Between two acts of the storm, of sixteen processes. */
const ACT_MS = [20, 320] as const;

/** One storm, on files of its own, from its beginning to the verdict. */
export async function runRound(plan: RoundPlan): Promise<RoundFacts> {
  const random = new Random(plan.seed);
  const place = makePlace(plan.files);
  const { script, processes, forMs, ...rest } = plan;
  const settings: Settings = { ...rest, root: place.root };
  const fleet = new Fleet(script, settings, random);
  try {
    for (let started = 0; started < processes; started += 1) fleet.start();
    const chaos = new Chaos(fleet, place, settings, random);
    const [least, most] = ACT_MS;
    const until = performance.now() + forMs;
    while (performance.now() < until) {
      await sleep(random.between(least, most));
      chaos.act();
    }
    fleet.finish();
    // Half of them die with whatever they have in hand; the others end by themselves.
    for (const pid of fleet.pids.filter((_, index) => index % 2 === 0)) chaos.kill(pid);
    chaos.calm();
    await fleet.end();
    await fleet.prove();
  } finally {
    fleet.close();
  }
  return judge(plan, place, fleet);
}

function judge({ seed, expireMs, heartbeatMs }: RoundPlan, place: Place, fleet: Fleet): RoundFacts {
  const storm = readJournal(stormJournal(place.root));
  const traces = place.files.map(({ name, path, journal, lockFolder }) => ({
    name,
    lines: readJournal(journal),
    content: existsSync(path) ? readFileSync(path, 'utf8') : '',
    locks: existsSync(lockFolder) ? readdirSync(lockFolder) : [],
  }));
  const files = checkStorm(traces, storm, expireMs - heartbeatMs);
  const findings = [
    ...files.flatMap((facts) => facts.findings),
    ...surprises(fleet, readFileSync(stderrOf(place.root), 'utf8')),
  ];
  if (findings.length === 0) rmSync(place.root, { recursive: true, force: true });
  return {
    ...{ seed, started: fleet.started, files, storm, findings },
    lines: traces.flatMap(({ lines }) => lines),
    kept: findings.length === 0 ? undefined : place.root,
  };
}

function surprises(fleet: Fleet, stderr: string): Finding[] {
  const said = stderr === '' ? [] : ['processes wrote to stderr'];
  return [...fleet.surprises, ...said].map((text) => ({
    ...{ rule: 'surprise', file: '', text },
    evidence: stderr.split('\n').slice(0, 30),
  }));
}

function sleep(forMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, forMs);
  });
}

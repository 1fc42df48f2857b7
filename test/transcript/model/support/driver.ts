import { advanceFakeTime } from '../../../model/clock.js';
import * as acts from './acts.js';
import { pending, track } from './calls.js';
import { Lane } from './lane.js';
import type { Operation, Step } from './plan.js';
import { Scene, SETTLE_MS } from './scene.js';

/** Real files take as long as the machine takes; fake time says nothing of that. */
const realNowMs = performance.now.bind(performance);

/** Takes operations on real coordinators and real files. */
export class Driver {
  readonly scene: Scene;
  readonly lanes: Lane[] = [];
  operations = 0;
  /** The operations so far, in words. */
  readonly told: string[] = [];

  constructor(root: string) {
    this.scene = new Scene(root);
  }

  async take(step: Step): Promise<void> {
    for (const operation of step) {
      this.operations += 1;
      this.told.push(JSON.stringify(operation));
      const isBusy = (): boolean => this.scene.isBusy;
      if (operation.do === 'advance') await advanceFakeTime(operation.ms, isBusy);
      else if (operation.do === 'tick') await ticks(operation.count);
      else this.#act(operation);
    }
  }

  /** Everybody comes to the end, whoever they wait for. */
  async windDown(): Promise<void> {
    const { scene, lanes } = this;
    scene.isEnding = true;
    const isOver = (): boolean =>
      (pending.get(scene)?.size ?? 0) === 0 && lanes.every(({ outcome }) => outcome !== undefined);
    const begunMs = realNowMs();
    const hasTime = (round: number): boolean => round < 20_000 || realNowMs() - begunMs < 20_000;
    for (let round = 0; round < 2 || (!isOver() && hasTime(round)); round += 1) {
      for (const gate of scene.held.splice(0)) gate.open();
      for (const lane of lanes) lane.finish();
      await scene.drain();
    }
    await advanceFakeTime(SETTLE_MS + 3_600_000, () => scene.isBusy);
    const hung = [...(pending.get(scene) ?? [])].map(({ what }) => what);
    const lost = lanes.filter(({ outcome }) => outcome === undefined).map(({ id }) => id);
    for (const one of [...hung, ...lost]) scene.faults.push(`${one} never settled`);
    scene.compare();
    for (const lane of lanes) lane.compare();
    for (const [runId, ends] of scene.ends) {
      if (ends !== 1) scene.faults.push(`${runId} ended ${ends} times`);
    }
  }

  #act(operation: Exclude<Operation, { do: 'advance' | 'tick' }>): void {
    const { scene } = this;
    if ('who' in operation) {
      const lane = this.#lane(operation.who);
      if (lane) this.#use(lane, operation);
      return undefined;
    }
    switch (operation.do) {
      case 'start':
        return this.#start(operation);
      case 'guest':
        return this.#guest(operation);
      case 'abort':
        return scene.signals[operation.signal]?.abort(acts.BOOM);
      case 'let go': {
        const { held } = scene;
        const [gate] = held.splice(operation.which % Math.max(1, held.length), 1);
        return gate?.open();
      }
      case 'look':
        return acts.look(scene, scene.pathOf(operation.file));
    }
  }

  #use(lane: Lane, operation: Extract<Operation, { who: number }>): void {
    const { scene } = this;
    const { handle, terms } = lane;
    if (handle === undefined) return undefined;
    const file = handle.sessionFile || terms.sessionFile;
    const place = { lane, file };
    switch (operation.do) {
      case 'append':
        return quietly(acts.append(scene, place, 1 + (operation.who % 3)));
      case 'lines':
        return quietly(acts.appendLines(scene, place));
      case 'read':
        return quietly(acts.read(scene, place));
      case 'drop':
        return quietly(acts.dropTornTail(scene, place));
      case 'take':
        return lane.take();
      case 'release':
        return lane.finish();
      case 'sync':
        return acts.sync(scene, operation.body, place);
      case 'rewrite':
        return quietly(acts.rewrite(scene, place, operation.body));
      case 'rotate': {
        const call = async (): Promise<void> =>
          await handle.transcript.rotate(scene.targetOf(operation.to));
        return quietly(track(scene, lane, 'rotate', undefined, call));
      }
      case 'write': {
        const call = async (): Promise<void> =>
          await handle.transcript.write(async (path) => {
            const section = scene.ambientSection;
            await acts.perform(scene, operation.body, { ...place, path, section });
          });
        return quietly(track(scene, lane, 'write', undefined, call));
      }
      case 'enqueue': {
        const call = async (): Promise<void> =>
          await handle.transcript.enqueue(async (into) => {
            const section = scene.ambientSection;
            await acts.perform(scene, operation.body, { ...place, into, section });
          });
        return quietly(track(scene, lane, 'enqueue', undefined, call));
      }
      case 'prompt':
      case 'maintain':
      case 'park':
      case 'join':
        return this.#window(lane, operation.do, operation.body);
    }
  }

  /** What runs beside sections: windows, parks, joined turns. */
  #window(lane: Lane, name: 'prompt' | 'maintain' | 'park' | 'join', body: acts.Body): void {
    const { scene } = this;
    const { handle } = lane;
    if (handle === undefined) return;
    const file = handle.sessionFile;
    const task = async (): Promise<void> => await acts.perform(scene, body, { lane, file });
    const calls = {
      prompt: () => handle.prompt(task),
      maintain: () => handle.maintain(task, { deadlineMs: 30_000 }),
      park: () => handle.park(task),
      join: () =>
        scene.sessions.run({ sessionFile: file, parent: handle, onReentry: 'join' }, (run) =>
          // Where the lane has ended this is a turn of its own.
          acts.perform(scene, body, { lane: run.runId === lane.id ? lane : undefined, run, file }),
        ),
    };
    quietly(track(scene, lane, name, undefined, async () => await calls[name]()));
  }

  #start(asked: Extract<Operation, { do: 'start' }>): void {
    const { scene, lanes } = this;
    const sessionFile = scene.nameOf(asked.file, asked.alias);
    const lane = new Lane(scene, `run ${lanes.length}`, { ...asked, sessionFile });
    lanes.push(lane);
    lane.start().then(
      () => {
        lane.outcome = 'value';
      },
      (error: unknown) => {
        lane.outcome = String(error);
      },
    );
  }

  #guest(asked: Extract<Operation, { do: 'guest' }>): void {
    const { scene } = this;
    const { kind, body } = asked;
    const signal = asked.signal === undefined ? undefined : scene.signals[asked.signal]?.signal;
    const file = scene.nameOf(asked.file, asked.alias);
    const label = `guest ${asked.label}`;
    quietly(acts.guest(scene, ['append', ...body], { file }, label, { kind, signal }));
  }

  /** Mostly one of those that can do something. */
  #lane(who: number): Lane | undefined {
    const started = this.lanes.filter(({ handle }) => handle !== undefined);
    const alive = started.filter(({ isAlive, isReleased }) => isAlive && !isReleased);
    const from = who % 10 === 9 || alive.length === 0 ? started : alive;
    return from[who % Math.max(1, from.length)];
  }
}

async function ticks(count: number): Promise<void> {
  for (let tick = 0; tick < count; tick += 1) await Promise.resolve();
}

function quietly(call: Promise<unknown>): void {
  call.catch(() => {
    // Looked at where it was made.
  });
}

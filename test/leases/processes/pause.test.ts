import { describe, expect, it } from 'vitest';
import { useTempDir } from '../../support/temp-dir.js';
import { holderAndWaiter } from './support/actor.js';
import { STALLS, standStill, startMetronome, untilBeats } from './support/scenes.js';

const EXPIRE_MS = 3_000;
/** Of the metronome: with the part of a second before the first, more than expireMs. */
const BEATS_TO_EXPIRE = 5;

describe.each(Object.entries(STALLS))('a holder that %s', { timeout: 40_000 }, (_name, stall) => {
  const dir = useTempDir();

  it('[T4] [T5] [I7] loses the file after expireMs, and knows before it does anything else', async () => {
    // Given a process that waits, and a holder that stands still in the middle of its work
    const options = { expireMs: EXPIRE_MS };
    const { holder, token, taken } = await holderAndWaiter(dir.join('s.jsonl'), options);
    const stoppedMs = performance.now();
    const goOn = await standStill(holder, stall, dir.join('go'));

    // When it stands still for longer than expireMs, and then goes on
    const next = await taken;
    const tookMs = performance.now() - stoppedMs;
    const seen = await goOn();

    // Then the waiter has a higher token, not before its time, and the old holder no right any more
    expect(next.token).toBeGreaterThan(token);
    expect(tookMs).toBeGreaterThan(EXPIRE_MS - 1_000);
    expect(seen).toEqual({ isHeld: false, lostBefore: 0 });
  });

  it('[T5] [O8] is told of the loss once, and its late release harms nobody', async () => {
    // Given a holder that was followed while it stood still
    const options = { expireMs: EXPIRE_MS };
    const { holder, waiter, taken } = await holderAndWaiter(dir.join('s.jsonl'), options);
    const goOn = await standStill(holder, stall, dir.join('go'));
    const next = await taken;
    await goOn();

    // When it gives back what it has not any more, and its next heartbeats would come
    const lost = await holder.once('lost');
    await holder.ask('release');
    await untilBeats(dir.join('s.jsonl'), next, 2);

    // Then it was told once, and the other has the file, with an outsider kept out
    expect(lost).toEqual({ type: 'lost', code: 'ERR_SESSION_LEASE_LOST' });
    expect(await holder.ask('lostCount')).toBe(1);
    expect(await waiter.ask('isHeld')).toBe(true);
    const late = holder.ask('acquire', { runId: 'late', wait: false });
    await expect(late).rejects.toMatchObject({ reason: 'held' });
  });

  it('[S3] [T3] keeps the file when that was shorter than expireMs', async () => {
    // Given a process that waits, and a holder that stands still
    const untilBeat = await startMetronome(dir.path);
    const options = { expireMs: EXPIRE_MS * 4 };
    const { holder, waiter, taken } = await holderAndWaiter(dir.join('s.jsonl'), options);
    const goOn = await standStill(holder, stall, dir.join('go'));

    // When it goes on before that time is over, though later than its heartbeats should have come
    await untilBeat(4);
    const seen = await goOn();

    // Then it still has the file, and the waiter gets it from its hands
    expect(seen).toEqual({ isHeld: true, lostBefore: 0 });
    expect(await waiter.ask('isHeld')).toBe(false);
    await holder.ask('release');
    expect((await taken).died).toBeUndefined();
    expect(holder.count('lost')).toBe(0);
  });
});

describe('a waiter that is paused itself', { timeout: 40_000 }, () => {
  const dir = useTempDir();

  it("[S3] [L3] takes its own pause for nobody else's silence", async () => {
    // Given a live holder, and a process that waits for it
    const untilBeat = await startMetronome(dir.path);
    const { holder, waiter } = await holderAndWaiter(dir.join('s.jsonl'), { expireMs: EXPIRE_MS });

    // When the waiter is paused for longer than expireMs, and goes on
    waiter.process.kill('SIGSTOP');
    await untilBeat(BEATS_TO_EXPIRE);
    waiter.process.kill('SIGCONT');
    await waiter.ask('ping');

    // Then the holder has its file
    expect(await holder.ask('isHeld')).toBe(true);
  });

  it('[S3] leaves the holder its file where the whole machine slept, and it wakes up first', async () => {
    // Given a live holder, and a process that waits for it
    const untilBeat = await startMetronome(dir.path);
    const { holder, waiter } = await holderAndWaiter(dir.join('s.jsonl'), { expireMs: EXPIRE_MS });

    // When both are paused for longer than expireMs, and the waiter goes on a moment earlier
    holder.process.kill('SIGSTOP');
    waiter.process.kill('SIGSTOP');
    await untilBeat(BEATS_TO_EXPIRE);
    waiter.process.kill('SIGCONT');
    await waiter.ask('ping');
    await waiter.ask('isHeld');
    holder.process.kill('SIGCONT');

    // Then the holder has its file
    expect(await holder.ask('isHeld')).toBe(true);
  });
});

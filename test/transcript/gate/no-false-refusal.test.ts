import { describe, expect, it } from 'vitest';
import { until } from '../../runs/support/sessions.js';
import { useDesk } from './support/desk.js';
import { guestsAt, holdGuest, holdSection, sectionsOf, waitAsGuest } from './support/hold.js';

describe('waits over gates that can end', () => {
  const desk = useDesk();

  it('[D5] a guest from inside A waits for a section of B that wants nothing', async () => {
    const sessions = desk.open();
    const a = await sessions.acquire({ sessionFile: desk.file('a') });
    const b = await sessions.acquire({ sessionFile: desk.file('b') });
    const inA = await holdSection(a);
    const inB = await holdSection(b);
    const guest = inA.within(() => sessions.write(desk.file('b'), (t) => t.append('guest')));
    await until(() => guestsAt(b) === 1);

    await inB.leave();

    await guest;
    expect(desk.records('b')).toEqual(['guest']);
    await inA.leave();
    await Promise.all([a.release(), b.release()]);
  });

  it('[D5] two sections that both ask for a third file', async () => {
    // Given a section of C, and guests for it from inside A and B
    const sessions = desk.open();
    const [a, b, c] = await Promise.all(
      ['a', 'b', 'c'].map((name) => sessions.acquire({ sessionFile: desk.file(name) })),
    );
    const inA = await holdSection(a as never);
    const inB = await holdSection(b as never);
    const inC = await holdSection(c as never);
    const guests = [inA, inB].map((section, n) =>
      section.within(() => sessions.write(desk.file('c'), (t) => t.append(n))),
    );
    await until(() => guestsAt(c as never) === 2);

    // When that ends
    await inC.leave();

    // Then both are let in
    await Promise.all(guests);
    expect(desk.records('c')).toHaveLength(2);
    await Promise.all([inA.leave(), inB.leave()]);
    await Promise.all([a?.release(), b?.release(), c?.release()]);
  });

  it('[D5] A asks for B in a section, B asks for A in its turn only after that', async () => {
    const sessions = desk.open();
    const a = await sessions.acquire({ sessionFile: desk.file('a') });
    const b = await sessions.acquire({ sessionFile: desk.file('b') });
    const inA = await holdSection(a);
    await inA.within(() => sessions.write(desk.file('b'), (t) => t.append('from a')));

    const toA = b.within(() => sessions.write(desk.file('a'), (t) => t.append('from b')));
    await until(() => guestsAt(a) === 1);
    await inA.leave();
    await toA;

    expect([desk.records('a'), desk.records('b')]).toEqual([['from b'], ['from a']]);
    await Promise.all([a.release(), b.release()]);
  });

  it('[D5] a section of the own file waits behind another of the same run', async () => {
    // Given a run that works in two places at once
    const sessions = desk.open();
    const outcome = sessions.run({ sessionFile: desk.file() }, async (run) => {
      const section = await holdSection(run);
      const own = run.transcript.append('own');
      const guest = await waitAsGuest(sessions, run, { record: 'guest' });

      // When the first place is done
      await section.leave();
      await Promise.all([own, guest.outcome]);
    });

    // Then the others follow
    await outcome;
    expect(desk.records()).toEqual(['own', 'guest']);
  });

  it('[D5] a guest that the own code sent waits for the section that is open', async () => {
    const sessions = desk.open();
    await sessions.run({ sessionFile: desk.file() }, async (run) => {
      const section = await holdSection(run);
      const guest = sessions.write(desk.file(), (t) => t.append('guest'));
      await until(() => guestsAt(run) === 1);
      await section.leave();
      await guest;
    });

    expect(desk.records()).toEqual(['guest']);
  });

  it('[D5] a child of a section may use the file of another child', async () => {
    // Given a section of A with a run on B inside
    const sessions = desk.open();
    const a = await sessions.acquire({ sessionFile: desk.file('a') });
    const inA = await holdSection(a);
    const b = await inA.within(() => sessions.acquire({ sessionFile: desk.file('b') }));
    const inB = await holdSection(b);

    // When another child of the section writes to B
    const guest = inA.within(() => sessions.write(desk.file('b'), (t) => t.append('guest')));
    await until(() => guestsAt(b) === 1);
    await inB.leave();

    // Then it waits, and is let in
    await guest;
    expect(desk.records('b')).toEqual(['guest']);
    await b.release();
    await inA.leave();
    await a.release();
  });

  it('[D5] a context whose section has ended closes no circle', async () => {
    // Given a guest that waits for B, asked in a section of A that is over
    const sessions = desk.open();
    const a = await sessions.acquire({ sessionFile: desk.file('a') });
    const b = await sessions.acquire({ sessionFile: desk.file('b') });
    const former = await holdSection(a);
    const inB = await holdSection(b);
    const late = former.within(() => sessions.write(desk.file('b'), (t) => t.append('late')));
    await until(() => guestsAt(b) === 1);
    await former.leave();

    // When the section of B asks for A
    await inB.within(() => sessions.write(desk.file('a'), (t) => t.append('from b')));
    await inB.leave();

    // Then both are served
    await late;
    expect([desk.records('a'), desk.records('b')]).toEqual([['from b'], ['late']]);
    await Promise.all([a.release(), b.release()]);
  });

  it('[D5] a guest inside one file may own another one for a while', async () => {
    const sessions = desk.open();
    const a = await sessions.acquire({ sessionFile: desk.file('a') });
    const guest = await holdGuest(sessions, desk.file('a'));

    await guest.within(() =>
      sessions.run({ sessionFile: desk.file('b') }, async (run) => {
        await run.transcript.append('b');
        await run.prompt(() => 'reply');
      }),
    );

    await guest.leave();
    expect(desk.records('b')).toEqual(['b']);
    await a.release();
  });

  it('[D5] an owner of two files writes to both, whichever it is inside', async () => {
    const sessions = desk.open();
    await sessions.run({ sessionFile: desk.file('a') }, async (a) => {
      await sessions.run({ sessionFile: desk.file('b') }, async (b) => {
        await a.transcript.write(() => b.transcript.append('b in a'));
        await b.transcript.write(() => a.transcript.append('a in b'));
        await a.transcript.write(() =>
          b.transcript.write(() => a.transcript.append('a in b in a')),
        );
      });
    });

    expect(desk.records('a')).toEqual(['a in b', 'a in b in a']);
    expect(desk.records('b')).toEqual(['b in a']);
  });

  it('[D5] a wait of the owner behind a guest that waits for another file ends', async () => {
    // Given a guest inside A that waits for B
    const sessions = desk.open();
    const a = await sessions.acquire({ sessionFile: desk.file('a') });
    const b = await sessions.acquire({ sessionFile: desk.file('b') });
    const inB = await holdSection(b);
    const guest = await holdGuest(sessions, desk.file('a'));
    const inner = guest.within(() => sessions.write(desk.file('b'), (t) => t.append('inner')));
    await until(() => guestsAt(b) === 1);

    // When the owner of A waits for the guest
    const own = a.transcript.append('own');
    await until(() => sectionsOf(a) === 1);
    await inB.leave();
    await inner;
    await guest.leave();

    // Then all of them come to their end
    await own;
    expect([desk.records('a'), desk.records('b')]).toEqual([['own'], ['inner']]);
    await Promise.all([a.release(), b.release()]);
  });
});

/** Lanes wait for each other by the names of moments; who comes late does not wait. */
export interface Moments {
  reach(moment: string): void;
  reached(moment: string): Promise<void>;
}

interface Moment {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}

function createMoment(): Moment {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

export function createMoments(): Moments {
  const moments = new Map<string, Moment>();
  const find = (name: string): Moment => {
    const moment = moments.get(name) ?? createMoment();
    moments.set(name, moment);
    return moment;
  };
  return { reach: (name) => find(name).resolve(), reached: (name) => find(name).promise };
}

/**
 * Work on a file in steps, written once for both ways to do it: at one go, or with pauses in which
 * the event loop turns. It yields `undefined` for a pause, or a promise to wait for.
 */
export type Steps<T> = Generator<Promise<unknown> | undefined, T, unknown>;

/** Does all steps in this call. Only for steps that yield pauses. */
export function finishNow<T>(steps: Steps<T>): T {
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}

/** The value, where no pause was needed; else what is to come. */
export type Progress<T> = { readonly value: T } | { readonly later: Promise<T> };

/** Does the steps up to the first pause in this call. */
export function begin<T>(steps: Steps<T>): Progress<T> {
  const step = steps.next();
  return step.done === true ? { value: step.value } : { later: goOn(steps, step.value) };
}

async function goOn<T>(steps: Steps<T>, first: Promise<unknown> | undefined): Promise<T> {
  let pause = first;
  for (;;) {
    let step: IteratorResult<Promise<unknown> | undefined, T>;
    try {
      const value = await (pause ?? loopTurn());
      step = steps.next(value);
    } catch (error) {
      step = steps.throw(error);
    }
    if (step.done === true) return step.value;
    pause = step.value;
  }
}

function loopTurn(): Promise<void> {
  return new Promise((done) => {
    setImmediate(done);
  });
}

export interface Gate<T> {
  readonly isOpen: boolean;
  readonly opened: Promise<T>;
  open(value: T): void;
}

/** A promise that the test opens, to force an order without sleeping. */
export function createGate<T = void>(): Gate<T> {
  let isOpen = false;
  let resolve!: (value: T) => void;
  const opened = new Promise<T>((opener) => {
    resolve = opener;
  });
  return {
    get isOpen() {
      return isOpen;
    },
    opened,
    open(value) {
      isOpen = true;
      resolve(value);
    },
  };
}

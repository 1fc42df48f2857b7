import { EXIT } from './exit-codes.js';

/** Where a command speaks. */
export interface Output {
  /** Resolves once there is room for more. */
  out(text: string): Promise<void>;
  err(text: string): void;
}

/** Puts many short texts together, so that not each is a call to the system. */
export interface Gathered {
  add(text: string): Promise<void>;
  flush(): Promise<void>;
}

const GATHERED_CHARS = 8_192;

export function gathered({ out }: Output): Gathered {
  let texts: string[] = [];
  let chars = 0;
  const flush = async (): Promise<void> => {
    const text = texts.join('');
    texts = [];
    chars = 0;
    await out(text);
  };
  const add = async (text: string): Promise<void> => {
    texts.push(text);
    chars += text.length;
    if (chars >= GATHERED_CHARS) await flush();
  };
  return { add, flush };
}

/**
 * Output to streams of the process. Ends the process where nobody reads on, which is no error
 * (`penholder ls . | head -1`), and where it cannot be written.
 */
export function outputOf(
  stdout: NodeJS.WritableStream,
  stderr: NodeJS.WritableStream,
  exit: (code: number) => void,
): Output {
  const err = (text: string): void => void stderr.write(text);
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') {
      exit(EXIT.fine);
      return;
    }
    err(`penholder: The output could not be written: ${error.message}\n`);
    exit(EXIT.couldNotLook);
  });
  stderr.on('error', () => {
    // Nobody is left to be told.
  });
  const out = (text: string): Promise<void> =>
    new Promise((resolve) => {
      // Where it failed the process is ending, and the command goes no further.
      stdout.write(text, (error) => {
        if (!error) resolve();
      });
    });
  return { out, err };
}

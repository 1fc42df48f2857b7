/** `navigator.locks`, which Node.js has from version 24 on. */
interface WebLocks {
  request<T>(name: string, options: object, callback: () => T | Promise<T>): Promise<T>;
}

export const webLocks: WebLocks | undefined = (
  Reflect.get(globalThis, 'navigator') as { locks?: WebLocks } | undefined
)?.locks;

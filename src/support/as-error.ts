/** What was thrown, as an error: anything may be thrown, also what cannot be shown as text. */
export function asError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  try {
    return new Error(String(thrown), { cause: thrown });
  } catch {
    return new Error('something was thrown that cannot be shown as text', { cause: thrown });
  }
}

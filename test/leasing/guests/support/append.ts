import type { GuestTranscript } from '../../../../src/index.js';

/** What most guests do. */
export function append(transcript: GuestTranscript): Promise<void> {
  return transcript.append({ g: 1 });
}

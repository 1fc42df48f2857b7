import type { Section } from '../ownership/file/section.js';
import type { Pen } from './pen.js';

/** One use of the bytes: in which section, through whose pen, and whether for its owner or a guest. */
export interface Use {
  readonly pen: Pen;
  readonly section: Section;
  readonly isGuest: boolean;
  /** Whose it is, where it is a guest's. */
  readonly label?: string | undefined;
}

/** These bytes of this use are in the file: its owner's, or reported to the owner as a guest's. */
export function noteWritten(use: Use, offsetBytes: number, lengthBytes: number): void {
  const { pen, isGuest, label } = use;
  if (!isGuest) pen.noteWrite(lengthBytes, offsetBytes + lengthBytes);
  else if (label === undefined) pen.guestWrites.note({ offsetBytes, lengthBytes });
  else pen.guestWrites.note({ label, offsetBytes, lengthBytes });
}

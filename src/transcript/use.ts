import type { Section } from '../ownership/section.js';
import type { Pen } from './pen.js';

/** One use of the bytes: in which section, through whose pen, and whether for its owner or a guest. */
export interface Use {
  readonly pen: Pen;
  readonly section: Section;
  readonly isGuest: boolean;
  /** Whose it is, where it is a guest's. */
  readonly label?: string | undefined;
}

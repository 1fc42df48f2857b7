/**
 * A doubly linked list through its members, so that a member leaves in one step wherever it
 * stands. A member is in at most one list at a time.
 */
export interface ListMember<T extends ListMember<T>> {
  list: MemberList<T> | undefined;
  before: T | undefined;
  after: T | undefined;
}

export class MemberList<T extends ListMember<T>> {
  first: T | undefined;
  last: T | undefined;
  size = 0;

  /** Puts the member behind the last one that `precedes` it: at the end, as a rule. */
  insert(member: T, precedes: (other: T) => boolean): void {
    let previous = this.last;
    while (previous !== undefined && !precedes(previous)) previous = previous.before;
    this.#link(member, previous);
  }

  push(member: T): void {
    this.#link(member, this.last);
  }

  remove(member: T): void {
    if (member.list !== this) return;
    if (member.before === undefined) this.first = member.after;
    else member.before.after = member.after;
    if (member.after === undefined) this.last = member.before;
    else member.after.before = member.before;
    member.list = member.before = member.after = undefined;
    this.size -= 1;
  }

  *[Symbol.iterator](): Generator<T, void> {
    for (let member = this.first; member !== undefined; member = member.after) yield member;
  }

  #link(member: T, previous: T | undefined): void {
    const next = previous === undefined ? this.first : previous.after;
    member.list = this;
    member.before = previous;
    member.after = next;
    if (previous === undefined) this.first = member;
    else previous.after = member;
    if (next === undefined) this.last = member;
    else next.before = member;
    this.size += 1;
  }
}

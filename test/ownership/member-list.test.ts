import { describe, expect, it } from 'vitest';
import { type ListMember, MemberList } from '../../src/ownership/file/member-list.js';

class Member implements ListMember<Member> {
  list: MemberList<Member> | undefined = undefined;
  before: Member | undefined = undefined;
  after: Member | undefined = undefined;
  readonly rank: number;

  constructor(rank: number) {
    this.rank = rank;
  }
}

function shown(list: MemberList<Member>): number[] {
  const forth = [...list].map(({ rank }) => rank);
  const back: number[] = [];
  for (let member = list.last; member !== undefined; member = member.before) back.push(member.rank);
  expect(back.reverse()).toEqual(forth);
  expect(list.size).toBe(forth.length);
  return forth;
}

function listOf(...ranks: number[]): { list: MemberList<Member>; members: Member[] } {
  const list = new MemberList<Member>();
  const members = ranks.map((rank) => new Member(rank));
  for (const member of members) list.push(member);
  return { list, members };
}

describe('MemberList', () => {
  it('insert() puts a member behind the last one that precedes it', () => {
    const { list } = listOf(10, 20, 30);
    for (const rank of [25, 5, 40, 20]) {
      list.insert(new Member(rank), (other) => other.rank <= rank);
    }

    expect(shown(list)).toEqual([5, 10, 20, 20, 25, 30, 40]);
  });

  it.each([
    ['the first', 0, [2, 3]],
    ['one in the middle', 1, [1, 3]],
    ['the last', 2, [1, 2]],
  ])('remove() takes out %s', (_, index, left) => {
    const { list, members } = listOf(1, 2, 3);
    const member = members[index] as Member;

    list.remove(member);

    expect(shown(list)).toEqual(left);
    expect(member).toMatchObject({ list: undefined, before: undefined, after: undefined });
  });

  it('remove() leaves a member of another list, or of none, alone', () => {
    const { list } = listOf(1, 2);
    const other = listOf(3);
    const [stranger] = other.members as [Member];

    list.remove(stranger);
    other.list.remove(stranger);
    other.list.remove(stranger);

    expect(shown(list)).toEqual([1, 2]);
    expect(shown(other.list)).toEqual([]);
  });

  it('a member that left can come back', () => {
    const { list, members } = listOf(1, 2, 3);
    const [first] = members as [Member];

    list.remove(first);
    list.push(first);

    expect(shown(list)).toEqual([2, 3, 1]);
  });
});
